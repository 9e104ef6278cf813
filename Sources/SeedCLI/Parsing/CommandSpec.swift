/// A command, as a value. The parser, the help and the completions are all made from it.
struct CommandSpec: Sendable, Hashable {
  /// A command line worth showing.
  struct Example: Sendable, Hashable {
    /// What it does.
    let summary: String
    /// The line, as it is typed.
    let line: String
  }

  /// A line of a table in the help: an exit code or an environment variable, and what it means.
  struct Entry: Sendable, Hashable {
    /// The code or the variable.
    let name: String
    /// What it means.
    let meaning: String
  }

  /// The word that calls it.
  let name: String
  /// What it does, in a line.
  let abstract: String
  /// More about it, in paragraphs with an empty line between them.
  var discussion = ""
  /// What follows its name in the usage lines; empty: made from the options and arguments.
  var usage: [String] = []
  /// Its options.
  var options: [OptionSpec] = []
  /// What must hold between its options.
  var rules: [OptionRule] = []
  /// Its arguments, in order. A command with subcommands has none.
  var arguments: [ArgumentSpec] = []
  /// The commands below it.
  var subcommands: [CommandSpec] = []
  /// Whether it does nothing without one of its subcommands.
  var needsSubcommand = false
  /// Command lines worth showing.
  var examples: [Example] = []
  /// Variables that matter to it and are no option's.
  var variables: [Entry] = []
  /// What its exit codes mean.
  var exitCodes: [Entry] = []

  /// The command that a path of names leads to; nil if there is none.
  func command(at path: [String]) -> CommandSpec? {
    guard let first = path.first else { return self }
    return subcommands.first { $0.name == first }?.command(at: Array(path.dropFirst()))
  }

  /// This command and all below it, each with its path from here.
  var tree: [(path: [String], command: CommandSpec)] {
    [([], self)]
      + subcommands.flatMap { subcommand in
        subcommand.tree.map { ([subcommand.name] + $0.path, $0.command) }
      }
  }
}
