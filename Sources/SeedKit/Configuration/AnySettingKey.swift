/// A setting whose type of value does not matter.
struct AnySettingKey: Sendable {
  let name: String
  let variable: String
  let flag: String?
  let summary: String
  let expected: String
  let isSecret: Bool
  let defaultValue: any Sendable
  let parse: @Sendable (String) -> (any Sendable)?
  let show: @Sendable (any Sendable) -> String

  init<Value>(_ key: SettingKey<Value>) {
    name = key.name
    variable = key.variable
    flag = key.flag
    summary = key.summary
    expected = key.expected
    isSecret = Value.self == Secret<String>?.self
    defaultValue = key.defaultValue
    parse = { key.parse($0) }
    show = { ($0 as? Value).map(key.show) ?? "" }
  }
}
