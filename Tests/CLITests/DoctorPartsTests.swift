import FoundationEssentials
import Glibc
import SeedTesting
import Testing
import TraceTesting

@Suite("doctor: checks outside the database")
struct DoctorPartsTests {
  private static let secret = SeedRunnerBinary.canary
  /// A server that refuses connections at once.
  private static let noServer = "postgresql://app@/app?host=/nonexistent"

  @Test("reports every configuration fault, exits with 78, and runs the other checks")
  func configuration() async throws {
    try await TemporaryDatabase.with { database in
      try await TemporaryFolder.with { folder in
        try folder.write(#"{"seed": {"job": 3}, "redis": {"url": 7}}"#, to: "default.json")
        let diagnosis = try await Diagnosis.of(
          database.url, ["--config-path", folder.path], variables: ["SEED_JOBS": "many"])
        diagnosis.expect(
          "configuration", "failure", "default.json:1:11: seed.job: found an unknown key",
          "Did you mean 'seed.jobs'",
          "redis.url", "SEED_JOBS: seed.jobs: found 'many'", fix: "seed-runner config")
        #expect(diagnosis.result.exitCode == 78)
        diagnosis.expect("login", "ok")
        diagnosis.expect("redis", "skipped", "connection string is invalid")
      }
    }
    let faulty = try await Diagnosis.of("mysql://app:\(Self.secret)@db/app")
    faulty.expect("configuration", "failure", "DATABASE_URL")
    faulty.expect("login", "skipped", "see DATABASE_URL")
    #expect(faulty.result.exitCode == 78)
    let variables = try await Diagnosis.of(nil, variables: ["PGHOST": "db", "PGPORT": "nine"])
    variables.expect("configuration", "failure", "PGPORT")
    #expect(variables.result.exitCode == 78)
    #expect(!faulty.result.output.contains(Self.secret) && !faulty.result.errors.contains(Self.secret))
  }

  @Test("reports a faulty definition of a seeder")
  func seeders() async throws {
    try await TemporaryFolder.with { folder in
      try FileManager.default.createDirectory(
        atPath: "\(folder.path)/odd", withIntermediateDirectories: false)
      try folder.write(#"{"id": "odd", "tabels": []}"#, to: "odd/seeder.json")
      let diagnosis = try await Diagnosis.of(Self.noServer, ["--seeders-path", folder.path])
      diagnosis.expect("seeders", "failure", "odd/seeder.json", "tabels", fix: "seeder.md")
      #expect(diagnosis.result.exitCode == 4)
    }
  }

  @Test("checks the embedded server without starting it, and reports missing programs")
  func embedded() async throws {
    try await TemporaryFolder.with { folder in
      let project = ["--project-path", folder.path]
      let stopped = try await Diagnosis.of(nil, project)
      stopped.expect("embedded-server", "ok", "starts when")
      stopped.expect("login", "skipped", "not running")
      stopped.expect("disk-space", "ok", "MB free")
      #expect(stopped.result.exitCode == 0, "\(stopped.result.output)")
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
      let missing = try await Diagnosis.of(nil, project, variables: ["SEED_POSTGRES_BIN": "/nonexistent"])
      missing.expect("embedded-server", "failure", "cannot be used", fix: "Scripts/setup")
      #expect(missing.result.exitCode == 4)
      try FileManager.default.createDirectory(
        atPath: "\(folder.path)/.seed-runner/postgres/data", withIntermediateDirectories: true)
      try folder.write("nine\n", to: ".seed-runner/postgres/data/PG_VERSION")
      try await Diagnosis.of(nil, project).expect("embedded-server", "failure", folder.path)
    }
  }

  @Test("reports a disk that is nearly full", .enabled(if: getuid() == 0, "only root can mount"))
  func disk() async throws {
    try await TemporaryFolder.with { folder in
      func mount(_ size: String) async throws -> Int32 {
        let process = try ChildProcess.start(
          "/usr/bin/mount", ["-t", "tmpfs", "-o", "size=\(size)", "tmpfs", folder.path],
          environment: ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin"])
        return try await process.wait(timeout: .seconds(20)).exitCode
      }
      for (size, outcome) in [("64m", "failure"), ("512m", "warning")] {
        // In a container even root may not be allowed to.
        guard try await mount(size) == 0 else { return }
        let diagnosis = try await Diagnosis.of(nil, ["--project-path", folder.path])
        umount2(folder.path, 0)
        diagnosis.expect("disk-space", outcome, "MB free", fix: "free space")
      }
    }
  }

  @Test(
    "reports clocks that differ", .enabled(if: access("/usr/bin/faketime", X_OK) == 0, "needs faketime"))
  func clock() async throws {
    try await TemporaryDatabase.with { database in
      for (shift, words) in [("+1h", "behind"), ("-1h", "ahead of")] {
        let process = try ChildProcess.start(
          "/usr/bin/faketime", ["-f", shift, SeedRunnerBinary.path, "doctor"],
          environment: ["PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "DATABASE_URL": database.url])
        let end = try await process.wait()
        #expect(end.exitCode == 0, "\(end.output)\(end.errors)")
        let text = end.output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        #expect(text.contains("warning clock the server's clock is"), "\(end.output)")
        #expect(text.contains(words), "\(end.output)")
      }
    }
  }

  @Test("reports a Redis that works, is missing, rejects the password, or is a replica")
  func redis() async throws {
    func look(_ url: String) async throws -> Diagnosis {
      let diagnosis = try await Diagnosis.of(Self.noServer, variables: ["REDIS_URL": url])
      #expect(
        !diagnosis.result.output.contains(Self.secret) && !diagnosis.result.errors.contains(Self.secret))
      return diagnosis
    }
    try await RedisServer.with(password: Self.secret) { server in
      for url in [server.url, server.tcpURL] {
        try await look(url).expect("redis", "ok", "responds and runs scripts")
      }
      let wrong = server.tcpURL.replacing(":\(Self.secret)@", with: ":wrong-\(Self.secret)@")
      try await look(wrong).expect("redis", "failure", "rejected", fix: "REDIS_URL")
      try await server.kill()
      try await look(server.tcpURL).expect("redis", "failure", "cannot connect", fix: "start Redis")
    }
    try await RedisServer.with(settings: ["replicaof 127.0.0.1 1"]) { server in
      try await look(server.url).expect("redis", "failure", "replica", fix: "primary")
    }
    try await look("rediss://:\(Self.secret)@127.0.0.1:1").expect("redis", "failure", "cannot connect")
  }

  @Test("prints text with one line per check, and groups skipped checks by reason")
  func text() async throws {
    let result = try await SeedRunnerBinary.run("doctor", url: Self.noServer)
    #expect(result.exitCode == 4)
    let lines = result.output.split(separator: "\n")
    #expect(lines.contains { $0.hasPrefix("failure  port") }, "\(result.output)")
    #expect(lines.contains { $0.drop { $0 == " " }.hasPrefix("Fix: start the server") }, "\(result.output)")
    #expect(lines.count { $0.hasPrefix("skipped") } < 6, "\(result.output)")
    #expect(lines.last?.hasSuffix("skipped") == true)
    #expect(lines.allSatisfy { $0.count <= 80 }, "\(result.output)")
  }

  @Test("is documented: doctor.md describes each check, in the order of the report")
  func documentation() async throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let page = String(
      decoding: try Data(contentsOf: root.appending(path: "Documentation/doctor.md")), as: UTF8.self)
    let checks = try #require(page.firstRange(of: "## The checks"))
    let described = page[checks.upperBound...].split(separator: "\n").compactMap { line in
      line.firstMatch(of: /^\| `([a-z-]+)` \|/).map { String($0.output.1) }
    }
    #expect(described == (try await Diagnosis.of(Self.noServer)).checks.map(\.name))
  }
}
