/// A setting: its names, its default, and how a value is read.
public struct SettingKey<Value: Sendable>: Sendable {
  /// The path in the files of `Config/`, such as `seed.jobs`.
  public let name: String
  /// The environment variable.
  public let variable: String
  /// The flag without its hyphens, if there is one.
  public let flag: String?
  /// What it decides, with its unit.
  public let summary: String
  /// What is expected of a value, for error texts.
  public let expected: String
  /// The value if nobody says anything.
  public let defaultValue: Value
  let parse: @Sendable (String) -> Value?
  let show: @Sendable (Value) -> String

  init(
    _ name: String, variable: String, flag: String? = nil, default defaultValue: Value, summary: String,
    expected: String, parse: @escaping @Sendable (String) -> Value?,
    show: @escaping @Sendable (Value) -> String = { "\($0)" }
  ) {
    self.name = name
    self.variable = variable
    self.flag = flag
    self.defaultValue = defaultValue
    self.summary = summary
    self.expected = expected
    self.parse = parse
    self.show = show
  }
}

extension SettingKey where Value == Int {
  /// A whole number within bounds.
  init(
    _ name: String, variable: String, flag: String? = nil, default value: Int, in bounds: ClosedRange<Int>,
    summary: String
  ) {
    self.init(
      name, variable: variable, flag: flag, default: value, summary: summary,
      expected: "a whole number from \(bounds.lowerBound) to \(bounds.upperBound)",
      parse: { text in Int(text).flatMap { bounds.contains($0) ? $0 : nil } })
  }
}

extension SettingKey where Value == Duration {
  /// A whole number of seconds within bounds.
  init(
    _ name: String, variable: String, default seconds: Int, in bounds: ClosedRange<Int>, summary: String
  ) {
    self.init(
      name, variable: variable, default: .seconds(seconds), summary: summary,
      expected: "seconds, a whole number from \(bounds.lowerBound) to \(bounds.upperBound)",
      parse: { text in Int(text).flatMap { bounds.contains($0) ? .seconds($0) : nil } },
      show: { "\($0.components.seconds)" })
  }
}

extension SettingKey where Value == Bool {
  /// A switch.
  init(_ name: String, variable: String, flag: String?, summary: String) {
    self.init(
      name, variable: variable, flag: flag, default: false, summary: summary, expected: "true or false",
      parse: { text in
        switch text.lowercased() {
        case "true", "1", "yes", "on": true
        case "false", "0", "no", "off": false
        default: nil
        }
      })
  }
}

extension SettingKey {
  /// Something that need not be set.
  init<Wrapped>(
    optional name: String, variable: String, flag: String? = nil, summary: String, expected: String,
    parse: @escaping @Sendable (String) -> Wrapped?,
    show: @escaping @Sendable (Wrapped) -> String = { "\($0)" }
  ) where Value == Wrapped? {
    self.init(
      name, variable: variable, flag: flag, default: nil, summary: summary, expected: expected,
      parse: { text in parse(text).map { .some($0) } }, show: { $0.map(show) ?? "" })
  }
}
