import FoundationEssentials
import SeedTesting
import Testing

@Suite("The command 'config'")
struct ConfigTests {
  private struct Entry: Decodable {
    let name: String
    let value: String
    let source: String
    let variable: String
    let summary: String
    let expected: String
    let allowed: [String]?
    let minimum: String?
    let maximum: String?
    let unit: String?
    let default_value: String
    let is_default: Bool
  }

  private static let secret = SeedRunnerBinary.canary

  @Test("explains every setting: purpose, unit, allowed values and source")
  func explains() async throws {
    try await TemporaryFolder.with { folder in
      try folder.write("{\"seed\": {\n\"retryBudget\": 15}}", to: "test.json")
      let path = ["--config-path", folder.path]
      // Relative to the program's working directory, which is the root.
      let place = "\(folder.path.dropFirst())/test.json:2"
      let json = try await SeedRunnerBinary.run(
        "config", path[0], path[1], "--format", "json", variables: ["SEED_JOBS": "7"])
      let entries = try JSONDecoder().decode([Entry].self, from: Data(json.output.utf8))
      #expect(entries.count > 30)
      for entry in entries {
        #expect(!entry.summary.isEmpty && !entry.expected.isEmpty && !entry.variable.isEmpty, "\(entry.name)")
      }
      let budget = try #require(entries.first { $0.name == "seed.retryBudget" })
      #expect(budget.value == "15" && budget.default_value == "60" && !budget.is_default)
      #expect(budget.unit == "seconds" && budget.minimum == "0" && budget.maximum == "3600")
      #expect(budget.source == place)
      #expect(entries.first { $0.name == "seed.jobs" }?.source == "SEED_JOBS")
      #expect(entries.first { $0.name == "startup.mode" }?.allowed == ["blocking", "background"])
      let text = try await SeedRunnerBinary.run("config", "seed.retryBudget", path[0], path[1])
      #expect(
        text.output == """
          seed.retryBudget = 15  (\(place))
            Retry budget for transient errors, in seconds.
            Expected: seconds, a whole number from 0 to 3600. Default: 60.
            Set by SEED_RETRY_BUDGET.

          """)
      let all = try await SeedRunnerBinary.run("config", path[0], path[1])
      for entry in entries {
        #expect(all.output.contains("\n\(entry.name) = ") || entry.name == "environment")
      }
      let brief = try await SeedRunnerBinary.run("config", "--brief", path[0], path[1])
      #expect(brief.output.split(separator: "\n").count == entries.count + 1)
    }
  }

  @Test("selects settings by group and variable, and suggests a name for an unknown one")
  func selection() async throws {
    let section = try await SeedRunnerBinary.run("config", "--brief", "rateLimit", "SEED_JOBS")
    #expect(section.output.split(separator: "\n").count == 5)
    let wrong = try await SeedRunnerBinary.run("config", "seed.jbs")
    #expect(wrong.exitCode == 64)
    #expect(wrong.errors.contains("did you mean 'seed.jobs'?"))
  }

  @Test("never shows a secret")
  func secrets() async throws {
    for format in [["--brief"], [], ["--format", "json"]] {
      let process = try SeedRunnerBinary.start(
        ["config"] + format, url: "postgresql://app:\(Self.secret)@db.example/app",
        variables: ["REDIS_URL": "redis://:\(Self.secret)@localhost"])
      let end = try await process.wait()
      #expect(end.exitCode == 0 && end.output.contains("app:****@db.example"))
      #expect(!end.output.contains(Self.secret) && !end.errors.contains(Self.secret))
    }
  }

  @Test("prints the schema even if the configuration is invalid")
  func schema() async throws {
    let result = try await SeedRunnerBinary.run("config", "--schema", variables: ["SEED_JOBS": "many"])
    #expect(result.exitCode == 0 && result.output.contains("\"urn:seed-runner:schema:config\""))
  }

  @Test("determines what --all seeds, and an unknown seeder is a configuration error")
  func selectionOfAll() async throws {
    try await TemporaryDatabase.with { database in
      try await TemporaryFolder.with { folder in
        try folder.write(
          #"{"$schema": "x", "all": {"only": ["tags", "capacity-traces"]}, "capacity": {"rows": 20}}"#,
          to: "test.json")
        let run = try await SeedRunnerBinary.run("--all", "--config-path", folder.path, url: database.url)
        #expect(run.exitCode == 0, "\(run.output)\(run.errors)")
        let seeded = run.output.split(separator: "\n").filter { $0.hasPrefix("seeded") }
          .compactMap { $0.split(separator: " ").dropFirst().first }
        // capacity-traces depends on users.
        #expect(seeded.sorted() == ["capacity-traces", "tags", "users"], "\(run.output)")
        #expect(run.output.contains("traces 20 inserted"), "\(run.output)")
        try folder.write(#"{"all": {"except": ["tagz"]}}"#, to: "test.json")
        for command in [["--all"], ["plan"], ["list"]] {
          let process = try SeedRunnerBinary.start(
            command + ["--config-path", folder.path], url: database.url)
          let end = try await process.wait()
          #expect(end.exitCode == 78, "\(end.errors)")
          #expect(end.errors.contains("test.json:1: all.except: found 'tagz'"), "\(end.errors)")
          #expect(end.errors.contains("Did you mean 'tags'?"), "\(end.errors)")
        }
        let doctor = try await Diagnosis.of(database.url, ["--config-path", folder.path])
        doctor.expect("configuration", "failure", "'tagz'")
        #expect(doctor.result.exitCode == 78)
      }
    }
  }
}
