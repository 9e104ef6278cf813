import EmbeddedPostgres
import Glibc
import Postgres
import SeedTesting
import Testing

@Suite("Lifecycle", .serialized, .timeLimit(.minutes(3)))
struct LifecycleTests {
  @Test(
    "Both versions start from nothing, with pgvector, UTF-8 and data checksums", arguments: [16, 18])
  func startsFromNothing(version: Int) async throws {
    try await TemporaryProject.use { project in
      let postgres = project.postgres { $0.majorVersion = version }
      #expect(try await postgres.status() == .stopped)
      let server = try await postgres.start()
      #expect(!server.wasRunning)
      let connection = try await PostgresConnection.connect(server.configuration)
      #expect(connection.serverVersion / 10000 == version)
      try await connection.query("CREATE EXTENSION vector")
      let row = try await connection.queryOne(
        """
        SELECT current_user::text, current_database()::text, current_setting('server_encoding'),
               current_setting('wal_level'), current_setting('listen_addresses'),
               (SELECT rolsuper FROM pg_roles WHERE rolname = current_user),
               (SELECT datcollate FROM pg_database WHERE datname = current_database()),
               count(*) = 0
        FROM pg_hba_file_rules WHERE auth_method NOT IN ('peer', 'scram-sha-256') OR error IS NOT NULL
        """
      ).decode(
        String.self, String.self, String.self, String.self, String.self, Bool.self, String.self, Bool.self)
      #expect(row.0 == "seed" && row.1 == "seed" && row.2 == "UTF8" && row.3 == "minimal")
      #expect(row.4.isEmpty && row.5 && row.6 == "C" && row.7)
      await connection.close()

      guard case .running(let details) = try await postgres.status() else {
        Issue.record("the server is not reported as running")
        return
      }
      #expect(details.processID == server.processID)
      #expect(details.version.hasPrefix("\(version)."))
      #expect(details.diskBytes > 10 << 20)
      #expect(details.uptime >= .zero && details.uptime < .seconds(600))
      #expect(permissions(of: project.home) == 0o700)
      #expect(permissions(of: project.home + "/run") == 0o700)
      #expect(try await postgres.stop())
      #expect(try await postgres.status() == .stopped)
    }
  }

  @Test("A running server is found again, a stopped one keeps its rows, a destroyed one leaves nothing")
  func keepsAndDestroys() async throws {
    try await TemporaryProject.use { project in
      let postgres = project.postgres()
      let first = try await postgres.start()
      try await run("CREATE TABLE kept (id int); INSERT INTO kept VALUES (7)", on: first)
      let second = try await postgres.start()
      #expect(second.wasRunning && second.processID == first.processID)
      #expect(second.notes == first.notes)

      #expect(try await postgres.stop())
      #expect(try await !postgres.stop())
      try await eventually("the server is still there") { kill(first.processID, 0) != 0 }
      #expect(throws: EmbeddedPostgresError.self) { try postgres.connectionURL }

      let third = try await postgres.start()
      #expect(!third.wasRunning && third.processID != first.processID)
      let connection = try await PostgresConnection.connect(third.configuration)
      #expect(try await connection.queryOne("SELECT id FROM kept").decode(Int32.self) == 7)
      await connection.close()

      #expect(try await postgres.destroy())
      try await eventually("the server is still there") { kill(third.processID, 0) != 0 }
      #expect(owner(of: project.path + "/.seed-runner") == nil)
      #expect(try await !postgres.destroy())
      #expect(try await postgres.status() == .stopped)
    }
  }

  @Test("A role or database that is requested later is created, also on a running server")
  func makesWhatIsMissing() async throws {
    try await TemporaryProject.use { project in
      let first = try await project.postgres().start()
      let other = project.postgres {
        $0.role = "it's \"odd\""
        $0.database = "Zweite Datenbank"
      }
      let second = try await other.start()
      #expect(second.processID == first.processID)
      let connection = try await PostgresConnection.connect(second.configuration)
      let names = try await connection.queryOne("SELECT current_user::text, current_database()::text")
        .decode(String.self, String.self)
      #expect(names == ("it's \"odd\"", "Zweite Datenbank"))
      await connection.close()
      #expect(try await other.start().wasRunning)
    }
  }

