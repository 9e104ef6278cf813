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
  public struct Entry: Sendable {
    /// The path in the files.
    public let name: String
    /// The value as text, secrets masked; empty if it is not set.
    public let value: String
    /// Where it comes from.
    public let source: Source
    /// What it decides.
    public let summary: String
    /// The environment variable that sets it.
    public let variable: String
  }

  var values: [String: (value: any Sendable, source: Source)]

  /// The value of a key.
  public subscript<Value>(key: SettingKey<Value>) -> Value {
    values[key.name]?.value as? Value ?? key.defaultValue
  }

  /// Where the value of a key comes from.
  public func source<Value>(of key: SettingKey<Value>) -> Source { values[key.name]?.source ?? .default }

  /// Every setting, in a stable order.
  public var entries: [Entry] {
    AnySettingKey.all.map { key in
      let found = values[key.name]
      return Entry(
        name: key.name, value: key.show(found?.value ?? key.defaultValue), source: found?.source ?? .default,
        summary: key.summary, variable: key.variable)
    }
  }
}

/// What is wrong with the configuration, all of it at once.
public struct ConfigurationError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Each fault with its place.
  public let faults: [String]

  /// The faults, a line each.
  public var description: String { faults.joined(separator: "\n") }
}
