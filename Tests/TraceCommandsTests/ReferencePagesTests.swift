import Catalog
import FoundationEssentials
import SeedGenerators
import SeedKit
import Testing

@testable import SeedCLI
@testable import TraceCommands

/// The pages of the documentation that are made from the program. `UPDATE_SNAPSHOTS=1` writes them.
@Suite("The reference pages")
struct ReferencePagesTests {
  private static let folder = "../../../Documentation"

  /// The command line of the program, with its real seeders.
  private static func spec() throws -> CommandSpec {
    let settings = try Settings.load(
      flags: [:], environment: [:], configDirectory: nil, keys: Catalog.settings)
    return SampleCommand.make(
      try Catalog.registry(settings).seeders.map { ($0.id.rawValue, $0.summary) })
  }

  @Test("list every exit code and explain every error code")
  func errors() throws {
    let spec = try Self.spec()
    let exitCodes = spec.exitCodes.map { "| \($0.name) | \($0.meaning) |" }
    let groups = [
      ("1", "Command line and settings"), ("2", "Guards, the plan and runs"), ("3", "Data files"),
      ("4", "The database"), ("6", "The demo application"),
    ]
    let codes = [CommandModule.traces].errorCodes
    let sections = groups.flatMap { digit, title in
      ["## \(title)"]
        + codes.filter { $0.id.hasPrefix("SR-\(digit)") }.map {
          "### \($0.id)\n\n**\($0.title.prefix(1).uppercased() + $0.title.dropFirst()).** \(Self.code($0.cause))\n\n"
            + "Fix: \(Self.code($0.fix))"
        }
    }
    let page =
      [
        "# Errors and exit codes",
        "Every error ends with a code in brackets. `seed-runner explain CODE` prints its cause and fix without a "
          + "network, and this page lists all of them. [Troubleshooting](troubleshooting.md) starts from the symptom. "
          + "Codes never change their meaning. Reports, logs and JUnit files contain them too.",
        "## Exit codes",
        (["| code | meaning |", "| --- | --- |"] + exitCodes).joined(separator: "\n"),
      ] + sections
    try Snapshot.expect(page.joined(separator: "\n\n"), equals: "\(Self.folder)/errors.md")
  }

  /// The text before the gallery is written by hand.
  @Test("show the first values of every generator")
  func generators() throws {
    let file = URL(filePath: #filePath).deletingLastPathComponent().appending(
      path: "../../Documentation/generated-data.md")
    let page = try String(contentsOf: file, encoding: .utf8)
    let lines = page.split(separator: "\n", omittingEmptySubsequences: false)
    let end = try #require(lines.firstIndex(of: "## Generators"))
    let text = lines[...end].joined(separator: "\n")
    let intro = """
      Each example shows the first three values, in English. A bare value sets the option marked with a star: `{"sequence": 5}` is
      `{"sequence": {"start": 5}}`. Next to a generator, every column accepts `"null": 0.1` (the probability of NULL), `"unique": true`,
      `"locale": "de"` and `"version": 1`, which fails if the generator's version differs.
      """
    let sections = try GeneratorCatalog.generators.map { factory in
      let entry = factory.entry
      let options = entry.options.map { option -> String in
        let name = "`\(option.name)`\(option.name == entry.shortForm ? "*" : "")"
        let standard = option.standard.map { "`\($0.json)`" } ?? (option.isRequired ? "required" : "none")
        return
          "| \(name) | \(Self.cell(option.type.description)) | \(standard) | \(Self.cell(option.summary)) |"
      }
      let table =
        options.isEmpty
        ? []
        : [
          (["| option | value | default | meaning |", "| --- | --- | --- | --- |"] + options).joined(
            separator: "\n")
        ]
      let values = try GeneratorCatalog.samples(of: entry).map { $0.replacing("\n", with: "↵") }
      let sample = values.map { $0.count > 100 ? "\($0.prefix(100))…" : $0 }.joined(separator: "\n")
      return
        (["### \(entry.name)", "\(entry.summary). Version \(entry.version)."] + table
        + ["```text\n\(entry.example.json)\n\n\(sample)\n```"]).joined(separator: "\n\n")
    }
    try Snapshot.expect(
      ([text, intro] + sections).joined(separator: "\n\n"), equals: "\(Self.folder)/generated-data.md"
    )
  }

  private static func cell(_ text: String) -> String { text.replacing("|", with: "\\|") }

  @Test("contain the complete help of every command")
  func commands() throws {
    let spec = try Self.spec()
    let help = HelpFormatter(width: 100)
    let sections = spec.tree.map { path, _ in
      "## \((["seed-runner"] + path).joined(separator: " "))\n\n```text\n\(help.text(for: path, in: spec))\n```"
    }
    let page =
      [
        "# Command reference",
        "The complete help of every command, as `seed-runner COMMAND --help` prints it. [Commands](commands.md) "
          + "explains them by task.",
      ] + sections
    try Snapshot.expect(page.joined(separator: "\n\n"), equals: "\(Self.folder)/command-reference.md")
  }

  @Test("cover every exit code of the program")
  func exitCodes() throws {
    let spec = try Self.spec()
    let listed = spec.exitCodes.flatMap { $0.name.split(separator: ", ").map(String.init) }
    #expect(ExitCode.allCases.map { "\($0.rawValue)" }.filter { !listed.contains($0) } == [])
  }

  @Test("have one entry per code, because codes are never used twice")
  func unique() {
    let codes = [CommandModule.traces].errorCodes.map(\.id)
    #expect(Set(codes).count == codes.count)
  }

  /// Commands in quotes, flags and names in capitals as code.
  private static func code(_ text: String) -> String {
    let commands = text.replacing(/'(?<command>(?:seed-runner|ci) [^']+|[a-z]+)'/) {
      "`\($0.output.command)`"
    }
    let parts = commands.split(separator: "`", omittingEmptySubsequences: false)
    return parts.enumerated().map { index, part in
      guard index.isMultiple(of: 2) else { return String(part) }
      return String(part).replacing(/(?<before>^|[ (])(?<name>--[a-z-]+|[A-Z]+_[A-Z_]+)/) { match in
        "\(match.output.before)`\(match.output.name)`"
      }
    }.joined(separator: "`")
  }
}
