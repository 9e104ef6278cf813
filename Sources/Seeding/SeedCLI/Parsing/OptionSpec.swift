public import SeedKit

/// An option of a command, as a value: `--debug`, `-j N`, `--only A,B`.
///
/// An option means the same in every command that takes it: two options of one name have the same letter
/// and take a value alike. The parser relies on it where an option stands before its command's name.
public struct OptionSpec: Sendable, Hashable {
  /// What follows the option.
  public enum Value: Sendable, Hashable {
    /// Nothing: the option is a flag.
    case none
    /// A value, shown in the help under this name.
    case required(valueName: String)
  }

  /// What a shell can complete after the option.
  public enum Completion: Sendable, Hashable {
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
  public let name: String
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

  /// The long name with its opposite, if it has one.
  var longOrNegation: String { isNegatable ? "--[no-]\(name)" : long }

  /// Its opposite as it is typed, if it has one.
  var negation: String? { isNegatable ? "--no-\(name)" : nil }
}

extension OptionSpec {
  /// Makes an option of one command.
  ///
  /// - Parameters:
  ///   - name: the long name without its hyphens.
  ///   - valueName: the name of its value in the help; nil for a flag.
  ///   - range: the whole numbers that are allowed; nil if the value is no number.
  ///   - summary: a line or two for the help.
  ///   - defaultText: what holds without it, as the help says it.
  ///   - completion: what a shell can complete.
  public init(
    _ name: String, valueName: String? = nil, range: ClosedRange<Int>? = nil, summary: String,
    defaultText: String? = nil, completion: Completion = .none
  ) {
    self.init(
      name: name, value: valueName.map { .required(valueName: $0) } ?? .none, range: range, summary: summary,
      defaultText: defaultText, completion: completion)
  }

  /// Makes the option that sets a setting: bounds, words, variable and default come from the declaration.
  ///
  /// - Parameters:
  ///   - key: the setting, which must have a flag.
  ///   - valueName: the name of its value in the help; by default N for a number, else VALUE. A switch has none.
  ///   - summary: a line or two for the help; by default the setting's summary.
  ///   - defaultText: what holds without it; by default the setting's default.
  ///   - group: the heading that it stands under.
  public init<Value: Sendable>(
    _ key: SettingKey<Value>, valueName: String? = nil, summary: String? = nil, defaultText: String? = nil,
    group: OptionGroup = .options
  ) {
    self.init(
      key, short: nil, valueName: valueName, summary: summary, defaultText: defaultText, group: group)
  }

  init<Value: Sendable>(
    _ key: SettingKey<Value>, short: Character?, valueName: String? = nil, summary: String? = nil,
    defaultText: String? = nil, group: OptionGroup
  ) {
    let setting = AnySettingKey(key)
    // A mistake in the declarations of a program, which stops its first start: without a flag there is no option.
    guard let flag = key.flag else { preconditionFailure("the setting '\(key.name)' has no flag") }
    let type = setting.schemaType.name
    let isSwitch = type == "boolean"
    let builtIn = setting.defaultText.isEmpty ? nil : setting.defaultText
    let ofType = ["integer": "N", "number": "X"][type] ?? "VALUE"
    self.init(
      name: flag, short: short, value: isSwitch ? .none : .required(valueName: valueName ?? ofType),
      isNegatable: isSwitch, range: key.bounds, summary: summary ?? key.summary,
      variable: key.variables.first,
      defaultText: defaultText ?? (isSwitch ? nil : builtIn), group: group,
      completion: setting.allowed.map(Completion.values) ?? .none)
  }

  /// What every command takes that looks at the configuration, `--help` among it.
  public static let common = SeedRunnerCommand.Option.common

  /// `--help`.
  public static let help = SeedRunnerCommand.Option.help

  /// `--version`, for a program.
  public static let version = SeedRunnerCommand.Option.version
}

/// A heading of the help under which options stand.
public struct OptionGroup: Sendable, Hashable {
  /// The heading.
  let title: String
  /// Whether many commands share these options; the usage line then says `[OPTIONS]` for all of them.
  var isShared = false

  init(title: String, isShared: Bool) {
    self.title = title
    self.isShared = isShared
  }

  /// Makes a heading.
  public init(title: String) { self.title = title }

  /// The options of one command.
  public static let options = OptionGroup(title: "Options")
  /// How to seed.
  public static let run = OptionGroup(title: "Run")
}

/// What must hold between the options of one command. All names are long names without hyphens.
public enum OptionRule: Sendable, Hashable {
  /// None of the first goes with any of the second.
  case excludes([String], [String])
  /// The first is meaningless without the second.
  case requires(String, String)
  /// The number of the first is not above that of the second.
  case ascends(String, String)
  /// At least one of these selects what the command works on.
  case selects([String])
}
