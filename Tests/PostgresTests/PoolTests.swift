import Postgres
import SeedTesting
import Testing

@Suite("A pool")
struct PoolTests {
  @Test("serves many tasks with few connections")
  func bound() async throws {
    try await TemporaryDatabase.with { database in
      try await database.withPool(maximumConnections: 3) { pool in
        let processes = try await withThrowingTaskGroup(of: Int32.self) { group in
          for _ in 0..<60 {
            group.addTask {
              try await pool.withConnection { connection in
                try await connection.query("SELECT 1")
                return connection.backendProcessID
              }
            }
          }
          return try await group.reduce(into: Set<Int32>()) { $0.insert($1) }
        }
        #expect((1...3).contains(processes.count))
      }
    }
  }

  @Test("reports a timeout to a waiting borrower, and releases cancelled ones")
  func timeout() async throws {
    try await TemporaryDatabase.with { database in
      let pool = PostgresPool(
        configuration: database.configuration, maximumConnections: 1, acquireTimeout: .milliseconds(50))
      try await pool.withConnection { _ in
        let error = await #expect(throws: PostgresError.self) { try await pool.withConnection { _ in } }
        #expect(error?.code == .poolTimeout)
        let task = Task { try await pool.withConnection { _ in } }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
      }
      let answer = try await pool.withConnection { try await $0.queryOne("SELECT 1").decode(Int.self) }
      #expect(answer == 1)
      await pool.close()
      let closed = await #expect(throws: PostgresError.self) { try await pool.withConnection { _ in } }
      #expect(closed?.code == .closed)
    }
  }

  @Test("replaces a connection that broke or was returned with an open transaction")
  func replaced() async throws {
    try await TemporaryDatabase.with { database in
      try await database.withPool(maximumConnections: 1) { pool in
        let first = try await pool.withConnection { connection in
          try await connection.query("BEGIN")
          return connection.backendProcessID
        }
        let second = try await pool.withConnection { $0.backendProcessID }
        #expect(second != first)
        await #expect(throws: PostgresError.self) {
          try await pool.withConnection {
            try await $0.query("SELECT pg_terminate_backend(pg_backend_pid())")
          }
        }
        let third = try await pool.withConnection { connection in
          try await connection.query("SELECT 1")
          return connection.backendProcessID
        }
        #expect(third != second)
      }
    }
  }

  @Test("runs closures on the connection's thread, and passes connections to waiting borrowers")
  func thread() async throws {
    try await TemporaryDatabase.with { database in
      try await database.withPool(maximumConnections: 2) { pool in
        try await withThrowingTaskGroup(of: Int.self) { group in
          for number in 0..<200 {
            group.addTask {
              try await pool.onConnection { connection in
                // It would trap on any other thread.
                connection.assertIsolated()
                return try await connection.queryOne("SELECT \(number)").decode(Int.self)
              }
            }
          }
          let sum = try await group.reduce(0, +)
          #expect(sum == 199 * 100)
        }
        #expect(pool.usage.waiting == 0 && pool.usage.idle == pool.usage.open && pool.usage.open <= 2)
        await #expect(throws: CancellationError.self) {
          try await pool.onConnection { _ in throw CancellationError() }
        }
        #expect(pool.usage.idle == pool.usage.open)
      }
    }
  }

  @Test("works behind pgbouncer in transaction mode: statements, transactions, pipelines, COPY")
  func pgbouncer() async throws {
    try await TemporaryDatabase.with { database in
      try await database.withConnection { try await $0.query("CREATE TABLE t (a int)") }
      try await PgBouncer.with(database: database, poolSize: 2) { configuration, _ in
        let pool = PostgresPool(configuration: configuration, maximumConnections: 8)
        try await withThrowingTaskGroup(of: Void.self) { group in
          for number in 0..<40 {
            group.addTask {
              try await pool.withTransaction { connection in
                try await connection.pipeline(["SELECT \(number)", "INSERT INTO t VALUES (\(Int32(number)))"])
                try await connection.query("CREATE TEMPORARY TABLE s (a int) ON COMMIT DROP")
                try await connection.copyIn(into: "s", columns: [try PostgresIdentifier("a")]) { writer in
                  try await writer.write(Int32(number))
                }
              }
            }
          }
          try await group.waitForAll()
        }
        let count = try await pool.withConnection {
          try await $0.queryOne("SELECT count(*) FROM t").decode(Int.self)
        }
        #expect(count == 40)
        await pool.close()
      }
    }
  }
}
