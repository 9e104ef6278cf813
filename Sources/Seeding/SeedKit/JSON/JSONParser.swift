/// A parser for JSON (RFC 8259) and JSON5.
///
/// Not a decoder of the toolchain, because fixtures need the position of every value, all digits of numbers,
/// detection of duplicate keys, and limits that apply before memory is used.
public enum JSONParser {
  /// The language.
  public enum Dialect: Sendable {
    /// Strict RFC 8259.
    case json
    /// JSON5 (spec.json5.org) without `Infinity` and `NaN`, raw control characters in strings, and escapes in
    /// unquoted keys.
    case json5
  }

  /// Limits of a document.
  public struct Limits: Sendable {
    /// The maximum nesting depth, at most 1,000. The parser needs no stack for it, but traversing or freeing the
    /// tree does.
    public var depth: Int { didSet { depth = min(depth, Self.greatestDepth) } }
    /// The maximum size of the document in bytes.
    public var size: Int
    /// The maximum size of a string or key in UTF-8 bytes, unescaped.
    public var stringSize: Int
    /// The number of bytes added to the size for each value and key, because even short ones use memory.
    public var valueSize: Int

    /// A tree of this depth fits a thread's default stack many times over.
    private static let greatestDepth = 1000

    /// Creates limits.
    ///
    /// - Parameters:
    ///   - depth: 128 by default.
    ///   - size: 256 MiB by default.
    ///   - stringSize: 64 MiB by default.
    ///   - valueSize: 0 by default, since the size already limits the number of values.
    public init(
      depth: Int = 128, size: Int = 256 << 20, stringSize: Int = 64 << 20, valueSize: Int = 0
    ) {
      self.depth = min(depth, Self.greatestDepth)
      self.size = size
      self.stringSize = stringSize
      self.valueSize = valueSize
    }
  }

  /// Parses a document with exactly one value.
  ///
  /// A byte order mark is ignored in JSON5 and an error in JSON. Takes time in proportion to the size.
  ///
  /// - Throws: ``JSONParseError`` for the first error; `CancellationError`, checked every few thousand values.
  public static func parse(
    _ bytes: [UInt8], dialect: Dialect = .json, limits: Limits = Limits()
  ) throws -> JSONNode {
    var reader = JSONReader(bytes: bytes, dialect: dialect, limits: limits)
    return try reader.document()
  }

  /// A part of a file with one value.
  enum Part {
    /// An element of a top-level array.
    case element
    case line
  }

  /// Parses a part of a file that begins at `start`.
  ///
  /// - Throws: as ``parse(_:dialect:limits:)``, with positions in the file.
  static func parse(
    _ part: Part, _ bytes: [UInt8], at start: SourcePosition, limits: Limits
  ) throws -> JSONNode {
    var reader = JSONReader(bytes: bytes, dialect: .json, limits: limits, part: part, start: start)
    return try reader.document()
  }
}
