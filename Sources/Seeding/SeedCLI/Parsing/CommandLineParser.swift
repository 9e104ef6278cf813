/// Understands a command line by the specification of its commands.
///
/// `--flag`, `--no-flag`, `--key value`, `--key=value`, `-k value`, `-kvalue`, `-qk value`; `--` ends the
/// options; `_` in an option's name is `-`. Options may stand before, between and after the words.
///
/// Reading goes on after a fault: only the end of the line tells which command was meant, and whether its
/// help was asked for. The first fault is the one that is told.
struct CommandLineParser {
  let root: CommandSpec
  /// The command that the words so far lead to.
  var spec: CommandSpec
  var rest: ArraySlice<String>
  var parsed = ParsedCommand()
  /// Whether the words are the path of a command whose help is wanted: `help migrate up`.
  var isHelpWalk = false
  /// Whether a word led nowhere, so that nobody knows whose help `--help` would be.
  private var isLost = false

  private init(root: CommandSpec, arguments: [String]) {
    self.root = root
    spec = root
    rest = arguments[...]
  }

  /// Parses what follows the program's name.
  ///
  /// - Throws: ``UsageError``, unless help or the version was asked for of a command that exists.
  static func parse(_ arguments: [String], command: CommandSpec) throws(UsageError) -> ParsedCommand {
    var parser = CommandLineParser(root: command, arguments: arguments)
    return try parser.parse()
  }

  private mutating func parse() throws(UsageError) -> ParsedCommand {
    var fault: UsageError.Reason?
    while let argument = rest.popFirst() {
      do throws(UsageError.Reason) {
        try take(argument)
      } catch {
        if fault == nil { fault = error }
      }
    }
    if !isLost, parsed.isHelpRequested || parsed.isVersionRequested { return parsed }
    do throws(UsageError.Reason) {
      if let fault { throw completed(fault) }
      try check()
    } catch {
      throw UsageError(reason: error, path: parsed.path)
    }
    return parsed
  }

  private mutating func take(_ argument: String) throws(UsageError.Reason) {
    if argument == "--" {
      parsed.arguments += rest
      rest = []
    } else if argument.hasPrefix("--") {
      try takeLongOption(argument)
    } else if argument.hasPrefix("-"), argument.count > 1 {
      try takeShortOptions(argument)
    } else {
      try takeWord(argument)
    }
  }

  private mutating func takeWord(_ word: String) throws(UsageError.Reason) {
    if let subcommand = spec.subcommands.first(where: { $0.name == word }), word != "help" || isHelpWalk {
      parsed.path.append(word)
      spec = subcommand
    } else if word == "help", !spec.subcommands.isEmpty {
      isHelpWalk = true
      parsed.isHelpRequested = true
    } else if !spec.subcommands.isEmpty {
      isLost = true
      throw .unknownSubcommand(
        UsageError.presentable(word), near: near(word: word), known: spec.subcommands.map(\.name))
    } else if isHelpWalk {
      throw .unexpectedArgument(UsageError.presentable(word))
    } else if let argument = spec.arguments.last, !argument.isPassedOn {
      parsed.arguments.append(word)
    } else if spec.arguments.isEmpty {
      throw .unexpectedArgument(UsageError.presentable(word))
    } else {
      throw .notPassedOn(UsageError.presentable(word))
    }
  }
}
