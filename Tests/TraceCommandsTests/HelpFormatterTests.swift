import Testing

@testable import SeedCLI

@Suite("The help")
struct HelpFormatterTests {
  static let paths = SampleCommand.spec.tree.map(\.path)

  @Test("of the program matches the snapshot at 80 columns")
  func root() throws {
    try Snapshot.expect(
      HelpFormatter(width: 80).text(for: [], in: SampleCommand.spec), equals: "root-help.txt")
  }

  @Test("in brief fits on a screen of 80 by 24", arguments: SampleCommand.spec.tree.map(\.path))
  func brief(path: [String]) {
    let lines = HelpFormatter(width: 80).brief(for: path, in: SampleCommand.spec).split(
      separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.count < 24 && lines.allSatisfy { $0.count <= 80 }, "\(lines)")
  }

  @Test("of a command has this form")
  func command() {
    let text = HelpFormatter(width: 80).text(for: ["completions"], in: SampleCommand.spec)
    #expect(
      text == """
        Print a completion script for bash, zsh or fish

        Usage: seed-runner completions [OPTIONS] SHELL

        Arguments:
          SHELL       bash, zsh or fish

        Common options:
          -h, --help  Show help; -h shows a summary

        Examples:
          # bash, in ~/.bashrc
          source <(seed-runner completions bash)
          # zsh, in ~/.zshrc after compinit
          source <(seed-runner completions zsh)
          # fish
          seed-runner completions fish > ~/.config/fish/completions/seed-runner.fish
        """)
  }

  @Test(
    "shows the usage of a command",
    arguments: [
      (["migrate"], "Usage: seed-runner migrate COMMAND [OPTIONS]"),
      (["migrate", "up"], "Usage: seed-runner migrate up [--to VERSION] [OPTIONS]"),
      (
        ["migrate", "down"],
        """
        Usage: seed-runner migrate down [--to VERSION] [--steps N] [--yes]
                                        [--allow-production] [--confirm-database NAME]
                                        [OPTIONS]
        """
      ),
      (["db", "psql"], "Usage: seed-runner db psql [OPTIONS] [-- ARGUMENT...]"),
      (["help"], "Usage: seed-runner help [OPTIONS] [COMMAND...]"),
    ] as [([String], String)])
  func usage(path: [String], expected: String) {
    let text = HelpFormatter(width: 80).text(for: path, in: SampleCommand.spec)
    #expect(text.contains("\n\n\(expected)\n\n"))
  }

  @Test("stays within its width, except for examples", arguments: [1, 40, 52, 59, 60, 80, 100, 120, 500])
  func width(_ width: Int) {
    let columns = min(max(width, 40), 120)
    for path in Self.paths {
      let text = HelpFormatter(width: width).text(for: path, in: SampleCommand.spec)
      let examples = Set(SampleCommand.spec.command(at: path)?.examples.map { "  \($0.line)" } ?? [])
      for line in text.split(separator: "\n") where !examples.contains(String(line)) {
        #expect(line.count <= columns, "\(path): \(line)")
        #expect(line.last != " ", "\(path): \(line)")
      }
    }
  }

  @Test("shows the name, variable and default of every option")
  func complete() {
    for (path, command) in SampleCommand.spec.tree {
      let text = HelpFormatter(width: 120).text(for: path, in: SampleCommand.spec)
      let words = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
      #expect(!words.contains("\\ "), "\(path): a line break that was not meant")
      for option in command.options {
        let name = option.isNegatable ? "--[no-]\(option.name)" : option.long
        #expect(words.contains(name + (option.valueName.map { " \($0)" } ?? "")))
        #expect(words.contains(option.summary))
        if let variable = option.variable { #expect(words.contains("[env: \(variable)]")) }
        if let text = option.defaultText { #expect(words.contains("[default: \(text)]")) }
      }
      for subcommand in command.subcommands {
        #expect(words.contains("\(subcommand.name) \(subcommand.abstract)"))
      }
    }
  }

  @Test("puts each name on its own line if the width is small")
  func narrow() {
    let text = HelpFormatter(width: 40).text(for: ["migrate", "up"], in: SampleCommand.spec)
    #expect(text.contains("\n  --to VERSION\n      The last version to apply\n      [default: the newest]\n"))
  }

  @Test("is empty for an unknown command")
  func unknown() {
    #expect(HelpFormatter(width: 80).text(for: ["up"], in: SampleCommand.spec).isEmpty)
  }

  @Test("escapes control characters and line breaks in summaries")
  func foreignSummary() {
    let spec = SampleCommand.make([("odd", "one\u{1B}[2J\n\n  two")])
    let text = HelpFormatter(width: 80).text(for: [], in: spec)
    #expect(text.contains(#"one\u{1B}[2J two"#))
    #expect(!text.unicodeScalars.contains("\u{1B}"))
  }
}
