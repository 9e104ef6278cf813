/// An option of a command, as a value: `--debug`, `-j N`, `--only A,B`.
///
/// An option means the same in every command that takes it: two options of one name have the same letter
/// and take a value alike. The parser relies on it where an option stands before its command's name.
struct OptionSpec: Sendable, Hashable {
  /// What follows the option.
  enum Value: Sendable, Hashable {
    /// Nothing: the option is a flag.
    case none
    /// A value, shown in the help under this name.
    case required(valueName: String)
  }

  /// What a shell can complete after the option.
  enum Completion: Sendable, Hashable {
    /// Nothing.
    case none
    /// Files.
    case file
    /// Folders.
    case directory
    /// These values. The list is closed: the parser refuses every other value.
    case values([String])
  }

  /// What the option does to the parser.
  enum Role: Sendable, Hashable {
    /// Nothing: it is for the command.
    case ordinary
    /// It asks for the command's help.
    case help
    /// It asks for the program's version.
    case version
  }

  /// The long name without its hyphens: `database-url`.
  let name: String
  /// The letter after one hyphen.
  var short: Character?
  /// What follows the option. Default: nothing.
  var value = Value.none
  /// Whether `--no-NAME` is its opposite.
  var isNegatable = false
  /// Whether it may be given several times with a value.
  var isRepeatable = false
  /// Whether its value is a list with commas.
  var isList = false
  /// The whole numbers that are allowed; nil if the value is no number.
  var range: ClosedRange<Int>?
  /// One line or two for the help.
  let summary: String
  /// The environment variable that it overrides.
  var variable: String?
  /// What holds without it, as the help says it.
  var defaultText: String?
  /// The heading it stands under.
  var group = OptionGroup.options
  /// What a shell can complete.
  var completion = Completion.none
  /// What it does to the parser.
  var role = Role.ordinary

  /// The values that are allowed, if their list is closed.
  var allowed: [String]? {
    guard case .values(let values) = completion else { return nil }
    return values
  }

  /// The name of its value in the help; nil for a flag.
  var valueName: String? {
    guard case .required(let valueName) = value else { return nil }
    return valueName
  }

  /// The long name as it is typed.
  var long: String { "--\(name)" }

  /// Its opposite as it is typed, if it has one.
  var negation: String? { isNegatable ? "--no-\(name)" : nil }
}
