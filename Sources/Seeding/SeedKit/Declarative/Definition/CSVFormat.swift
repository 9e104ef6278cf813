/// How the lines of a CSV file, or of PostgreSQL's COPY text format, are split into fields.
struct CSVFormat: Sendable, Hashable {
  /// Where the names of the fields come from.
  enum Header: Sendable, Hashable {
    /// The first line.
    case line
    /// The definition.
    case names([String])
    /// The positions of the fields: `1`, `2` and so on.
    case positions
  }

  /// A deviation from RFC 4180 that can be allowed.
  enum Leniency: String, Sendable, CaseIterable {
    /// An additional delimiter at the end of a line.
    case trailingDelimiter = "trailing-delimiter"
    /// Empty lines anywhere, which are skipped.
    case blankLines = "blank-lines"
    /// Quotes inside unquoted fields, which are data.
    case bareQuotes = "bare-quotes"
    /// A carriage return without a line feed, which ends a line.
    case carriageReturns = "carriage-returns"

    /// The setting in `seeder.json` that allows it.
    var setting: String { DeclarativeSeeder.setting("\"allow\": [\"\(rawValue)\"]") }
  }

  var header = Header.line
  /// Nil for the default of the format.
  var delimiter: UInt8?
  /// The texts of unquoted fields that are NULL; nil for the default of the format.
  var nullTexts: [String]?
  /// Nil if no field is quoted.
  var quote: UInt8? = UInt8(ascii: "\"")
  /// The character before a quote, or before itself, inside a quoted field; nil if quotes are doubled.
  var escape: UInt8?
  /// The character that begins a comment line; nil if there are no comments.
  var comment: UInt8?
  var allowed: Set<Leniency> = []

  /// The delimiter of files of a format.
  func delimiter(of format: DataFormat) -> UInt8 {
    delimiter ?? (format == .csv ? UInt8(ascii: ",") : UInt8(ascii: "\t"))
  }

  /// The texts that are NULL in files of a format.
  func nulls(of format: DataFormat) -> NullTexts {
    NullTexts(nullTexts ?? [format == .copy ? "\\N" : ""])
  }

  /// Common delimiters.
  static let delimiters = Array(",;\t|".utf8)

  /// A delimiter for error messages.
  static func shown(_ byte: UInt8) -> String {
    byte == UInt8(ascii: "\t") ? "tab" : "'\(Character(Unicode.Scalar(byte)))'"
  }

  /// The setting in `seeder.json` for a file with that delimiter.
  static func setting(_ byte: UInt8) -> String {
    let text = byte == UInt8(ascii: "\t") ? "\\t" : String(Character(Unicode.Scalar(byte)))
    return DeclarativeSeeder.setting("\"delimiter\": \"\(text)\"")
  }
}

extension DeclarativeSeeder {
  /// A key of a table, with its value, for error messages.
  static func setting(_ member: String) -> String { "\(member) next to \"files\" in \(fileName)" }
}

/// The texts of fields that are NULL.
struct NullTexts: Sendable {
  /// Almost all files have one, whose comparison must be fast.
  private let first: [UInt8]
  /// Its length; -1 if no text is NULL.
  private let firstCount: Int
  private let others: [[UInt8]]

  init(_ texts: [String]) {
    first = Array((texts.first ?? "").utf8)
    firstCount = texts.isEmpty ? -1 : first.count
    others = texts.dropFirst().map { Array($0.utf8) }
  }

  /// Whether the bytes in a range are NULL.
  func contains(_ range: Range<Int>, of bytes: [UInt8]) -> Bool {
    if range.count == firstCount, range.isEmpty || bytes[range].elementsEqual(first) { return true }
    guard !others.isEmpty else { return false }
    return others.contains { range.count == $0.count && bytes[range].elementsEqual($0) }
  }
}
