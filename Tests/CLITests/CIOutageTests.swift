import EmbeddedPostgres
import FoundationEssentials
import Glibc
import Postgres
import SeedTesting
import Synchronization
import Testing
import Threads

@Suite("ci with server outages")
struct CIOutageTests {
  /// Accepts and drops connections on the server's port, and counts them.
  private final class Absence: Sendable {
    private let descriptor: Int32
    private let path: String
    private let count = Atomic(0)

    init(_ path: String) throws {
      self.path = path
      descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
      var address = sockaddr_un()
      address.sun_family = sa_family_t(AF_UNIX)
      withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
      let status = withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
        }
      }
      try #require(status == 0 && listen(descriptor, 8) == 0)
      chmod(path, 0o777)
      try DetachedThread.start { [self] in
        while true {
          let client = accept(descriptor, nil, nil)
          guard client >= 0 else { return }
          close(client)
          count.add(1, ordering: .relaxed)
        }
      }
    }

    func wait(until number: Int) async throws {
      let deadline = ContinuousClock.now + .seconds(60)
      while count.load(ordering: .relaxed) < number {
        try #require(ContinuousClock.now < deadline, "nobody came")
        try await Task.sleep(for: .milliseconds(5))
      }
    }

    func end() {
      unlink(path)
      shutdown(descriptor, Int32(SHUT_RDWR))
      close(descriptor)
    }
  }

  @Test(
    "a late start, a restart and a serialization failure: seeded, every retry in every report, no password anywhere"
  )
  func trouble() async throws {
    try await CIReports.with { reports in
      let project = reports.folder.path
      chmod(project, 0o755)
      let postgres = EmbeddedPostgres(
        EmbeddedPostgres.Settings(projectDirectory: project, serverSettings: ["shared_buffers": "32MB"]))
      let server = try await postgres.start()
      let outcome: Result<Void, any Error>
      do {
        outcome = .success(try await trouble(reports, postgres, server))
      } catch {
        outcome = .failure(error)
      }
      _ = try await postgres.destroy()
      try outcome.get()
    }
  }

  private func trouble(
    _ reports: CIReports, _ postgres: EmbeddedPostgres, _ server: EmbeddedPostgres.RunningServer
  ) async throws {
    let canary = SeedRunnerBinary.canary
    let url = server.connectionURL.replacing("seed@", with: "seed:\(canary)@")
    #expect(url.contains(canary))
    let migrated = try await SeedRunnerBinary.run(
      "migrate", "up", url: url, variables: ["SEED_ENV": "ci", "CAPACITY_IS_PART_OF_ALL": "true"])
    #expect(migrated.exitCode == 0, "\(migrated.errors)")
    try await PostgresConnection.with(server.configuration) { connection in
      // Sequences are not rolled back, so each of these happens once.
      try await connection.runScript(
        """
        CREATE SEQUENCE refusals; CREATE SEQUENCE pauses;
        CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
          IF nextval('refusals') = 1 THEN RAISE 'could not serialize access' USING ERRCODE = '40001'; END IF;
          RETURN NULL; END $$;
        CREATE TRIGGER refuse BEFORE INSERT ON tags FOR EACH STATEMENT EXECUTE FUNCTION refuse();
        CREATE FUNCTION pause() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
          IF nextval('pauses') = 1 THEN PERFORM pg_advisory_lock(7); END IF;
          RETURN NULL; END $$;
        CREATE TRIGGER pause BEFORE INSERT ON tools FOR EACH STATEMENT EXECUTE FUNCTION pause();
        """)
    }
    _ = try await postgres.stop()
    let socket = "\(server.configuration.host ?? "")/.s.PGSQL.\(server.configuration.port ?? "5432")"
    unlink(socket)
    let absence = try Absence(socket)
    let process = try SeedRunnerBinary.start(
      ["ci", "--database-url", url, "--database-wait", "60"] + reports.options, variables: reports.variables)
    try await absence.wait(until: 4)
    #expect(!commandLine(of: process.id).contains(canary))
    absence.end()
    _ = try await postgres.start()
    try await restartWhilePaused(postgres, server)
    #expect(!commandLine(of: process.id).contains(canary))
    let end = try await process.wait()
    #expect(end.exitCode == 0, "\(end.errors)\(end.output)")
    try await reports.validate()
    try check(reports, end)
    let log = try logs(in: reports.folder.path)
    #expect(!log.isEmpty)
    let texts =
      [end.output, end.errors, log] + (try [reports.json, reports.junit, reports.summary].map(reports.text))
    for text in texts { #expect(!text.contains(canary)) }
  }

  private func restartWhilePaused(
    _ postgres: EmbeddedPostgres, _ server: EmbeddedPostgres.RunningServer
  ) async throws {
    try await PostgresConnection.with(server.configuration) { connection in
      try await connection.query("SELECT pg_advisory_lock(7)")
      let deadline = ContinuousClock.now + .seconds(60)
      while true {
        // Wait for the second attempt: only then has the program received the serialization failure. Stopping the
        // server earlier would lose it.
        let isPausedAfterRefusal = try await connection.queryOne(
          """
          SELECT (SELECT count(*) > 0 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted)
            AND (SELECT last_value > 1 FROM refusals)
          """
        ).decode(Bool.self)
        if isPausedAfterRefusal { break }
        try #require(ContinuousClock.now < deadline, "the run never came to its second seeder")
        try await Task.sleep(for: .milliseconds(5))
      }
      _ = try await postgres.stop()
      _ = try await postgres.start()
    }
  }

  private func check(_ reports: CIReports, _ end: ChildProcess.End) throws {
    let document = try reports.document()
    #expect(document.retries.count >= 4 && document.retries.allSatisfy { $0.subject == "connect" })
    let tags = try #require(document.seeder("tags"))
    #expect(tags.retries.contains { $0.sqlState == "40001" })
    let tools = try #require(document.seeder("tools"))
    #expect(tools.retries.contains { $0.cause.contains(Self.lastWords) }, "\(tools.retries)")
    #expect(tools.outcome == "seeded" && tools.attempts == tools.retries.count + 1)
    #expect(
      document.totals.retries == document.retries.count + document.seeders.map(\.retries.count).reduce(0, +))
    #expect(document.verifications.allSatisfy { $0.outcome == "passed" })
    let others = [
      end.output, try reports.text(reports.junit),
      try reports.text(reports.summary).replacing("\\_", with: "_"),
      end.errors,
    ]
    for text in others {
      #expect(text.contains("40001 serialization_failure"), "\(text)")
      #expect(text.contains(Self.lastWords), "\(text)")
    }
    let junit = try reports.text(reports.junit)
    #expect(junit.matches(of: /retry of connect/).count == document.retries.count)
    #expect(end.errors.contains("::warning title=seed-runner%3A tags was retried::"))
  }

  /// The last message of the server on a connection.
  private static let lastWords = "terminating connection due to administrator command"

  private func commandLine(of id: Int32) -> String {
    let bytes = (try? Data(contentsOf: URL(filePath: "/proc/\(id)/cmdline"))) ?? Data()
    return String(decoding: bytes, as: UTF8.self)
  }

  private func logs(in project: String) throws -> String {
    let home = "\(project)/.seed-runner"
    let names = try FileManager.default.subpathsOfDirectory(atPath: home).filter {
      $0.hasSuffix(".log") || $0.contains("log/")
    }
    return try names.map {
      try String(decoding: Data(contentsOf: URL(filePath: "\(home)/\($0)")), as: UTF8.self)
    }
    .joined()
  }
}
