import FoundationEssentials
import Postgres
import SeedTesting
import Testing

@Suite("ci --clone-from")
struct CICloneTests {
  /// A prefix for templates and job databases, which are all dropped afterwards.
  private struct Place {
    let database: TemporaryDatabase
    let prefix: String

    func url(_ job: Int) -> String { database.url.replacing("/\(database.name)?", with: "/\(name(job))?") }
    func name(_ job: Int) -> String { "job_\(prefix)_\(job)" }

    static func with(_ body: (Place) async throws -> Void) async throws {
      try await TemporaryDatabase.with { database in
        let prefix = "tt\(UInt32.random(in: 0...UInt32.max))"
        let place = Place(database: database, prefix: prefix)
        let result: Result<Void, any Error>
        do { result = .success(try await body(place)) } catch { result = .failure(error) }
        _ = try await place.template("drop", "--current", "--yes")
        try await database.withConnection { connection in
          for name in try await place.names(like: "job_\(prefix)%") {
            try await connection.query("DROP DATABASE \(PostgresIdentifier(name)) WITH (FORCE)")
          }
        }
        try result.get()
      }
    }

    func names(like pattern: String) async throws -> [String] {
      try await database.withConnection { connection in
        try await connection.query(
          "SELECT datname::text FROM pg_database WHERE datname LIKE \(pattern) ORDER BY 1"
        )
        .map { try $0.decode(String.self) }
      }
    }

    func start(_ job: Int, _ arguments: [String] = [], variables: [String: String] = [:]) throws
      -> ChildProcess
    {
      try SeedRunnerBinary.start(
        ["ci", "--clone-from", prefix] + arguments, url: url(job),
        variables: Self.variables.merging(variables) { $1 })
    }

    func run(
      _ job: Int, _ arguments: [String] = [], variables: [String: String] = [:]
    ) async throws -> ChildProcess.End {
      try await start(job, arguments, variables: variables).wait()
    }

    func template(_ verb: String, _ options: String...) async throws -> ChildProcess.End {
      try await SeedRunnerBinary.start(
        ["template", verb, prefix] + options, url: database.url, variables: Self.variables
      ).wait()
    }

    func count(_ table: String, job: Int) async throws -> Int {
      var configuration = database.configuration
      configuration.database = name(job)
      return try await PostgresConnection.with(configuration) { connection in
        try await connection.queryOne("SELECT count(*) FROM \(unescaped: table)").decode(Int.self)
      }
    }

    static let variables = ["SEED_ENV": "ci"]
  }

