import FoundationEssentials
import Postgres
import SeedTesting
import Testing

@Suite("scale-out on a server without Citus")
struct ScaleOutTests {
  private static let golden = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "ScaleOut/plan.sql")

  @Test("plan prints each statement with its reason")
  func plan() async throws {
    try await TemporaryDatabase.with { database in
      let migrated = try await SeedRunnerBinary.run("migrate", "up", url: database.url)
      #expect(migrated.exitCode == 0, "\(migrated.errors)")
      let result = try await SeedRunnerBinary.run("scale-out", "plan", url: database.url)
      #expect(result.exitCode == 0, "\(result.errors)")
      #expect(result.errors.contains("no Citus extension yet"))
      if ProcessInfo.processInfo.environment["UPDATE_SNAPSHOTS"] == "1" {
        try Data(result.output.utf8).write(to: Self.golden)
      }
      let expected = String(decoding: try Data(contentsOf: Self.golden), as: UTF8.self)
      #expect(result.output == expected, "run the test with UPDATE_SNAPSHOTS=1 and review the changes")
    }
  }

  @Test("plan prints the same as JSON")
  func json() async throws {
    struct Plan: Decodable {
      struct Step: Decodable {
        let statement: String
        let reason: String
      }
      let is_cluster: Bool
      let in_one_transaction: [Step]
      let faults: [String]
    }
    try await TemporaryDatabase.with { database in
      _ = try await SeedRunnerBinary.run("migrate", "up", url: database.url)
      let result = try await SeedRunnerBinary.run("scale-out", "plan", "--format", "json", url: database.url)
      let plan = try JSONDecoder().decode(Plan.self, from: Data(result.output.utf8))
      #expect(!plan.is_cluster)
      #expect(plan.faults == [])
      #expect(plan.in_one_transaction.allSatisfy { !$0.reason.isEmpty })
      #expect(
        plan.in_one_transaction.contains { $0.statement.contains("create_distributed_table('public.traces'") }
      )
    }
  }

  @Test("apply, undo and status need a cluster", arguments: ["apply", "undo", "status"])
  func noCluster(command: String) async throws {
    try await TemporaryDatabase.with { database in
      let result = try await SeedRunnerBinary.run("scale-out", command, url: database.url)
      #expect(result.exitCode == 4, "\(result.errors)")
      #expect(result.errors.contains("the database has no Citus extension"), "\(result.errors)")
      #expect(result.errors.contains("CREATE EXTENSION citus"), "\(result.errors)")
    }
  }

  @Test("production needs its flag", arguments: ["apply", "undo"])
  func production(command: String) async throws {
    try await TemporaryDatabase.with { database in
      let refused = try await SeedRunnerBinary.run(
        "scale-out", command, "--env", "production", url: database.url)
      #expect(refused.exitCode == 5, "\(refused.errors)")
      #expect(refused.errors.contains("--allow-production"), "\(refused.errors)")
      let allowed = try await SeedRunnerBinary.run(
        "scale-out", command, "--env", "production", "--allow-production", url: database.url)
      #expect(allowed.errors.contains("no Citus extension"), "\(allowed.errors)")
    }
  }

  @Test("without a declaration the fix names the file")
  func undeclared() async throws {
    try await SeederPlace.with { place in
      let result = try await place.run("scale-out", "plan", "--project-path", place.folder.path)
      #expect(result.exitCode == 64, "\(result.errors)")
      #expect(result.errors.contains("scale-out.json"), "\(result.errors)")
    }
  }

  @Test("the file of the project declares the tables of anybody")
  func file() async throws {
    try await SeederPlace.with("CREATE TABLE orders (id int PRIMARY KEY)") { place in
      try place.folder.write(#"{"distributed": [{"table": "orders", "by": "id"}]}"#, to: "scale-out.json")
      let result = try await place.run("scale-out", "plan", "--project-path", place.folder.path)
      #expect(result.exitCode == 0, "\(result.errors)")
      #expect(
        result.output.contains(
          "SELECT create_distributed_table('public.orders', 'id', colocate_with => 'none');"),
        "\(result.output)")
    }
  }

  @Test("what Citus cannot do is refused with all reasons")
  func faults() async throws {
    try await SeederPlace.with("CREATE TABLE orders (id int PRIMARY KEY, code text UNIQUE)") { place in
      try place.folder.write(
        #"{"reference": ["nothing"], "distributed": [{"table": "orders", "by": "id"}]}"#, to: "other.json")
      let result = try await place.run(
        "scale-out", "plan", "--declaration", "\(place.folder.path)/other.json")
      #expect(result.exitCode == 5, "\(result.errors)")
      #expect(result.output == "")
      for text in ["no table 'nothing'", "orders_code_key", "SR-216"] {
        #expect(result.errors.contains(text), "\(result.errors)")
      }
    }
  }

  @Test("a malformed file is bad data with its line")
  func malformed() async throws {
    try await SeederPlace.with { place in
      try place.folder.write("{\n\"distributed\": [{\"table\": 1}]}", to: "scale-out.json")
      let result = try await place.run("scale-out", "plan", "--project-path", place.folder.path)
      #expect(result.exitCode == 65, "\(result.errors)")
      #expect(result.errors.contains("scale-out.json:2"), "\(result.errors)")
    }
  }

  @Test("doctor skips the checks of a cluster")
  func doctor() async throws {
    try await TemporaryDatabase.with { database in
      let diagnosis = try await Diagnosis.of(database.url)
      for check in ["cluster", "distribution"] {
        diagnosis.expect(check, "skipped", "not part of a Citus cluster")
      }
    }
  }
}
