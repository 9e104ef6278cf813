/// A setting: its names, its default, and how a value of it is read and shown.
///
/// A module declares its settings as static members of an extension, and the program lists them all as
/// ``AnySettingKey``; files, variables, flags, help and the JSON Schema follow from that.
///
/// ```swift
/// extension SettingKey where Value == Int {
///   static let shelves = SettingKey(
///     "bookshop.shelves", variables: "BOOKSHOP_SHELVES", flag: "shelves", default: 12, in: 1...500,
///     summary: "How many shelves the shop has")
/// }
/// ```
public struct SettingKey<Value: Sendable>: Sendable {
  /// The path in the files of `Config/`, such as `seed.jobs`: objects and, behind the last dot, the member.
  public let name: String
  /// The environment variables, the strongest first.
  public let variables: [String]
  /// The flag without its hyphens, if there is one.
  public let flag: String?
  /// What it decides.
  public let summary: String
  /// The unit of a number, such as `seconds`.
  public let unit: String?
  /// The least and the greatest value of a number.
  public let bounds: ClosedRange<Int>?
  /// The value if nobody says anything.
  public let defaultValue: Value
  /// Whether a value of it is shown only in part, if at all.
  public let isSecret: Bool
  /// What is expected of a value, for error texts.
  public let expected: String
  /// Whether a file may set it.
  let isAllowedInFiles: Bool
  /// The type that a value has in a file.
  let fileType: FileType
  /// Reads a value. What it throws names what is wrong with it and never quotes a secret.
  let parse: @Sendable (String) throws(SettingValueError) -> Value
  /// A value as text, the secrets in it masked.
  let show: @Sendable (Value) -> String
  /// The words that are values, where there are but a few.
  var allowed: [String]?
  /// The least and the greatest value of a number that need not be whole.
  var decimalBounds: ClosedRange<Double>?

  /// The type that a value has in a file.
  enum FileType: Sendable {
    case number
    case bool
    case text
    /// A text, or null for a setting that is not set.
    case optionalText
    case optionalNumber
    case optionalBool
    /// A list of texts, or null.
    case optionalList

    var isOptional: Bool {
      switch self {
      case .number, .bool, .text: false
      case .optionalText, .optionalNumber, .optionalBool, .optionalList: true
      }
    }
  }
}

/// Why a text is not a value of a setting.
public struct SettingValueError: Error {
  /// What to report as found, in place of the text in quotes. Must not quote a secret.
  public var found: String?
  /// What was probably meant.
  public var suggestion: String?

  /// Describes a text that is not a value; both parts may be missing.
  public init(found: String? = nil, suggestion: String? = nil) {
    self.found = found
    self.suggestion = suggestion
  }
}