  @Test("concurrent jobs: one creates the template, and each gets its own seeded database")
  func several() async throws {
    try await Place.with { place in
      let ends = try await withThrowingTaskGroup(of: ChildProcess.End.self) { group in
        for job in 0..<5 { group.addTask { try await place.run(job) } }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      #expect(ends.allSatisfy { $0.exitCode == 0 }, "\(ends.map(\.errors))")
      #expect(ends.count { $0.output.contains("created the template") } == 1)
      #expect(ends.count { $0.output.contains("cloned from the template") } == 4)
      for job in 0..<5 { #expect(try await place.count("users", job: job) == 11) }
      #expect(try await place.names(like: "\(place.prefix)%").count == 1)
      let later = try await place.run(5)
      #expect(later.exitCode == 0 && later.output.contains("cloned from the template"))
      let again = try await place.run(5)
      #expect(again.exitCode == 5, "it is there: \(again.errors)")
      #expect(again.errors.contains("--replace"))
      #expect(try await place.run(5, ["--replace"]).exitCode == 0)
    }
  }

  @Test("a killed job leaves no complete template, and the next job creates it")
  func killed() async throws {
    try await Place.with { place in
      let maker = try place.start(1)
      try await Waiting.until(
        on: place.database,
        "SELECT count(*) > 0 FROM pg_database WHERE datname LIKE \(place.prefix + "%_new_%")")
      maker.kill()
      _ = try await maker.wait()
      let list = try await place.template("list")
      #expect(list.output.contains("being created, or left over"), "\(list.output)\(list.errors)")
      let next = try await place.run(2)
      #expect(next.exitCode == 0, "\(next.errors)")
      #expect(next.output.contains("created the template"))
      #expect(try await place.names(like: "\(place.prefix)%").count == 1, "what was left over is gone")
    }
  }

  @Test("a job that loses the lock, as after a restart, still completes the template")
  func lostLock() async throws {
    try await Place.with { place in
      let maker = try place.start(1)
      let holder: PostgresQuery =
        """
        SELECT count(pg_terminate_backend(l.pid)) > 0 FROM pg_locks AS l JOIN pg_stat_activity AS a USING (pid)
        WHERE l.locktype = 'advisory' AND l.granted AND a.datname = 'postgres' AND a.state = 'idle in transaction'
          AND EXISTS (SELECT FROM pg_database WHERE datname LIKE \(place.prefix + "%_new_%"))
          AND (l.classid::bigint << 32) + l.objid::bigint = hashtextextended('seed-runner template ' || (
            SELECT left(datname, -13) FROM pg_database WHERE datname LIKE \(place.prefix + "%_new_%")), 0)
        """
      try await Waiting.until(on: place.database, holder)
      let end = try await maker.wait()
      #expect(end.exitCode == 0, "\(end.errors)")
      #expect(end.output.contains("created the template"))
      #expect(try await place.run(2).output.contains("cloned from the template"))
    }
  }

  @Test("a table that no migration creates is missing in a new template, which a note explains")
  func ownTable() async throws {
    try await Place.with { place in
      try await TemporaryFolder.with { folder in
        try FileManager.default.createDirectory(
          atPath: "\(folder.path)/s", withIntermediateDirectories: false)
        try folder.write("id\n1\n", to: "s/data.csv")
        try folder.write(
          #"{"id": "s", "summary": "x", "tables": [{"table": "supplier", "files": "data.csv", "key": "id"}]}"#,
          to: "s/seeder.json")
        let end = try await place.run(1, ["--no-built-in", "--seeders-path", folder.path])
        #expect(end.exitCode == 65, "\(end.errors)")
        #expect(
          end.errors.contains(
            "note: a new template is an empty database, in which only migrations create tables"),
          "\(end.errors)")
      }
    }
  }

  @Test("changed data needs a new template; old ones are listed and dropped")
  func old() async throws {
    try await Place.with { place in
      #expect(try await place.run(1).exitCode == 0)
      let changed = try await place.run(2, variables: ["VALIDATION_THRESHOLD": "3"])
      #expect(changed.exitCode == 0 && changed.output.contains("created the template"), "\(changed.errors)")
      let list = try await place.template("list").output
      #expect(list.contains(" current ") && list.contains(" old "))
      let dropped = try await place.template("drop", "--yes")
      #expect(dropped.exitCode == 0 && dropped.output.contains("dropped "), "\(dropped.errors)")
      #expect(try await place.names(like: "\(place.prefix)%").count == 1)
      #expect(
        try await place.run(3).output.contains("cloned from the template"), "the current one is still there")
    }
  }

  @Test("bad data: no template, exit code 65, and the job's database has the rows of the other seeders")
  func wrongData() async throws {
    try await Place.with { place in
      try await TemporaryFolder.with { folder in
        try folder.write(
          #"{"id": "bad", "summary": "bad", "tables": [{"table": "users", "files": "users.csv", "key": "email"}]}"#,
          to: "seeder.json")
        try folder.write("email,nonsense\na@example.com,1\n", to: "users.csv")
        let end = try await place.run(1, ["--seeders-path", folder.path])
        #expect(end.exitCode == 65, "\(end.errors)\(end.output)")
        #expect(try await place.names(like: "\(place.prefix)%").isEmpty)
        #expect(try await place.count("tags", job: 1) > 0)
      }
    }
  }

  @Test("a role without CREATEDB: the fix names the statement for an administrator")
  func rights() async throws {
    try await Place.with { place in
      let role = "role_\(place.prefix)"
      try await place.database.withConnection {
        try await $0.query("CREATE ROLE \(PostgresIdentifier(role)) LOGIN")
      }
      let user = place.database.configuration.user ?? ""
      let url = place.url(1).replacing("//\(user)@", with: "//\(role)@")
      let result = try await SeedRunnerBinary.run("ci", "--clone-from", place.prefix, url: url)
      try await place.database.withConnection { try await $0.query("DROP ROLE \(PostgresIdentifier(role))") }
      #expect(result.exitCode == 4)
      #expect(result.errors.contains(#"ALTER ROLE "\#(role)" CREATEDB"#), "\(result.errors)")
    }
  }
}
