import SeedTesting
import Testing

@testable import Postgres

@Suite("Prepared statements")
struct PreparedStatementTests {
  private func kept(_ connection: PostgresConnection) async throws -> Int {
    try await connection.queryOne("SELECT count(*) FROM pg_prepared_statements").decode(Int.self)
  }

  private func with(
    _ use: PreparedStatements, _ body: (PostgresConnection) async throws -> Void
  ) async throws {
    try await TemporaryDatabase.with { database in
      var configuration = database.configuration
      configuration.preparedStatements = use
      try await PostgresConnection.with(configuration, body)
    }
  }

  @Test(
    "are prepared once each, and only if requested and allowed", arguments: PreparedStatements.allCases)
  func kept(use: PreparedStatements) async throws {
    try await with(use) { connection in
      for number in 0..<7 {
        let rows = try await connection.pipeline(
          ["SELECT \(number)", "SELECT \(number) + 1", "SELECT \(number)"], prepared: true)
        #expect(try rows.map { try $0.first?.decode(Int.self) } == [number, number + 1, number])
        try await connection.pipeline(["SELECT \(number) + 2"])
      }
      #expect(try await kept(connection) == (use == .never ? 0 : 2))
    }
  }

  @Test("are limited to 64; further statements are not prepared")
  func bound() async throws {
    try await with(.always) { connection in
      for number in 0..<100 {
        let rows = try await connection.pipeline(
          [PostgresQuery(unescaped: "SELECT \(number)")], prepared: true)
        #expect(try rows[0].first?.decode(Int32.self) == Int32(number))
      }
      #expect(try await kept(connection) == StatementNames.most)
    }
  }

  @Test("are prepared again after an error or if the server has lost them")
  func lost() async throws {
    try await with(.always) { connection in
      func ask() async throws -> Int32? {
        try await connection.pipeline(["SELECT 1", "SELECT a FROM t"], prepared: true)[1].first?.decode(
          Int32.self)
      }
      let missing = await #expect(throws: PostgresError.self) { try await ask() }
      #expect(missing?.sqlState == .undefinedTable && missing?.isStale == false)
      try await connection.runScript("CREATE TABLE t (a int); INSERT INTO t VALUES (3)")
      #expect(try await ask() == 3)
      try await connection.query("DEALLOCATE ALL")
      let stale = await #expect(throws: PostgresError.self) { try await ask() }
      #expect(stale?.isStale == true && connection.isReusable)
      #expect(try await ask() == 3)
      try await connection.query("ALTER TABLE t ALTER COLUMN a TYPE bigint")
      let changed = await #expect(throws: PostgresError.self) { try await ask() }
      #expect(changed?.isStale == true, "\(String(describing: changed))")
    }
  }

  @Test("are not used behind a pooler in transaction mode unless configured")
  func pooler() async throws {
    try await TemporaryDatabase.with { database in
      try await PgBouncer.with(database: database, poolSize: 2) { configuration, _ in
        var configuration = configuration
        configuration.preparedStatements = .whenDirect
        try await PostgresPool.with(configuration, maximumConnections: 8) { pool in
          try await withThrowingTaskGroup(of: Int.self) { group in
            for number in 0..<40 {
              group.addTask {
                try await pool.onConnection { connection in
                  try await connection.pipeline(["SELECT \(number)"], prepared: true)[0].first?
                    .decode(Int.self) ?? -1
                }
              }
            }
            let sum = try await group.reduce(0, +)
            #expect(sum == 39 * 20)
          }
          let count = try await pool.withConnection { try await kept($0) }
          #expect(count == 0)
        }
      }
    }
  }
}
