import FoundationEssentials
import SeedTesting
import Testing

@testable import SeedCLI

@Suite("GitHub Actions workflows")
struct WorkflowTests {
  private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().path

  @Test("match the published schema and use only existing scripts, options and variables")
  func schema() async throws {
    // Scripts/setup --tests installs it.
    let process = try ChildProcess.start(
      "\(Self.root)/.build/parsers/bin/python", ["Scripts/lib/check-workflows.py"],
      environment: ["PATH": "/usr/bin:/bin", "HOME": "/nonexistent"], directory: Self.root)
    let end = try await process.wait()
    #expect(end.exitCode == 0, "\(end.output)\(end.errors)")
    #expect(end.output == "")
  }

  @Test("contain valid commands", arguments: [".github/workflows/ci.yml", "Documentation/ci.md"])
  func commands(file: String) throws {
    let text = String(decoding: try Data(contentsOf: URL(filePath: "\(Self.root)/\(file)")), as: UTF8.self)
    let lines = text.split(separator: "\n").filter { $0.contains("run: ") && $0.contains("Scripts/seed ") }
    #expect(!lines.isEmpty)
    for line in lines {
      let start = try #require(line.firstRange(of: "Scripts/seed ")).upperBound
      let words = line[start...].split(separator: " ").map(String.init)
      // A command line that ends before 'ci' cannot have its options checked.
      if words.first == "ci", SampleCommand.spec.command(at: ["ci"]) == nil { continue }
      #expect(throws: Never.self, "\(line)") {
        try CommandLineParser.parse(words, command: SampleCommand.spec)
      }
    }
  }
}
