/// The values of all settings, with their sources.
///
/// Precedence, highest first: flag, environment variable, `Config/<environment>.json`, `Config/default.json`,
/// default.
public struct Settings: Sendable {
  /// The source of a value.
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

  /// A setting as `seed-runner config` shows it.
  public struct Entry: Hashable, Sendable {
    /// The path in the files, such as `seed.jobs`.
    public let name: String
    /// The value as text, with secrets masked; empty if it is not set.
    public let value: String
    /// The source of the value.
    public let source: Source
    /// A one-line description.
    public let summary: String
    /// The unit of a number.
    public let unit: String?
    /// The environment variable, with the highest precedence if there are several.
    public let variable: String
    /// The flag without hyphens.
    public let flag: String?
    /// What a value must be.
    public let expected: String
    /// The allowed words; nil if other values are possible.
    public let allowed: [String]?
    /// The minimum and maximum of a number, as text.
    public let minimum, maximum: String?
    /// The default as text; empty if there is none.
    public let defaultValue: String
    /// Whether its value is masked.
    public let isSecret: Bool
    /// Whether a file may set it.
    public let isAllowedInFiles: Bool
  }

  /// A value with its source.
  struct Stored: Sendable {
    let value: any Sendable
    let source: Source
  }

  /// All settings, in the order of `entries`.
  let keys: [AnySettingKey]
  /// The given values by key. Settings that were not given are missing.
  let values: [String: Stored]

  /// The value of a setting. It must be in the list that the settings were loaded with: otherwise its value was not
  /// read, and the default would silently be wrong.
  public subscript<Value>(key: SettingKey<Value>) -> Value {
    precondition(
      keys.contains { $0.name == key.name }, "the program does not list the setting '\(key.name)'")
    guard let stored = values[key.name], let value = stored.value as? Value else { return key.defaultValue }
    return value
  }

  /// The source of a setting's value.
  public func source<Value>(of key: SettingKey<Value>) -> Source { values[key.name]?.source ?? .default }

  /// Whether the value was set explicitly. A file that repeats the default, such as the shipped `default.json`,
  /// does not count.
  public func isExplicit<Value>(_ key: SettingKey<Value>) -> Bool {
    guard let stored = values[key.name] else { return false }
    if case .file = stored.source { return !AnySettingKey(key).isDefault(stored.value) }
    return true
  }

  /// Every setting, in the order of the program's list.
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
