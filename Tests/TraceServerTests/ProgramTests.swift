import Basics
import EmbeddedPostgres
import FoundationEssentials
import Glibc
import Postgres
import SeedTesting
import Testing
import Threads

@Suite("trace-server", .serialized)
struct ProgramTests {
  private static let nowhere = "postgresql://nobody@127.0.0.1:1/none"

  @Test("seeds an empty database, serves requests, logs one line each, and logs no secret")
  func serves() async throws {
    try await TemporaryDatabase.with { database in
      // An optional parameter, so that the connection string contains a password.
      let url = database.url.replacing("@/", with: ":\(TraceServerBinary.canary)@/")
      var token = ""
      let end = try await TraceServerBinary.with(
        url: url,
        variables: [
          "AUTO_SEED_DATABASE": "true", "SEED_DEBUG": "true",
          "REDIS_URL": "redis://:\(TraceServerBinary.canary)@127.0.0.1:\(try FreePort.find())",
        ]
      ) { server in
        token = try await server.register("somebody@example.com")
        let found = try await server.post(
          "/api/v1/traces/search",
          #"{"q": "asyncpg pgbouncer prepared statement already exists", "limit": 1}"#,
          token: token)
        #expect(found?.status == 200 && found?.body.contains("PgBouncer in transaction mode") == true)
        let wrong = try await server.get("/api/v1/tags?token=\(TraceServerBinary.canary)")
        #expect(wrong?.status == 200)
        _ = try await server.post(
          "/api/v1/traces/search", #"{"q": "\#(TraceServerBinary.canary)"#, token: token)
        _ = try await server.post("/api/v1/auth/register", #"{"email": "\#(TraceServerBinary.canary)"}"#)
      }
      #expect(end.exitCode == 128 + SIGTERM)
      let log = end.output + end.errors
      for secret in [TraceServerBinary.canary, token, "somebody@example.com", "asyncpg pgbouncer"] {
        #expect(!log.contains(secret), "\(log)")
      }
      for line in [
        "listening on http://127.0.0.1:", "POST /api/v1/traces/search 200", "stopped", "embeddings",
      ] {
        #expect(log.contains(line), "\(line)")
      }
      #expect(
        log.split(separator: "\n").count { $0.contains("Redis is unavailable for rate limits") } == 1,
        "\(log)")
      #expect(end.output.isEmpty)
    }
  }

  @Test("answers --check-health, which fails without a server")
  func checkHealth() async throws {
    func check(_ port: Int) async throws -> ChildProcess.End {
      let variables = ["PORT": "\(port)", "SEED_ENV": "test", "PATH": "/usr/bin:/bin"]
      return try await ChildProcess.start(
        TraceServerBinary.path, ["--check-health"], environment: variables, directory: "/"
      ).wait()
    }
    let before = try await check(Int(FreePort.find()))
    #expect(before.exitCode == 1)
    #expect(before.errors.contains("the server does not respond [SR-606]"))
    try await TemporaryDatabase.with { database in
      _ = try await TraceServerBinary.with(url: database.url) { server in
        let health = try await check(server.port)
        #expect(health.exitCode == 0)
      }
    }
  }

  @Test("starts and runs all other seeders if a definition in its folder of seeders is invalid")
  func faultyDefinition() async throws {
    try await TemporaryDatabase.with { database in
      try await TemporaryFolder.with { folder in
        try FileManager.default.createDirectory(
          atPath: "\(folder.path)/broken", withIntermediateDirectories: false)
        try folder.write(#"{"id": "broken", "sumary": "x"}"#, to: "broken/seeder.json")
        let end = try await TraceServerBinary.with(
          url: database.url, variables: ["AUTO_SEED_DATABASE": "true", "SEEDERS_PATH": folder.path]
        ) { server in
          let tags = try await server.get("/api/v1/tags")
          #expect(tags?.status == 200)
        }
        #expect(end.exitCode == 128 + SIGTERM)
        #expect(end.errors.contains("failed broken in"), "\(end.errors)")
        #expect(end.errors.contains("broken/seeder.json:1: field 'summary'"))
      }
    }
  }

  @Test("has no line of its log from the line breaks in a value, a file, a folder or a setting")
  func lineBreaks() async throws {
    let forged = "\n2026-12-01T01:54:46.591Z GET forged 200 0.1 ms 15 B from 10.0.0.1 id=1\nError: forged"
    func expectNone(_ errors: String, places: Int) {
      #expect(errors.ranges(of: "GET forged").count >= places, "\(errors)")
      for line in errors.split(separator: "\n") {
        #expect(
          line.firstMatch(of: /^(\S+Z )?(\| *)?(2026-12-01T01:54:46.591Z GET|Error: forged)/) == nil,
          "\(line)")
      }
    }
    try await TemporaryDatabase.with { database in
      try await TemporaryFolder.with { folder in
        let rows = #"{"table": "plan", "files": "*.csv", "key": "code"}"#
        for (name, definition) in [
          ("plans", #"{"id": "plans", "summary": "x", "tables": [\#(rows)]}"#), (forged, "{"),
        ] {
          try FileManager.default.createDirectory(
            atPath: "\(folder.path)/\(name)", withIntermediateDirectories: false)
          try folder.write(definition, to: "\(name)/seeder.json")
        }
        try folder.write("code,price\nbasic,\"1\(forged)\"\n", to: "plans/a\(forged).csv")
        try await database.withConnection {
          _ = try await $0.query("CREATE TABLE plan (code text PRIMARY KEY, price integer)")
        }
        let variables = ["AUTO_SEED_DATABASE": "true", "SEEDERS_PATH": folder.path]
        let end = try await TraceServerBinary.with(url: database.url, variables: variables) { _ in }
        expectNone(end.errors, places: 3)
        let host = try TraceServerBinary.start(url: database.url, variables: ["HOST": "a\(forged)"])
        expectNone(try await host.process.wait().errors, places: 1)
      }
    }
  }

  @Test("stops on SIGTERM under load, and exactly the acknowledged writes were committed")
  func sigterm() async throws {
    try await TemporaryDatabase.with { database in
      let created = Lock(0)
      let end = try await TraceServerBinary.with(
        url: database.url, variables: ["RATE_LIMIT_WRITE_PER_MINUTE": "1000000"], signal: nil
      ) { server in
        let token = try await server.register("somebody@example.com")
        try await database.withConnection { connection in
          _ = try await connection.query("UPDATE users SET is_established = true")
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
          for client in 0..<16 {
            group.addTask {
              var round = 0
              func trace() -> String {
                round += 1
                return
                  #"{"title": "T\#(client) \#(round)", "context": "C", "solution": "S", "tags": ["load"]}"#
              }
              while let answer = try await server.post("/api/v1/traces", trace(), token: token) {
                guard answer.status == 201 else {
                  // The client gets a 503 instead of no response.
                  guard answer.status == 503 else {
                    throw TraceServerBinary.Failure(description: "\(answer)")
                  }
                  return
                }
                let number = created.withLock { created in
                  created += 1
                  return created
                }
                if number == 320 { server.process.signal(SIGTERM) }
                try Task.checkCancellation()
              }
            }
          }
          try await group.waitForAll()
        }
        #expect(created.withLock { $0 } >= 320)
      }
      #expect(end.exitCode == 128 + SIGTERM && end.errors.contains("stopped"), "\(end.errors.suffix(2000))")
      let stored = try await database.withConnection { connection in
        try await connection.queryOne("SELECT count(*) FROM traces").decode(Int.self)
      }
      let answered = created.withLock { $0 }
      #expect(stored == answered, "\(stored) stored, \(answered) answered\n\(end.errors.suffix(3000))")
    }
  }

  @Test("is live before its database, ready after it, and survives its restart under load")
  func databaseRestart() async throws {
    try await TemporaryFolder.with { folder in
      let postgres = EmbeddedPostgres(EmbeddedPostgres.Settings(projectDirectory: folder.path))
      let configuration = try await postgres.start().configuration
      try await postgres.stop()
      let url =
        "postgresql://\(configuration.user ?? "")@/\(configuration.database ?? "")"
        + "?host=\(PercentEncoding.encode(configuration.host ?? ""))&port=\(configuration.port ?? "")"
      let end = try await TraceServerBinary.with(
        url: url, variables: ["AUTO_SEED_MODE": "background", "RATE_LIMIT_READ_PER_MINUTE": "1000000"],
        readyFirst: false, signal: SIGINT
      ) { server in
        try await server.reach("/health", status: 200)
        let early = try await server.get("/health/ready")
        #expect(early?.status == 503 && early?.text("phase") == "connecting", "\(String(describing: early))")
        #expect(try await server.post("/api/v1/auth/register", #"{"email": "a@example.com"}"#)?.status == 503)
        _ = try await postgres.start()
        try await server.reach("/health/ready", status: 200)
        let token = try await server.register("somebody@example.com")
        let statuses = try await withThrowingTaskGroup(of: [Int: Int].self) { group in
          let isDone = Lock(false)
          for _ in 0..<8 {
            group.addTask {
              var statuses: [Int: Int] = [:]
              while !isDone.withLock({ $0 }), !Task.isCancelled {
                let answer = try await server.post("/api/v1/traces/search", #"{"q": "x"}"#, token: token)
                statuses[answer?.status ?? 0, default: 0] += 1
              }
              return statuses
            }
          }
          try await server.reach("/metrics", status: 200)
          try await postgres.stop()
          try await server.reach("/health/ready", status: 503)
          _ = try await postgres.start()
          try await server.reach("/health/ready", status: 200)
          isDone.withLock { $0 = true }
          return try await group.reduce(into: [:]) { $0.merge($1, uniquingKeysWith: +) }
        }
        #expect(Set(statuses.keys).isSubset(of: [200, 503]) && statuses.keys.contains(200), "\(statuses)")
        #expect(try await server.post("/api/v1/traces/search", #"{"q": "x"}"#, token: token)?.status == 200)
      }
      #expect(end.exitCode == 128 + SIGINT)
      try await postgres.stop()
    }
  }

  @Test(
    "parses its command line",
    arguments: [
      (["--help"], Int32(0), "--port N"), (["--version"], 0, "trace-server"),
      (["--frobnicate"], 64, "See 'trace-server --help'"),
      (["--port", "x"], 64, "0 to 65535"), (["--prot", "1"], 64, "--port"), (["serve"], 64, "serve"),
      (["--host", "example.invalid", "--port", "0"], 78, "example.invalid"),
    ])
  func commandLine(arguments: [String], code: Int32, text: String) async throws {
    // No connection is opened.
    let server = try TraceServerBinary.start(
      arguments, url: Self.nowhere, variables: ["AUTO_MIGRATE": "false"])
    let end = try await server.process.wait()
    #expect(end.exitCode == code, "\(end.errors)")
    #expect((end.output + end.errors).contains(text), "\(end)")
    #expect(end.output.isEmpty == (code != 0))
  }

  @Test(
    "rejects invalid settings",
    arguments: [
      ["PORT": "70000"], ["REDIS_URL": "http://x"], ["REDIS_URL": "redis://a b"],
      ["EMBEDDING_PROVIDER": "magic"],
      ["RATE_LIMIT_READ_PER_MINUTE": "0"], ["RATE_LIMIT_ON_FAILURE": "panic"],
    ])
  func configuration(variables: [String: String]) async throws {
    let server = try TraceServerBinary.start(url: Self.nowhere, variables: variables)
    let end = try await server.process.wait()
    #expect(end.exitCode == 78, "\(end.errors)")
    #expect(variables.keys.allSatisfy { end.errors.contains($0.split(separator: "_")[0]) }, "\(end.errors)")
  }
}
