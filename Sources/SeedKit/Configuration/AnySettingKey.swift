/// A setting whose type of value does not matter.
struct AnySettingKey: Sendable {
  let name: String
  let variables: [String]
  let flag: String?
  let summary: String
  let unit: String?
  let expected: String
  let isSecret: Bool
  let isAllowedInFiles: Bool
  let bounds: ClosedRange<Int>?
  let decimalBounds: ClosedRange<Double>?
  let allowed: [String]?
  /// The type that JSON Schema gives a value in a file, and whether null is one.
  let schemaType: (name: String, isOptional: Bool)
  /// A value of a file as text; nil for null where that is allowed. Throws for one of another type.
  let fileText: @Sendable (JSONNode) throws(SettingValueError) -> String?
  let defaultValue: any Sendable
  let parse: @Sendable (String) throws(SettingValueError) -> any Sendable
  let show: @Sendable (any Sendable) -> String
  /// Whether a value is the built-in default.
  let isDefault: @Sendable (any Sendable) -> Bool

  init<Value>(_ key: SettingKey<Value>) {
    name = key.name
    variables = key.variables
    flag = key.flag
    summary = key.summary
    unit = key.unit
    expected = key.expected
    isSecret = key.isSecret
    isAllowedInFiles = key.isAllowedInFiles
    bounds = key.bounds
    decimalBounds = key.decimalBounds
    allowed = key.allowed
    let type = key.fileType
    let schemaName =
      switch type {
      case .text, .optionalText: "string"
      case .bool, .optionalBool: "boolean"
      case .number, .optionalNumber: key.decimalBounds == nil ? "integer" : "number"
      case .optionalList: "array"
      }
    schemaType = (schemaName, type.isOptional)
    fileText = { (node) throws(SettingValueError) in
      if node.isNull, type.isOptional { return nil }
      switch (type, node.value) {
      case (.text, .string(let text)), (.optionalText, .string(let text)): return text
      case (.bool, .bool(let flag)), (.optionalBool, .bool(let flag)): return "\(flag)"
      case (.number, .number(let literal)), (.optionalNumber, .number(let literal)):
        // JSON5 has more ways to write a whole number than a variable has.
        return (try? node.int()).map { "\($0)" } ?? literal
      case (.optionalList, .array(let items)):
        let names = items.compactMap { item -> String? in
          guard case .string(let name) = item.value else { return nil }
          return name
        }
        guard names.count == items.count else { throw SettingValueError(found: "a list of other things") }
        return names.joined(separator: ",")
      default: throw SettingValueError(found: key.isSecret ? node.kindDescription : node.foundDescription)
      }
    }
    defaultValue = key.defaultValue
    parse = { (text) throws(SettingValueError) in try key.parse(text) }
    show = { ($0 as? Value).map(key.show) ?? "" }
    let shownDefault = key.show(key.defaultValue)
    isDefault = { ($0 as? Value).map(key.show) == shownDefault }
  }
}
