/// The specification of a command. The parser, the help, the manual page and the completions are derived from it.
public struct CommandSpec: Sendable, Hashable {
  /// An example in the help.
  public struct Example: Sendable, Hashable {
    /// What the command line does.
    let summary: String
    /// The command line.
    let line: String

    /// Creates an example.
    ///
    /// - Parameters:
    ///   - summary: what the command line does.
    ///   - line: the command line.
    public init(summary: String, line: String) {
      self.summary = summary
      self.line = line
    }
  }

  /// A line of a table in the help: an exit code or an environment variable, and what it means.
  public struct Entry: Sendable, Hashable {
    /// The exit code or the variable.
    let name: String
    /// What it means.
    let meaning: String

    /// Creates a line of a table.
    ///
    /// - Parameters:
    ///   - name: the code or the variable.
    ///   - meaning: what it means, without a period.
    public init(name: String, meaning: String) {
      self.name = name
      self.meaning = meaning
    }
  }

  /// The name on the command line.
  var name: String
  /// One line about what the command does.
  var abstract: String
  /// The description, in paragraphs separated by empty lines.
  var discussion = ""
  /// The usage lines without the name. If empty, they are derived from options and arguments.
  var usage: [String] = []
  /// The options.
  var options: [OptionSpec] = []
  /// Rules about combinations of options.
  var rules: [OptionRule] = []
  /// The arguments, in order. A command with subcommands has none.
  var arguments: [ArgumentSpec] = []
  /// The subcommands.
  var subcommands: [CommandSpec] = []
  /// Whether a subcommand is required.
  var needsSubcommand = false
  /// Examples for the help.
  var examples: [Example] = []
  /// Environment variables that are not listed with an option.
  var variables: [Entry] = []
  /// The exit codes and their meanings.
  var exitCodes: [Entry] = []

  /// Creates a command.
  ///
  /// - Parameters:
  ///   - name: the name on the command line.
  ///   - abstract: one line about what the command does, without a period.
  ///   - discussion: the description, in paragraphs separated by empty lines.
  ///   - usage: the usage lines without the name. If empty, they are derived from options and arguments.
  ///   - options: the options. Most commands include ``OptionSpec/common``.
  ///   - rules: rules about combinations of options.
  ///   - arguments: the arguments, in order. A command with subcommands has none.
  ///   - subcommands: the subcommands.
  ///   - needsSubcommand: whether a subcommand is required.
  ///   - examples: examples for the help.
  ///   - variables: environment variables that are not listed with an option.
  ///   - exitCodes: the exit codes and their meanings.
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

  /// The command at a path of names; nil if it does not exist.
  func command(at path: [String]) -> CommandSpec? {
    guard let first = path.first else { return self }
    return subcommands.first { $0.name == first }?.command(at: Array(path.dropFirst()))
  }

  /// This command and all subcommands below it, with their paths relative to this command.
  var tree: [(path: [String], command: CommandSpec)] {
    [([], self)]
      + subcommands.flatMap { subcommand in
        subcommand.tree.map { ([subcommand.name] + $0.path, $0.command) }
      }
  }

  /// The options that are specific to this command.
  var ownOptions: [OptionSpec] { options.filter { !$0.group.isShared && $0.role == .ordinary } }

  /// The options shared with other commands.
  var commonOptions: [OptionSpec] { options.filter { $0.group.isShared && $0.role == .ordinary } }

  /// The groups of the options, in order.
  var optionGroups: [OptionGroup] {
    options.map(\.group).reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
  }

  /// The command with the program's name replaced in its descriptions and examples.
  func renamed(to program: String) -> CommandSpec {
    guard program != SeedRunnerCommand.name else { return self }
    func renamed(_ text: String) -> String {
      // Keep the folder name, which is the same for every program.
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

/// The specification of an argument: a word of the command line that is not an option.
public struct ArgumentSpec: Sendable, Hashable {
  /// The name in the usage line, such as `SHELL`.
  let name: String
  /// One line for the help.
  let summary: String
  /// Whether the argument is required. Default: true.
  var isRequired = true
  /// Whether the argument can be repeated. Only the last one can.
  var isRepeating = false
  /// Whether it is passed on to another program. Such arguments are only allowed after `--`.
  var isPassedOn = false
  /// What shells complete.
  var completion = OptionSpec.Completion.none

  /// The allowed values; nil if any value is allowed.
  var allowed: [String]? {
    guard case .values(let values) = completion else { return nil }
    return values
  }

  /// The form in the usage line.
  var usage: String {
    let text = (isPassedOn ? "-- " : "") + name + (isRepeating ? "..." : "")
    return isRequired ? text : "[\(text)]"
  }
}

extension ArgumentSpec {
  /// Creates an argument.
  ///
  /// - Parameters:
  ///   - name: the name in the usage line, in upper case.
  ///   - summary: one line for the help.
  ///   - isRequired: whether the argument is required.
  ///   - isRepeating: whether the argument can be repeated. Only the last one can.
  public init(_ name: String, summary: String, isRequired: Bool = true, isRepeating: Bool = false) {
    self.init(name: name, summary: summary, isRequired: isRequired, isRepeating: isRepeating)
  }
}
