import FoundationEssentials
import Postgres
import SeedTesting
import Testing

@Suite("Structured logs and the HTML report of a run")
struct LogFormatTests {
  private struct Event: Decodable {
    let time: String
    let level: String
    let event: String
    let run_id: String
    let seeder: String?
    let outcome: String?
    let duration_ms: Double?
    let sqlstate: String?
    let message: String?
    let exit_code: Int?
    let line: Int?
    let subject: String?
  }

  private func events(_ errors: String) throws -> [Event] {
    try errors.split(separator: "\n").map { line in
      do {
        return try JSONDecoder().decode(Event.self, from: Data(line.utf8))
      } catch {
        Issue.record("no event: \(line)")
        throw error
      }
    }
  }

  @Test("log a run to standard error, one event per line, and leave standard output to the result")
  func run() async throws {
    try await TemporaryDatabase.with { database in
      let run = try await SeedRunnerBinary.run(
        "--all", "--debug", "--format", "json", "--log-format", "json", url: database.url)
      #expect(run.exitCode == 0)
      struct Report: Decodable { let run_id: String }
      let report = try JSONDecoder().decode(Report.self, from: Data(run.output.utf8))
      let events = try events(run.errors)
      #expect(Set(events.map(\.run_id)) == [report.run_id])
      #expect(events.first { $0.event == "run_started" } != nil)
      #expect(events.count { $0.event == "migration_applied" } >= 8)
      #expect(events.count { $0.event == "seeder_started" } == 11)
      let ended = events.filter { $0.event == "seeder_finished" }
      #expect(ended.count == 11 && ended.allSatisfy { $0.outcome == "seeded" && ($0.duration_ms ?? 0) > 0 })
      #expect(events.contains { $0.event == "seeder_phase" && $0.level == "debug" })
      #expect(events.last { $0.level != "debug" && $0.event != "message" }?.event == "run_finished")
      #expect(events.map(\.time) == events.map(\.time).sorted())
    }
  }

  @Test("contain faults, retries, usage errors and errors with many lines in the same format")
  func faults() async throws {
    try await TemporaryDatabase.with { database in
      try await TemporaryFolder.with { folder in
        try FileManager.default.createDirectory(
          atPath: folder.path + "/bad", withIntermediateDirectories: true)
        try folder.write(
          "{\"id\": \"bad\", \"summary\": \"x\", \"tables\": [{\"table\": \"rates\", \"files\": \"rates.json\", \"key\": \"name\"}]}",
          to: "bad/seeder.json")
        try folder.write(
          "[{\"name\": \"a\\nb\", \"rate\": \"x\\u001b[31m\"},\n{\"name\": \"c\", \"rate\": \"y\"}]",
          to: "bad/rates.json")
        try await database.withConnection {
          try await $0.query("CREATE TABLE rates (name text PRIMARY KEY, rate integer)")
        }
        let page = "\(folder.path)/run.html"
        let run = try await SeedRunnerBinary.run(
          "--bad", "--seeders-path", folder.path, "--log-format=json", "--report-html", page,
          url: database.url)
        let found = try events(run.errors)
        #expect(found.filter { $0.event == "fixture_fault" }.map(\.line) == [1, 2])
        #expect(found.first { $0.event == "seeder_finished" }?.level == "error")
        let html = try String(decoding: Data(contentsOf: URL(filePath: page)), as: UTF8.self)
        #expect(html.contains("rates.json:2: record 2") && !html.contains("\u{1B}"))
      }
    }
    let usage = try await SeedRunnerBinary.run("--log-format", "json", "--tgas")
    #expect(try events(usage.errors).map(\.exit_code) == [64])
    let quiet = try await SeedRunnerBinary.run(
      "--log-format", "json", "-q", "--users", url: "postgresql://u@127.0.0.1:1/x",
      variables: ["SEED_RETRY_BUDGET": "1"])
    let last = try events(quiet.errors)
    #expect(last.map(\.level) == ["error"] && last.first?.exit_code == 4)
  }

  @Test("contain no secret, and neither do live lines and output")
  func secrets() async throws {
    try await TemporaryDatabase.with { database in
      try await TemporaryFolder.with { folder in
        let canary = SeedRunnerBinary.canary
        let parts = database.url.split(separator: "@", maxSplits: 1)
        let user = try #require(parts.first?.split(separator: "/").last?.split(separator: ":").first)
        // The test servers use trust authentication, so any password works.
        let url = "postgresql://\(user):\(canary)@" + parts[1]
        let page = "\(folder.path)/run.html"
        var outputs: [String] = []
        for arguments in [
          ["--all", "--report-html", page], ["--all", "--log-format", "json", "--report-html", page],
        ] {
          let process = try SeedRunnerBinary.start(arguments + ["--debug", "--database-url", url])
          let end = try await process.wait()
          #expect(end.exitCode == 0, "\(end.errors)")
          outputs += [
            end.output, end.errors,
            try String(decoding: Data(contentsOf: URL(filePath: page)), as: UTF8.self),
          ]
        }
        let terminal = try PseudoTerminal(columns: 120, rows: 60)
        let process = try ChildProcess.start(
          SeedRunnerBinary.path, ["--all", "--debug"],
          environment: [
            "PATH": "/usr/bin:/bin", "SEED_ENV": "test", "DATABASE_URL": url, "TERM": "xterm",
            "CAPACITY_IS_PART_OF_ALL": "false",
          ],
          on: terminal)
        #expect(try await process.wait().exitCode == 0)
        try await terminal.waitForEnd()
        outputs.append(terminal.output)
        let unreachable = "postgresql://u:\(canary)@127.0.0.1:1/x"
        for format in ["text", "json"] {
          let end = try await SeedRunnerBinary.run(
            "--users", "--debug", "--log-format", format, "--report-html", page, url: unreachable,
            variables: ["SEED_RETRY_BUDGET": "1"])
          outputs += [
            end.output, end.errors,
            try String(decoding: Data(contentsOf: URL(filePath: page)), as: UTF8.self),
          ]
        }
        #expect(outputs.count { !$0.isEmpty } >= 11)
        for output in outputs { #expect(!output.contains(canary)) }
      }
    }
  }
}