  @Test("Concurrent callers get the same server")
  func oneServerForAll() async throws {
    try await TemporaryProject.use { project in
      let servers = try await withThrowingTaskGroup(of: EmbeddedPostgres.RunningServer.self) { group in
        for _ in 0..<8 { group.addTask { try await project.postgres().start() } }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      #expect(Set(servers.map(\.processID)).count == 1)
      #expect(servers.count { !$0.wasRunning } == 1)
    }
  }

  @Test("Starting and destroying at the same time ends with a server or without one, never with an error")
  func startsWhileDestroyed() async throws {
    try await TemporaryProject.use { project in
      let postgres = project.postgres()
      _ = try await postgres.start()
      async let destroyed = postgres.destroy()
      async let started = postgres.start()
      _ = try await (destroyed, started)
      #expect(try await postgres.start().processID > 0)
    }
  }

  @Test("The URL and psql connect to the server, also from a path with spaces and special characters")
  func urlAndPsql() async throws {
    try await TemporaryProject.use(named: " ü%&?=#'\"$x") { project in
      let postgres = project.postgres()
      let server = try await postgres.start()
      #expect(try postgres.connectionURL == server.connectionURL)
      #expect(server.connectionURL.hasPrefix("postgresql://seed@/seed?host=/tmp/seed-runner-"))
      let connection = try await PostgresConnection.connect(.init(url: server.connectionURL))
      #expect(try await connection.queryOne("SELECT 1").decode(Int32.self) == 1)
      await connection.close()
      let psql = try postgres.psqlCommand
      let variables = psql.variables.compactMap { name, value in value.map { "\(name)=\($0)" } }
      let command = ["/usr/bin/env"] + variables + [psql.executable]
      #expect(try output(command + ["-Atc", "SELECT 40 + 2"]) == "42\n")
      #expect(
        try output(command + ["-d", "postgres", "-Atc", "SELECT current_database()"]) == "postgres\n",
        "an option overrides only the database")
    }
  }

  @Test("Settings of the caller take effect at the next start, and two clusters can coexist")
  func extraSettings() async throws {
    try await TemporaryProject.use { project in
      let first = project.postgres { $0.serverSettings["work_mem"] = "7MB" }
      let server = try await first.start()
      let connection = try await PostgresConnection.connect(server.configuration)
      #expect(try await connection.queryOne("SHOW work_mem").decode(String.self) == "7MB")
      await connection.close()
      let second = project.postgres { $0.clusterName = "other" }
      #expect(try await second.start().processID != server.processID)
      #expect(try await second.destroy())
      #expect(try await first.start().wasRunning)
    }
  }

  private func run(_ sql: String, on server: EmbeddedPostgres.RunningServer) async throws {
    let connection = try await PostgresConnection.connect(server.configuration)
    try await connection.runScript(sql)
    await connection.close()
  }
}

/// The output of a program.
func output(_ command: [String]) throws -> String {
  var ends: [Int32] = [0, 0]
  try #require(pipe(&ends) == 0)
  defer { close(ends[0]) }
  var actions = posix_spawn_file_actions_t()
  posix_spawn_file_actions_init(&actions)
  defer { posix_spawn_file_actions_destroy(&actions) }
  posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
  var arguments = command.map { strdup($0) } + [nil]
  defer { for argument in arguments { free(argument) } }
  var process = pid_t()
  let status = posix_spawn(&process, command[0], &actions, nil, &arguments, nil)
  close(ends[1])
  try #require(status == 0)
  var text: [UInt8] = []
  var buffer = [UInt8](repeating: 0, count: 4096)
  while case let count = read(ends[0], &buffer, buffer.count), count > 0 { text += buffer[..<count] }
  waitpid(process, nil, 0)
  return String(decoding: text, as: UTF8.self)
}
