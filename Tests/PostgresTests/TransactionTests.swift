import Postgres
import SeedTesting
import Testing

@Suite("A transaction")
struct TransactionTests {
  private struct Stop: Error {}

  private func withTable(_ body: (PostgresConnection, TemporaryDatabase) async throws -> Void) async throws {
    try await TemporaryDatabase.with { database in
      try await database.withConnection { connection in
        try await connection.query("CREATE TABLE t (a int PRIMARY KEY DEFERRABLE INITIALLY DEFERRED)")
        try await body(connection, database)
      }
    }
  }

  private func count(_ connection: PostgresConnection) async throws -> Int {
    try await connection.queryOne("SELECT count(*) FROM t").decode(Int.self)
  }

  @Test("commits all of its work or nothing")
  func commitAndRollback() async throws {
    try await withTable { connection, _ async throws in
      _ = try await connection.withTransaction { try await $0.query("INSERT INTO t VALUES (1)") }
      #expect(try await count(connection) == 1)
      let error = await #expect(throws: PostgresTransactionError.self) {
        try await connection.withTransaction { connection in
          try await connection.query("INSERT INTO t VALUES (2)")
          throw Stop()
        }
      }
      #expect(error?.bodyError is Stop && error?.rollbackError == nil && error?.commitError == nil)
      #expect(try await count(connection) == 1)
    }
  }

  @Test("keeps the error of the commit separate from that of the body")
  func commitError() async throws {
    try await withTable { connection, _ async throws in
      let error = await #expect(throws: PostgresTransactionError.self) {
        try await connection.withTransaction { connection in
          try await connection.query("INSERT INTO t VALUES (1)")
          try await connection.query("INSERT INTO t VALUES (1)")
        }
      }
      #expect((error?.commitError as? PostgresError)?.sqlState == .uniqueViolation)
      #expect(error?.bodyError == nil && error?.isOutcomeUnknown == false)
      #expect(try await count(connection) == 0)
    }
  }

  @Test("that ignored an error does not report success")
  func swallowed() async throws {
    try await withTable { connection, _ async throws in
      let error = await #expect(throws: PostgresTransactionError.self) {
        try await connection.withTransaction { connection in
          try await connection.query("INSERT INTO t VALUES (1)")
          _ = try? await connection.query("SELECT 1/0")
        }
      }
      #expect((error?.commitError as? PostgresError)?.sqlState?.rawValue == "25P02")
      #expect(try await count(connection) == 0)
      #expect(await connection.isIdle)
    }
  }

  @Test("is rolled back when its task is cancelled, and the connection stays usable")
  func cancelled() async throws {
    try await withTable { connection, _ async throws in
      let task = Task {
        try await connection.withTransaction { connection in
          try await connection.query("INSERT INTO t VALUES (1)")
          withUnsafeCurrentTask { $0?.cancel() }
          try await connection.query("SELECT 1")
        }
      }
      await #expect(throws: CancellationError.self) { _ = try await task.value }
      #expect(await connection.isIdle)
      #expect(try await count(connection) == 0)
    }
  }

  @Test("whose server process has ended reports a lost connection")
  func lost() async throws {
    try await withTable { connection, database async throws in
      let error = await #expect(throws: PostgresTransactionError.self) {
        try await connection.withTransaction { connection in
          try await database.withConnection { other in
            try await other.query("SELECT pg_terminate_backend(\(connection.backendProcessID))")
          }
          try await connection.query("INSERT INTO t VALUES (1)")
        }
      }
      let cause = error?.cause as? PostgresError
      #expect(cause?.isTransient ?? false, "\(String(describing: cause))")
      let isAlive = await connection.isAlive
      #expect(!isAlive)
    }
  }

  @Test("with COPY inserts all rows or none")
  func copy() async throws {
    try await withTable { connection, _ async throws in
      let columns = [try PostgresIdentifier("a")]
      for number in [0, 1, 100_000] {
        try await connection.query("TRUNCATE t")
        let copied = try await connection.copyIn(into: "t", columns: columns) { writer in
          for value in 0..<number { try await writer.write(Int32(value)) }
        }
        #expect(copied == number)
        #expect(try await count(connection) == number)
      }
      // A failing producer, an invalid value, and an error of the server.
      try await connection.query("TRUNCATE t")
      await #expect(throws: Stop.self) {
        try await connection.copyIn(into: "t", columns: columns) { writer in
          for value in 0..<50_000 { try await writer.write(Int32(value)) }
          throw Stop()
        }
      }
      #expect(try await count(connection) == 0)
      let mismatch = await #expect(throws: PostgresError.self) {
        try await connection.copyIn(into: "t", columns: columns) { try await $0.write("text") }
      }
      #expect(mismatch?.message == "column 'a' has the type integer; a String is sent as text")
      let duplicate = await #expect(throws: PostgresError.self) {
        try await connection.copyIn(into: "t", columns: columns) { writer in
          for _ in 0..<2 { try await writer.write(Int32(1)) }
        }
      }
      #expect(duplicate?.sqlState == .uniqueViolation)
      let arity = await #expect(throws: PostgresError.self) {
        try await connection.copyIn(into: "t", columns: columns) { try await $0.write(Int32(1), Int32(2)) }
      }
      #expect(arity?.code == .invalidValue)
      #expect(try await count(connection) == 0)
    }
  }

  @Test("detects that the server counted fewer rows of a COPY than were sent")
  func rowCount() async throws {
    try await withTable { connection, _ async throws in
      try await connection.runScript(
        """
        CREATE FUNCTION skip() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
        CREATE TRIGGER skip BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION skip();
        """)
      let error = await #expect(throws: PostgresError.self) {
        try await connection.copyIn(into: "t", columns: [try PostgresIdentifier("a")]) {
          try await $0.write(Int32(1))
        }
      }
      #expect(error?.code == .rowCountMismatch)
    }
  }
}
