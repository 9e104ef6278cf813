import Postgres
import SeedTesting
import Testing

@Suite("A connection")
struct ConnectionTests {
  private func withConnection(_ body: (PostgresConnection) async throws -> Void) async throws {
    try await TemporaryDatabase.with { database in try await database.withConnection(body) }
  }

  @Test("reports every field of a server message")
  func errors() async throws {
    try await withConnection { connection async throws in
      try await connection.runScript(
        "CREATE TABLE t (a int PRIMARY KEY, b text CHECK (b <> 'x')); INSERT INTO t VALUES (1, 'y')")
      let error = await #expect(throws: PostgresError.self) {
        try await connection.query("INSERT INTO t VALUES (\(Int32(1)), \("secret-value"))")
      }
      #expect(error?.sqlState == .uniqueViolation)
      #expect(error?.server?.constraintName == "t_pkey")
      #expect(error?.server?.tableName == "t")
      #expect(error?.sql == "INSERT INTO t VALUES ($1, $2)")
      let shown = error.map { String(reflecting: $0) } ?? ""
      #expect(shown.contains("23505 unique_violation") && shown.contains("ConnectionTests.swift"))
      #expect(!shown.contains("secret-value"))
      #expect(try await connection.queryOne("SELECT 1").decode(Int.self) == 1, "it can be used on")
    }
  }

  @Test("reports a SQLSTATE if it fails")
  func refused() async throws {
    try await TemporaryDatabase.with { database in
      var configuration = database.configuration
      configuration.database = "no_such_database"
      let error = await #expect(throws: PostgresError.self) {
        try await PostgresConnection.connect(configuration)
      }
      #expect(error?.sqlState == .invalidCatalogName)
      #expect(error?.isTransient == false)
    }
  }

  @Test("sends values as parameters, quotes names, and inserts SQL text only if it is marked")
  func queries() async throws {
    try await withConnection { connection async throws in
      let injection = "'; DROP TABLE t; --"
      let name = try PostgresIdentifier("odd \"name\"")
      let inner: PostgresQuery = "SELECT \(injection) AS \(name), \(7) AS n"
      let outer: PostgresQuery = "SELECT n, \(name), \(true) FROM (\(inner)) AS x WHERE n = \(7)"
      #expect(outer.sql.contains("$4") && !outer.description.contains("DROP"))
      let (number, text, flag) = try await connection.queryOne(outer).decode(Int.self, String.self, Bool.self)
      #expect(number == 7 && text == injection && flag)
      #expect(throws: PostgresError.self) { try PostgresIdentifier(String(repeating: "x", count: 64)) }
      #expect(throws: Never.self) { try PostgresIdentifier(String(repeating: "x", count: 63)) }
      #expect(throws: PostgresError.self) { try PostgresIdentifier("") }
    }
  }

  @Test("cancels only the statement of the cancelled task")
  func cancellation() async throws {
    try await TemporaryDatabase.with { database in
      let connection = try await PostgresConnection.connect(database.configuration)
      let process = connection.backendProcessID
      try await database.withConnection { observer in
        let task = Task { _ = try await connection.query("SELECT pg_sleep(600)") }
        func isSleeping() async throws -> Bool {
          try await observer.queryOne(
            "SELECT count(*) > 0 FROM pg_stat_activity WHERE pid = \(process) AND wait_event = 'PgSleep'"
          )
          .decode(Bool.self)
        }
        while try await !isSleeping() { await Task.yield() }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(try await !isSleeping())
      }
      for number in 0..<100 {
        let task = Task { _ = try await connection.query("SELECT \(number), pg_sleep(0.0005)") }
        task.cancel()
        _ = await task.result
        let answer = try await connection.queryOne("SELECT \(number)").decode(Int.self)
        #expect(answer == number, "a late cancellation hit the next statement")
      }
      await connection.close()
    }
  }

  @Test("cancels a statement that the server has not started yet")
  func earlyCancellation() async throws {
    try await TemporaryDatabase.with { database in
      try await SocketProxy.holding("pg_sleep", database: database) { configuration, hasCome in
        let connection = try await PostgresConnection.connect(configuration)
        let task = Task { _ = try await connection.query("SELECT pg_sleep(600)") }
        while !hasCome() { await Task.yield() }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        await connection.close()
      }
    }
  }

  @Test("does not block other tasks while it waits")
  func doesNotBlockThePool() async throws {
    try await TemporaryDatabase.with { database in
      try await database.withConnection { gate in
        try await gate.query("SELECT pg_advisory_lock(1)")
        // More waiting statements than threads in the pool. The gate opens only if others still run.
        try await withThrowingTaskGroup(of: Void.self) { group in
          for _ in 0..<16 {
            group.addTask {
              try await database.withConnection {
                _ = try await $0.query("SELECT pg_advisory_lock_shared(1)")
              }
            }
          }
          func waiting() async throws -> Int {
            try await gate.queryOne(
              "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
            ).decode(Int.self)
          }
          while try await waiting() < 16 { await Task.yield() }
          try await gate.query("SELECT pg_advisory_unlock(1)")
          try await group.waitForAll()
        }
      }
    }
  }

  @Test("passes notices to the handler")
  func notices() async throws {
    try await TemporaryDatabase.with { database in
      let (stream, continuation) = AsyncStream.makeStream(of: String.self)
      var configuration = database.configuration
      configuration.onNotice = { continuation.yield($0.message) }
      let connection = try await PostgresConnection.connect(configuration)
      try await connection.query("DO $$ BEGIN RAISE NOTICE 'hello'; END $$")
      continuation.finish()
      var messages: [String] = []
      for await message in stream { messages.append(message) }
      #expect(messages == ["hello"])
      await connection.close()
    }
  }

  @Test(
    "pipelines any number of statements and stops at the first error",
    arguments: [1, 127, 128, 129, 1000])
  func pipeline(count: Int) async throws {
    try await withConnection { connection async throws in
      let padding = String(repeating: "x", count: 20_000)
      let rows = try await connection.pipeline((0..<count).map { "SELECT \($0), \(padding)" })
      let numbers: [Int] = try rows.map { (rows: PostgresRows) throws in try rows[0].decode(Int.self) }
      #expect(numbers == Array(0..<count))
      try await connection.query("CREATE TABLE t (a int)")
      var queries: [PostgresQuery] = (0..<count).map { "INSERT INTO t VALUES (\(Int32($0)))" }
      queries.insert("SELECT 1/0", at: count / 2)
      let error = await #expect(throws: PostgresError.self) { try await connection.pipeline(queries) }
      #expect(error?.message == "division by zero")
      #expect(
        try await connection.queryOne("SELECT count(*) FROM t").decode(Int.self) == 0,
        "they are one transaction")
    }
  }
}
