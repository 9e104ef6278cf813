import FoundationEssentials
import SeedTesting
import Testing

@Suite("The start-up seeding example")
struct ExampleTests {
  private func run(_ form: String, url: String, variables: [String: String]) async throws -> ChildProcess.End
  {
    let bundle = URL(filePath: CommandLine.arguments[0], directoryHint: .notDirectory)
    let path = bundle.deletingLastPathComponent().appending(path: "\(form)-server-example").path
    let environment = ["PATH": "/usr/bin:/bin", "SEED_ENV": "test", "DATABASE_URL": url]
    return try await ChildProcess.start(path, [], environment: environment.merging(variables) { $1 })
      .wait()
  }

  @Test("seeds only if AUTO_SEED_DATABASE is true", arguments: ["async", "blocking"])
  func seeds(form: String) async throws {
    try await TemporaryDatabase.with { database in
      let off = try await run(form, url: database.url, variables: ["AUTO_MIGRATE": "false"])
      #expect(off.output == "off\n" && off.exitCode == 0, "\(off.errors)")
      let migrated = try await run(form, url: database.url, variables: [:])
      #expect(migrated.output == "done\n" && migrated.exitCode == 0, "\(migrated.errors)")
      for outcome in ["seeded", "unchanged"] {
        let seeded = try await run(form, url: database.url, variables: ["AUTO_SEED_DATABASE": "true"])
        #expect(seeded.output == "done, countries \(outcome)\n" && seeded.exitCode == 0, "\(seeded.errors)")
        #expect(seeded.errors == "countries: \(outcome)\n")
      }
    }
  }

  @Test("starts without its database and logs that without a secret", arguments: ["async", "blocking"])
  func withoutDatabase(form: String) async throws {
    let url = "postgresql://seed:\(SeedRunnerBinary.canary)@127.0.0.1:1/none"
    let end = try await run(
      form, url: url, variables: ["AUTO_SEED_DATABASE": "true", "SEED_RETRY_BUDGET": "0", "SEED_DEBUG": "1"])
    #expect(end.output == "failed\n" && end.exitCode == 0)
    #expect(end.errors.contains("not seeded: connectionFailed: cannot connect to postgresql://seed:****@"))
    #expect(!end.errors.contains(SeedRunnerBinary.canary))
  }
}
