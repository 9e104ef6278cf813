import FoundationEssentials
import Postgres
import SeedTesting
import Testing

@Suite("A transaction in a transaction")
struct NestedTransactionTests {
  private func rows(_ body: @Sendable (PostgresConnection) async throws -> Void) async throws -> [Int32] {
    try await TemporaryDatabase.with { database in
      try await database.withConnection { connection in
        try await connection.query("CREATE TABLE t (id integer PRIMARY KEY)")
        try await body(connection)
        return try await connection.query("SELECT id FROM t ORDER BY id").map { try $0.decode(Int32.self) }
      }
    }
  }

  @Test("commits only with the outer one")
  func rolledBackWithOuter() async throws {
    let rows = try await rows { connection in
      try? await connection.withTransaction { connection in
        try await connection.withTransaction { _ = try await $0.query("INSERT INTO t VALUES (1)") }
        throw CancellationError()
      }
    }
    #expect(rows == [])
  }

  @Test("rolls back only its own work when it throws, also after a failed statement")
  func rolledBackAlone() async throws {
    let rows = try await rows { connection in
      try await connection.withTransaction { connection in
        try await connection.query("INSERT INTO t VALUES (1)")
        try? await connection.withTransaction { connection in
          try await connection.query("INSERT INTO t VALUES (2)")
          try await connection.query("INSERT INTO t VALUES (1)")
        }
        try await connection.query("INSERT INTO t VALUES (3)")
      }
    }
    #expect(rows == [1, 3])
  }

  @Test("that a statement ends is an error, because the rest of its work would commit by itself")
  func endedInside() async throws {
    try await TemporaryDatabase.with { database in
      try await database.withConnection { connection in
        let error = await #expect(throws: PostgresTransactionError.self) {
          try await connection.withTransaction { _ = try await $0.query("COMMIT") }
        }
        #expect("\(error.map { "\($0)" } ?? "")".contains("a statement ended the transaction"))
      }
    }
  }

  @Test("that failed names the statement whose error was caught")
  func caughtError() async throws {
    try await TemporaryDatabase.with { database in
      try await database.withConnection { connection in
        let error = await #expect(throws: PostgresTransactionError.self) {
          try await connection.withTransaction { _ = try? await $0.query("SELECT 1 / 0") }
        }
        #expect("\(error.map { "\($0)" } ?? "")".contains("division by zero"))
      }
    }
  }

  @Test("that failed does not name an earlier error that a nested one has undone")
  func undoneError() async throws {
    try await TemporaryDatabase.with { database in
      try await database.withConnection { connection in
        let error = await #expect(throws: PostgresTransactionError.self) {
          try await connection.withTransaction { connection in
            try? await connection.withTransaction { _ = try await $0.query("SELECT 1 / 0") }
            _ = try? await connection.query("SELECT nothing")
          }
        }
        let text = "\(error.map { "\($0)" } ?? "")"
        #expect(text.contains("nothing") && !text.contains("division by zero"))
      }
    }
  }

  @Test("cannot have another isolation level")
  func isolation() async throws {
    try await TemporaryDatabase.with { database in
      try await database.withConnection { connection in
        let error = await #expect(throws: PostgresTransactionError.self) {
          try await connection.withTransaction { connection in
            try await connection.withTransaction(isolation: .serializable) { _ = $0 }
          }
        }
        #expect((error?.cause as? PostgresError)?.code == .invalidValue)
      }
    }
  }

  @Test("rejects dates that PostgreSQL cannot store", arguments: [1.7e15, .infinity, .nan, -1e13])
  func dates(seconds: Double) async throws {
    try await TemporaryDatabase.with { database in
      try await database.withConnection { connection in
        let date = Date(timeIntervalSince1970: seconds)
        let error = await #expect(throws: PostgresError.self) { try await connection.query("SELECT \(date)") }
        #expect(error?.code == .invalidValue)
      }
    }
  }
}
