/// The configuration in force: each value, and where it comes from.
///
/// A flag goes before an environment variable, that before `Config/<environment>.json`, that before
/// `Config/default.json`, that before the built-in default.
public struct Settings: Sendable {
  /// Where a value comes from.
  public enum Source: Hashable, Sendable, CustomStringConvertible {
    /// A flag, such as `jobs`.
    case flag(String)
    /// An environment variable.
    case variable(String)
    /// A file, with the line.
    case file(String, line: Int)
    /// `CI=true` implies the environment ci.
    case impliedByCI
    /// The built-in default.
    case `default`

    /// `--jobs`, `SEED_JOBS`, `Config/dev.json:3`, `CI=true` or `default`
    public var description: String {
      switch self {
      case .flag(let name): "--\(name)"
      case .variable(let name): name
      case .file(let path, let line): "\(path):\(line)"
      case .impliedByCI: "CI=true"
      case .default: "default"
      }
    }
  }

  /// One setting as `seed-runner config` shows it.
  public struct Entry: Hashable, Sendable {
    /// The path in the files, such as `seed.jobs`.
    public let name: String
    /// The value as text, secrets masked; empty if it is not set.
    public let value: String
    /// Where it comes from.
    public let source: Source
    /// What it decides.
    public let summary: String
    /// The unit of a number.
    public let unit: String?
    /// The environment variable that sets it; the strongest, if there are several.
    public let variable: String
    /// The flag that sets it, without its hyphens.
    public let flag: String?
    /// What a value must be.
    public let expected: String
    /// The words that are values, where there are but a few.
    public let allowed: [String]?
    /// The least and the greatest value of a number, as text.
    public let minimum, maximum: String?
    /// What holds if nobody says anything; empty if it is not set then.
    public let defaultValue: String
    /// Whether its value is shown only in part.
    public let isSecret: Bool
    /// Whether a file may set it.
    public let isAllowedInFiles: Bool
  }

  /// A value with its source.
  struct Stored: Sendable {
    let value: any Sendable
    let source: Source
  }

  /// All settings that there are, in the order of `entries`.
  let keys: [AnySettingKey]
  /// What was given, by the name of the key. Keys that nobody spoke of are not in it.
  let values: [String: Stored]

  /// The value of a key, which must be among those that the settings were loaded with: otherwise nobody looked
  /// for its value, and the default would be a silent mistake.
  public subscript<Value>(key: SettingKey<Value>) -> Value {
    precondition(
      keys.contains { $0.name == key.name }, "the program does not list the setting '\(key.name)'")
    guard let stored = values[key.name], let value = stored.value as? Value else { return key.defaultValue }
    return value
  }

  /// Where the value of a key comes from.
  public func source<Value>(of key: SettingKey<Value>) -> Source { values[key.name]?.source ?? .default }

  /// Whether somebody chose the value of a key. A file that repeats the built-in default, as the shipped
  /// `default.json` does, chooses nothing.
  public func isExplicit<Value>(_ key: SettingKey<Value>) -> Bool {
    guard let stored = values[key.name] else { return false }
    if case .file = stored.source { return !AnySettingKey(key).isDefault(stored.value) }
    return true
  }

  /// Every setting, in the order in which the program lists them.
  public var entries: [Entry] {
    keys.map { key in
      let stored = values[key.name]
      return Entry(
        name: key.name, value: key.show(stored?.value ?? key.defaultValue),
        source: stored?.source ?? .default,
        summary: key.summary, unit: key.unit, variable: key.variables.first ?? "", flag: key.flag,
        expected: key.expected, allowed: key.allowed,
        minimum: key.bounds.map { "\($0.lowerBound)" } ?? key.decimalBounds.map { "\($0.lowerBound)" },
        maximum: key.bounds.map { "\($0.upperBound)" } ?? key.decimalBounds.map { "\($0.upperBound)" },
        defaultValue: key.show(key.defaultValue), isSecret: key.isSecret,
        isAllowedInFiles: key.isAllowedInFiles)
    }
  }
}
