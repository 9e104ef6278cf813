import SeedKit
import Testing
import TraceCommands

@testable import SeedCLI

/// `seed-runner` with a fixed set of seeders for tests.
enum SampleCommand {
  static let spec = make([
    ("users", "Seed contributors, and demo users outside production"),
    ("tags", "The vocabulary by which traces are tagged"),
    ("sample-traces", "Twelve validated sample traces with their tags"),
    ("curated-traces", "Traces that were written and checked by hand, each with its sources and its tags"),
    ("capacity-traces", "100,000 generated traces that show how the database behaves under load"),
  ])

  /// `seed-runner` with these seeders.
  static func make(_ seeders: [(name: String, summary: String)]) -> CommandSpec {
    do {
      return try SeedRunnerCommand.spec(seeders: seeders, modules: [.traces])
    } catch {
      Issue.record(error)
      return CommandSpec(name: "", abstract: "")
    }
  }

  /// Its commands, as listed in a sentence.
  static let names: String = {
    let names = spec.subcommands.map(\.name)
    return names.dropLast().joined(separator: ", ") + " and " + (names.last ?? "")
  }()

  /// Parses a line that is split at spaces, without quoting.
  static func parse(_ line: String) throws(UsageError) -> ParsedCommand {
    try CommandLineParser.parse(line.split(separator: " ").map(String.init), command: spec)
  }

  /// The text of an error, as the console writes it.
  static func text(for error: UsageError) -> String {
    var lines = ["Error: \(UsageErrorFormatter.message(for: error)) [\(error.errorCode.id)]"]
    if let help = UsageErrorFormatter.help(for: error) { lines.append("Fix: \(help)") }
    return (lines + ["See '\(UsageErrorFormatter.reference(for: error))'."]).joined(separator: "\n")
  }

  /// The error message for a command line; nil if it is valid.
  static func complaint(about arguments: [String]) -> String? {
    do throws(UsageError) {
      _ = try CommandLineParser.parse(arguments, command: spec)
      return nil
    } catch {
      return SampleCommand.text(for: error)
    }
  }
}
