import Postgres
import SeedTesting
import Testing

@Suite("Statements sent together")
struct TransactionOpeningTests {
  private struct Rejected: Error {}

  private func withConnection(_ body: (PostgresConnection) async throws -> Void) async throws {
    try await TemporaryDatabase.with { database in
      try await database.withConnection { connection in
        try await connection.query("CREATE TABLE t (a int PRIMARY KEY, b text)")
        try await body(connection)
      }
    }
  }

  @Test("a rejected opening has precedence over the error of a statement after it")
  func rejection() async throws {
    try await withConnection { connection in
      let opening = TransactionOpening(["SELECT 1"]) { _ in throw Rejected() }
      let error = await #expect(throws: PostgresTransactionError.self) {
        try await connection.withTransaction(opening: opening) { connection in
          try await connection.pipeline(sharingOpening: ["SELECT 1 / 0"])
        }
      }
      #expect(error?.bodyError is Rejected)
      #expect(opening.isRejected)
    }
  }

  @Test("the rows of an opening can be read after the error of a statement after it")
  func rowsAfterError() async throws {
    try await withConnection { connection in
      let opening = TransactionOpening([], reading: ["SELECT 42"])
      let value = try await connection.withTransaction(opening: opening) { connection in
        do {
          _ = try await connection.withTransaction { try await $0.query("SELECT 1 / 0") }
        } catch is PostgresTransactionError {}
        return try await connection.rows(of: opening)[0].first?.decode(Int32.self)
      }
      #expect(value == 42)
    }
  }

  @Test("an inserted value of another type than its column is an error with the column's name")
  func mismatch() async throws {
    try await withConnection { connection in
      let error = await #expect(throws: PostgresTransactionError.self) {
        try await connection.withTransaction { connection in
          let columns = try ["a", "b"].map { try PostgresIdentifier($0) }
          await connection.insertWithNext([["x", "y"]], into: "t", columns: columns)
          try await connection.query("SELECT 1")
        }
      }
      #expect((error?.cause as? PostgresError)?.code == .invalidValue)
      #expect((error?.cause as? PostgresError)?.message.contains("'a'") == true)
    }
  }

  @Test("a check of rows that wait for the next statement runs before COMMIT")
  func checkBeforeCommit() async throws {
    try await withConnection { connection in
      let error = await #expect(throws: PostgresTransactionError.self) {
        try await connection.withTransaction { connection in
          await connection.runWithNext(["INSERT INTO t VALUES (1)"]) { _ in throw Rejected() }
        }
      }
      #expect(error?.bodyError is Rejected)
      let count = try await connection.queryOne("SELECT count(*) FROM t").decode(Int.self)
      #expect(count == 0)
    }
  }

  @Test("an error of a statement sent with COMMIT is not one of COMMIT")
  func closing() async throws {
    try await withConnection { connection in
      let error = await #expect(throws: PostgresTransactionError.self) {
        try await connection.withTransaction { await $0.runAtCommit("SELECT 1 / 0") }
      }
      #expect(error?.bodyError != nil)
      #expect(error?.commitError == nil)
    }
  }
}
