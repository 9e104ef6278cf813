/// A setting: its names, its default, and how its values are parsed and shown.
///
/// A module declares its settings as static members of an extension, and the program lists them as
/// ``AnySettingKey``. Files, variables, flags, help and the JSON Schema are derived from this list.
///
/// ```swift
/// extension SettingKey where Value == Int {
///   static let shelves = SettingKey(
///     "bookshop.shelves", variables: "BOOKSHOP_SHELVES", flag: "shelves", default: 12, in: 1...500,
///     summary: "How many shelves the shop has")
/// }
/// ```
public struct SettingKey<Value: Sendable>: Sendable {
  /// The path in the files of `Config/`, such as `seed.jobs`: nested objects, then the key.
  public let name: String
  /// The environment variables, highest precedence first.
  public let variables: [String]
  /// The flag without hyphens; nil if there is none.
  public let flag: String?
  /// A one-line description.
  public let summary: String
  /// The unit of a number, such as `seconds`.
  public let unit: String?
  /// The minimum and maximum of a whole number.
  public let bounds: ClosedRange<Int>?
  /// The value if the setting is not given.
  public let defaultValue: Value
  /// Whether its value is masked.
  public let isSecret: Bool
  /// What is expected of a value, for error messages.
  public let expected: String
  /// Whether a file may set it.
  let isAllowedInFiles: Bool
  /// The type of a value in a file.
  let fileType: FileType
  /// Parses a value. Errors say what is wrong and never quote a secret.
  let parse: @Sendable (String) throws(SettingValueError) -> Value
  /// A value as text, with secrets masked.
  let show: @Sendable (Value) -> String
  /// The allowed words; nil if other values are possible.
  var allowed: [String]?
  /// The minimum and maximum of a decimal number.
  var decimalBounds: ClosedRange<Double>?

  /// The type of a value in a file.
  enum FileType: Sendable {
    case number
    case bool
    case text
    /// A string, or null for an unset value.
    case optionalText
    case optionalNumber
    case optionalBool
    /// An array of strings, or null.
    case optionalList

    var isOptional: Bool {
      switch self {
      case .number, .bool, .text: false
      case .optionalText, .optionalNumber, .optionalBool, .optionalList: true
      }
    }
  }
}

/// Why a string is not a valid value of a setting.
public struct SettingValueError: Error {
  /// What to report as found, instead of the quoted string. Must not quote a secret.
  public var found: String?
  /// The most similar valid value.
  public var suggestion: String?

  /// Creates an error. Both parts are optional.
  public init(found: String? = nil, suggestion: String? = nil) {
    self.found = found
    self.suggestion = suggestion
  }
}
