/// A setting without its value type, for the list of settings of a program.
public struct AnySettingKey: Sendable {
  /// The path in the files of `Config/`, such as `seed.jobs`.
  public let name: String
  /// The environment variables, highest precedence first.
  public let variables: [String]
  /// The flag without hyphens; nil if there is none.
  public let flag: String?
  /// A one-line description.
  public let summary: String
  let unit: String?
  let expected: String
  let isSecret: Bool
  let isAllowedInFiles: Bool
  /// The minimum and maximum of a whole number.
  package let bounds: ClosedRange<Int>?
  let decimalBounds: ClosedRange<Double>?
  /// The allowed words; nil if other values are possible.
  package let allowed: [String]?
  /// The JSON Schema type of a value in a file, and whether it may be null.
  package let schemaType: (name: String, isOptional: Bool)
  /// A value in a file as text; nil for null if allowed. Throws for a value of another type.
  let fileText: @Sendable (JSONNode) throws(SettingValueError) -> String?
  let defaultValue: any Sendable
  let parse: @Sendable (String) throws(SettingValueError) -> any Sendable
  let show: @Sendable (any Sendable) -> String
  /// Whether a value is the default.
  let isDefault: @Sendable (any Sendable) -> Bool

  /// Creates the entry of a setting.
  public init<Value>(_ key: SettingKey<Value>) {
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
        // JSON5 has more number formats than a variable.
        return (try? node.int()).map { "\($0)" } ?? literal
      case (.optionalList, .array(let items)):
        let names = items.compactMap { item -> String? in
          guard case .string(let name) = item.value else { return nil }
          return name
        }
        guard names.count == items.count else {
          throw SettingValueError(found: "an array with values that are not strings")
        }
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
  /// The default as text; empty if there is none.
  package var defaultText: String { show(defaultValue) }
}

extension [AnySettingKey] {
  /// The settings that a file may contain.
  var inFiles: [AnySettingKey] { filter(\.isAllowedInFiles) }

  /// Rejects a list in which two settings have the same key, variable or flag.
  ///
  /// - Throws: ``SettingConflictError`` with both settings.
  package func checkConflicts() throws(SettingConflictError) {
    var owners: [String: String] = [:]
    for key in self {
      let words = [key.name] + key.variables + (key.flag.map { ["--\($0)"] } ?? [])
      for word in words {
        if let other = owners[word] {
          throw SettingConflictError(word: word, first: other, second: key.name)
        }
        owners[word] = key.name
      }
    }
    // `seed` cannot be both a value and an object.
    for key in self {
      let parts = key.name.split(separator: ".")
      for count in 1..<Swift.max(parts.count, 1) {
        let outer = parts.prefix(count).joined(separator: ".")
        guard let other = owners[outer], other == outer else { continue }
        throw SettingConflictError(word: outer, first: other, second: key.name)
      }
    }
  }
}

/// Two settings of a program with the same key, variable or flag: a programming error.
public struct SettingConflictError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What both use: a name, a variable, or a flag with hyphens.
  public let word: String
  /// The names of the settings. They are equal if one is listed twice.
  public let first, second: String

  /// `the settings 'seed.jobs' and 'shop.jobs' are both declared with '--jobs'`
  public var description: String {
    first == second
      ? "the setting '\(first)' is declared twice"
      : "the settings '\(first)' and '\(second)' are both declared with '\(word)'"
  }
}
