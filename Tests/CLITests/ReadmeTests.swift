import FoundationEssentials
import SeedTesting
import Testing

/// Runs the commands of README in a temporary folder and database, and compares their output.
@Suite("README")
struct ReadmeTests {
  /// A command and its documented output.
  private struct Step {
    var command: String
    var output = ""
  }

  /// The commands of a section: whole `sh` blocks, and the lines after `$` in `console` blocks.
  private static func steps(of chapter: String) throws -> [Step] {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let text = try String(contentsOf: root.appending(path: "README.md"), encoding: .utf8)
    let start = try #require(text.firstRange(of: "## \(chapter)\n")).upperBound
    let body = text[start...].prefix(
      upTo: text[start...].firstRange(of: "\n## ")?.lowerBound ?? text.endIndex)
    return body.matches(of: /```(?<language>sh|console)\n(?<text>(?s:.*?))```/).flatMap { block in
      guard block.output.language == "console" else { return [Step(command: String(block.output.text))] }
      return block.output.text.split(separator: "\n").reduce(into: [Step]()) { steps, line in
        if line.hasPrefix("$ ") {
          steps.append(Step(command: String(line.dropFirst(2))))
        } else if let last = steps.indices.last {
          steps[last].output += line + "\n"
        }
      }
    }
  }

  /// Removes durations, which vary.
  private static func timeless(_ text: String) -> String { text.replacing(/[0-9.]+ m?s\b/, with: "TIME") }

  @Test("shows the actual output for a CSV file")
  func csv() async throws {
    let steps = try Self.steps(of: "Your CSV in your table, in 60 seconds")
    try #require(steps.count == 4)
    let programs = URL(filePath: SeedRunnerBinary.path).deletingLastPathComponent().path
    try await TemporaryDatabase.with { database in
      try await TemporaryFolder.with { folder in
        for step in steps {
          let command = step.command.replacing(/export DATABASE_URL=.*/, with: "")
          let shell = try ChildProcess.start(
            "/bin/bash", ["-c", "exec 2>&1; set -e; \(command)"],
            environment: [
              "PATH": "\(programs):/usr/bin:/bin", "DATABASE_URL": database.url, "SEED_BUILT_IN": "false",
            ], directory: folder.path)
          let end = try await shell.wait()
          #expect(end.exitCode == 0, "\(step.command)")
          guard !step.output.isEmpty else { continue }
          #expect(Self.timeless(end.output) == Self.timeless(step.output))
        }
      }
    }
  }
}
