/// An option of a command: `--jobs N`, `-j N`.
struct OptionSpec: Sendable, Hashable {
  /// What follows the option.
  enum Value: Sendable, Hashable {
    /// Nothing.
    case none
    /// One value, shown under this name in the help.
    case required(String)
    /// Values separated by commas, or the option several times.
    case list(String)
  }

  /// What a shell can complete after the option.
  enum Completion: Sendable, Hashable {
    case none
    case directory
    case values([String])
  }

  let name: String
  var short: Character?
  var value = Value.none
  var summary: String
  var group = "Options"
  var variable: String?
  var completion = Completion.none

  /// The values that are allowed, if that is a closed list.
  var allowed: [String]? {
    guard case .values(let values) = completion else { return nil }
    return values
  }
}

/// A command, as a value: what the parser, the help and the completions are made from.
struct CommandSpec: Sendable, Hashable {
  let name: String
  let summary: String
  var discussion = ""
  var options: [OptionSpec] = []
  /// The arguments as the usage line shows them, such as `[SHELL]`; nil if it takes none.
  var arguments: String?
  var subcommands: [CommandSpec] = []
  var examples: [String] = []

  /// The command of a path below this one.
  func command(at path: [String]) -> CommandSpec? {
    guard let first = path.first else { return self }
    return subcommands.first { $0.name == first }?.command(at: Array(path.dropFirst()))
  }
}

/// A command line that was understood.
struct ParsedCommand: Sendable, Hashable {
  /// The names of the subcommands; empty for the program itself.
  var path: [String] = []
  /// The options given, by name, with their values in order.
  var options: [String: [String]] = [:]
  /// The arguments.
  var arguments: [String] = []
  /// Whether the help was asked for.
  var isHelpRequested = false

  /// Whether an option was given.
  func has(_ option: String) -> Bool { options[option] != nil }

  /// The value of an option.
  func value(of option: String) -> String? { options[option]?.last }

  /// All values of an option.
  func values(of option: String) -> [String] { options[option] ?? [] }

  /// The value of an option as a whole number that is not negative.
  ///
  /// - Throws: ``UsageError`` for anything else.
  func integer(_ option: String) throws -> Int? {
    guard let text = value(of: option) else { return nil }
    guard let number = Int(text), number >= 0 else {
      throw UsageError(.invalidValue(option: option, value: text, expected: "a whole number"), path: path)
    }
    return number
  }
}

/// Why a command line was not understood: facts, no words.
struct UsageError: Error, Sendable, Hashable {
  enum Reason: Sendable, Hashable {
    case unknownOption(String, near: [String])
    case unknownCommand(String, near: [String])
    case missingCommand([String])
    case missingValue(option: String, placeholder: String)
    case unexpectedValue(option: String)
    case invalidValue(option: String, value: String, expected: String)
    case repeated(option: String)
    case unexpectedArgument(String)
    case missingArgument(String)
    case conflict(String, String)
    case needs(String, String)
    case nothingSelected([String])
  }

  let reason: Reason
  /// The command that it is about.
  let path: [String]

  init(_ reason: Reason, path: [String]) {
    self.reason = reason
    self.path = path
  }
}
