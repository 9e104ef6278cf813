public import SeedKit

/// The specification of an option, such as `--debug`, `-j N` or `--only A,B`.
///
/// Options with the same name must have the same letter and the same kind of value in every command, though their
/// ranges may differ. The parser relies on this for an option that precedes the name of its command.
public struct OptionSpec: Sendable, Hashable {
  /// Whether the option takes a value.
  public enum Value: Sendable, Hashable {
    /// The option is a flag.
    case none
    /// The option takes a value, shown in the help under this name.
    case required(valueName: String)
  }

  /// What shells complete after the option.
  public enum Completion: Sendable, Hashable {
    /// Nothing.
    case none
    /// Files.
    case file
    /// Folders.
    case directory
    /// These values. The parser rejects all others.
    case values([String])
  }

  /// Whether the parser handles the option itself.
  enum Role: Sendable, Hashable {
    /// The command handles the option.
    case ordinary
    /// The option requests the command's help.
    case help
    /// The option requests the program's version.
    case version
  }

  /// The long name without hyphens, such as `database-url`.
  public let name: String
  /// The letter of the short form, such as `j` for `-j`.
  var short: Character?
  /// Whether the option takes a value. Default: no.
  var value = Value.none
  /// Whether `--no-NAME` negates the option.
  var isNegatable = false
  /// Whether the option can be repeated with further values.
  var isRepeatable = false
  /// Whether the value is a comma-separated list.
  var isList = false
  /// The allowed integers; nil if the value is not an integer.
  var range: ClosedRange<Int>?
  /// One or two lines for the help.
  let summary: String
  /// The environment variable that the option overrides.
  var variable: String?
  /// The default, as the help shows it.
  var defaultText: String?
  /// The group in the help.
  var group = OptionGroup.options
  /// What shells complete.
  var completion = Completion.none
  /// Whether the parser handles the option itself.
  var role = Role.ordinary

  /// The allowed values; nil if any value is allowed.
  var allowed: [String]? {
    guard case .values(let values) = completion else { return nil }
    return values
  }

  /// The name of the value in the help; nil for a flag.
  var valueName: String? {
    guard case .required(let valueName) = value else { return nil }
    return valueName
  }

  /// The long name with hyphens.
  var long: String { "--\(name)" }

  /// The long name with hyphens, with `[no-]` if the option can be negated.
  var longOrNegation: String { isNegatable ? "--[no-]\(name)" : long }

  /// The negated name with hyphens; nil if the option cannot be negated.
  var negation: String? { isNegatable ? "--no-\(name)" : nil }
}

extension OptionSpec {
  /// Creates an option of one command.
  ///
  /// - Parameters:
  ///   - name: the long name without hyphens.
  ///   - valueName: the name of the value in the help; nil for a flag.
  ///   - range: the allowed integers; nil if the value is not an integer.
  ///   - summary: one or two lines for the help.
  ///   - defaultText: the default, as the help shows it.
  ///   - completion: what shells complete.
  public init(
    _ name: String, valueName: String? = nil, range: ClosedRange<Int>? = nil, summary: String,
    defaultText: String? = nil, completion: Completion = .none
  ) {
    self.init(
      name: name, value: valueName.map { .required(valueName: $0) } ?? .none, range: range, summary: summary,
      defaultText: defaultText, completion: completion)
  }

  /// Creates the option of a setting. Range, allowed values, variable and default come from the setting.
  ///
  /// - Parameters:
  ///   - key: the setting, which must have a flag.
  ///   - valueName: The name of the value in the help. By default `N` for an integer, `X` for a number, otherwise
  ///     `VALUE`. A Boolean setting becomes a flag without a value.
  ///   - summary: one or two lines for the help. By default the setting's summary.
  ///   - defaultText: the default, as the help shows it. By default the setting's default.
  ///   - group: the group in the help.
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
    // A programming error, which shows at the first start of the program.
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

  /// The options of every command that reads the settings, including `--help`.
  public static let common = SeedRunnerCommand.Option.common
  /// `--fixtures-path`, for services whose seeders have fixtures that can be replaced.
  public static let fixturesPath = SeedRunnerCommand.Option.fixturesPath

  /// `--help`.
  public static let help = SeedRunnerCommand.Option.help

  /// `--version`, for programs.
  public static let version = SeedRunnerCommand.Option.version
}

/// A group of options under one heading in the help.
public struct OptionGroup: Sendable, Hashable {
  /// The heading.
  let title: String
  /// Whether many commands share these options. The usage line then shows `[OPTIONS]` for all of them.
  var isShared = false

  init(title: String, isShared: Bool) {
    self.title = title
    self.isShared = isShared
  }

  /// Creates a group.
  public init(title: String) { self.title = title }

  /// The options of one command.
  public static let options = OptionGroup(title: "Options")
  /// The options of a run.
  public static let run = OptionGroup(title: "Run")
}

/// A rule about combinations of options of one command. All names are long names without hyphens.
public enum OptionRule: Sendable, Hashable {
  /// No option of the first list can be combined with one of the second.
  case excludes([String], [String])
  /// The first option requires the second.
  case requires(String, String)
  /// The value of the first option must not be greater than that of the second.
  case ascends(String, String)
  /// At least one of these options is required.
  case selects([String])
}
