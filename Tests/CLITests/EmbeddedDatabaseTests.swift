import FoundationEssentials
import SeedTesting
import Testing

@Suite("The embedded database of a project")
struct EmbeddedDatabaseTests {
  private func run(_ arguments: [String], in directory: String) async throws -> SeedRunnerBinary.Result {
    let end = try await SeedRunnerBinary.start(arguments, url: nil, directory: directory)
      .wait()
    return SeedRunnerBinary.Result(exitCode: end.exitCode, output: end.output, errors: end.errors)
  }

  @Test("is named with project, folder and process before and after 'db destroy'")
  func destroy() async throws {
    try await TemporaryFolder.with { folder in
      let sub = "\(folder.path)/parts/one"
      try FileManager.default.createDirectory(atPath: sub, withIntermediateDirectories: true)
      let none = try await run(["db", "destroy", "--yes"], in: folder.path)
      #expect(none.output.contains("no embedded database in \(folder.path)"))
      #expect(try await run(["db", "start", "--project-path", folder.path], in: sub).exitCode == 0)
      let asked = try await run(["db", "destroy"], in: sub)
      #expect(asked.exitCode == 5)
      #expect(asked.errors.contains("of the project \(folder.path), in \(folder.path)/.seed-runner/"))
      let bad = "\(folder.path)/Seeders/bad"
      try FileManager.default.createDirectory(atPath: bad, withIntermediateDirectories: true)
      try folder.write("{", to: "Seeders/bad/seeder.json")
      let wrong = try await run(["--bad", "--no-built-in"], in: sub)
      #expect(wrong.exitCode == 65)
      #expect(!wrong.errors.contains("connect with"))
      try FileManager.default.removeItem(atPath: bad)
      let tools = try await run(["--tools"], in: sub)
      #expect(tools.exitCode == 0, "\(tools.errors)")
      #expect(tools.errors.contains("connect with: psql"))
      let removed = try await run(["db", "destroy", "--yes"], in: sub)
      #expect(removed.exitCode == 0)
      #expect(removed.output.contains("deleted the embedded database of the project \(folder.path), in"))
      #expect(removed.output.contains("process "))
    }
  }
}
