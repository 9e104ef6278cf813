import SeedKit
import SeedTesting
import Testing
import TraceCommands

@testable import SeedCLI

@Suite("The manual page")
struct ManualPageTests {
  private func page() throws -> String {
    let settings = try Settings.load(
      flags: [:], environment: [:], configDirectory: nil, keys: [CommandModule.traces].allSettings)
    return ManualPage(settings: settings).text(for: SampleCommand.spec)
  }

  /// Runs a program with the page as input.
  private func run(_ program: String, _ arguments: [String]) async throws -> ChildProcess.End {
    try await TemporaryFolder.with { folder in
      let file = try folder.write(try page() + "\n", to: "seed-runner.1")
      let process = try ChildProcess.start(
        program, arguments + [file], environment: ["PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"])
      return try await process.wait()
    }
  }

  @Test("passes mandoc's lint, including style")
  func mandoc() async throws {
    let end = try await run("/usr/bin/mandoc", ["-T", "lint"])
    #expect(end.output == "" && end.errors == "")
    #expect(end.exitCode == 0)
  }

  @Test("is formatted by groff without warnings")
  func groff() async throws {
    let end = try await run("/usr/bin/groff", ["-man", "-ww", "-T", "utf8", "-z"])
    #expect(end.output == "" && end.errors == "")
    #expect(end.exitCode == 0)
  }

  @Test(
    "contains everything in the help: commands, options, arguments, examples, exit codes and variables")
  func complete() async throws {
    let end = try await run("/usr/bin/mandoc", ["-T", "ascii", "-O", "width=200"])
    // In terminal output, bold text is each character twice with a backspace between.
    var text = ""
    for character in end.output {
      if character == "\u{8}" { text.removeLast() } else { text.append(character) }
    }
    let words = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    for (path, command) in SampleCommand.spec.tree {
      #expect(words.contains((["seed-runner"] + path).joined(separator: " ")))
      for option in command.options where option.role == .ordinary {
        let name = option.isNegatable ? "--[no-]\(option.name)" : option.long
        #expect(words.contains(name), "\(path): \(name)")
        let summary = option.summary.split(separator: " ").joined(separator: " ")
        #expect(words.contains(summary), "\(path): \(summary)")
      }
      for argument in command.arguments { #expect(words.contains(argument.summary), "\(path)") }
      for example in command.examples { #expect(words.contains(example.line), "\(example.line)") }
    }
    for code in SampleCommand.spec.exitCodes { #expect(words.contains("\(code.name) \(code.meaning)")) }
    let settings = try Settings.load(
      flags: [:], environment: [:], configDirectory: nil, keys: [CommandModule.traces].allSettings)
    for entry in settings.entries { #expect(words.contains(entry.variable), "\(entry.variable)") }
  }

  @Test(
    "escapes text that looks like a macro",
    arguments: [
      (".SH evil", #"\&.SH evil"#), ("a\\b", #"a\eb"#), ("--all", #"\-\-all"#), ("it's", #"it\(aqs"#),
      ("né…", #"n\[u00E9]\[u2026]"#), ("one\ntwo", #"one\eu{A}two"#),
    ])
  func escaping(text: String, expected: String) {
    #expect(ManualPage.escaped(text) == expected)
  }
}
