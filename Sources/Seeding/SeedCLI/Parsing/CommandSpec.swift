/// A command, as a value. The parser, the help and the completions are all made from it.
public struct CommandSpec: Sendable, Hashable {
  /// A command line worth showing.
  public struct Example: Sendable, Hashable {
    /// What it does.
    let summary: String
    /// The line, as it is typed.
    let line: String

    /// Makes an example.
    ///
    /// - Parameters:
    ///   - summary: what it does.
    ///   - line: the line, as it is typed.
    public init(summary: String, line: String) {
      self.summary = summary
      self.line = line
    }
  }

  /// A line of a table in the help: an exit code or an environment variable, and what it means.
  public struct Entry: Sendable, Hashable {
    /// The code or the variable.
    let name: String
    /// What it means.
    let meaning: String

    /// Makes a line of a table.
    ///
    /// - Parameters:
    ///   - name: the code or the variable.
    ///   - meaning: what it means, without a period.
    public init(name: String, meaning: String) {
      self.name = name
      self.meaning = meaning
    }
  }

  /// The word that calls it.
  var name: String
  /// What it does, in a line.
  var abstract: String
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

  /// Makes a command.
  ///
  /// - Parameters:
  ///   - name: the word that calls it.
  ///   - abstract: what it does, in a line without a period.
  ///   - discussion: more about it, in paragraphs with an empty line between them.
  ///   - usage: what follows its name in the usage lines; empty: made from the options and arguments.
  ///   - options: its options; ``OptionSpec/common`` are those that every command takes.
  ///   - rules: what must hold between its options.
  ///   - arguments: its arguments, in order. A command with subcommands has none.
  ///   - subcommands: the commands below it.
  ///   - needsSubcommand: whether it does nothing without one of its subcommands.
  ///   - examples: command lines worth showing.
  ///   - variables: variables that matter to it and are no option's.
  ///   - exitCodes: what its exit codes mean.
  public init(
    name: String, abstract: String, discussion: String = "", usage: [String] = [], options: [OptionSpec] = [],
    rules: [OptionRule] = [], arguments: [ArgumentSpec] = [], subcommands: [CommandSpec] = [],
    needsSubcommand: Bool = false, examples: [Example] = [], variables: [Entry] = [], exitCodes: [Entry] = []
  ) {
    self.name = name
    self.abstract = abstract
    self.discussion = discussion
    self.usage = usage
    self.options = options
    self.rules = rules
    self.arguments = arguments
    self.subcommands = subcommands
    self.needsSubcommand = needsSubcommand
    self.examples = examples
    self.variables = variables
    self.exitCodes = exitCodes
  }

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

  /// The options that only this command takes.
  var ownOptions: [OptionSpec] { options.filter { !$0.group.isShared && $0.role == .ordinary } }

  /// The options that it shares with other commands.
  var commonOptions: [OptionSpec] { options.filter { $0.group.isShared && $0.role == .ordinary } }

  /// The headings of its options, in order.
  var optionGroups: [OptionGroup] {
    options.map(\.group).reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
  }

  /// The same for a program of another name, which its texts then speak of.
  func renamed(to program: String) -> CommandSpec {
    guard program != SeedRunnerCommand.name else { return self }
    func renamed(_ text: String) -> String {
      // Not the folder, which every program has.
      text.replacing(".seed-runner", with: "\u{0}").replacing(SeedRunnerCommand.name, with: program)
        .replacing("\u{0}", with: ".seed-runner")
    }
    var spec = self
    if name == SeedRunnerCommand.name { spec.name = program }
    spec.discussion = renamed(discussion)
    spec.examples = examples.map { Example(summary: renamed($0.summary), line: renamed($0.line)) }
    spec.subcommands = subcommands.map { $0.renamed(to: program) }
    return spec
  }
}

/// An argument of a command, as a value: a word that is no option.
public struct ArgumentSpec: Sendable, Hashable {
  /// Its name in the usage line: `SHELL`.
  let name: String
  /// A line for the help.
  let summary: String
  /// Whether the command cannot do without it. Default: true.
  var isRequired = true
  /// Whether it may be several words. Only the last argument of a command may.
  var isRepeating = false
  /// Whether it is for another program, so that it stands after `--` only.
  var isPassedOn = false
  /// What a shell can complete.
  var completion = OptionSpec.Completion.none

  /// The values that are allowed, if their list is closed.
  var allowed: [String]? {
    guard case .values(let values) = completion else { return nil }
    return values
  }

  /// How the usage line shows it.
  var usage: String {
    let text = (isPassedOn ? "-- " : "") + name + (isRepeating ? "..." : "")
    return isRequired ? text : "[\(text)]"
  }
}

extension ArgumentSpec {
  /// Makes an argument.
  ///
  /// - Parameters:
  ///   - name: its name in the usage line, in upper case.
  ///   - summary: a line for the help.
  ///   - isRequired: whether the command cannot do without it.
  ///   - isRepeating: whether it may be several words. Only the last argument of a command may.
  public init(_ name: String, summary: String, isRequired: Bool = true, isRepeating: Bool = false) {
    self.init(name: name, summary: summary, isRequired: isRequired, isRepeating: isRepeating)
  }
}
