/// A parser for JSON (RFC 8259) and JSON5.
///
/// Ours because what fixtures need no decoder of the toolchain gives: the place of every value, every
/// digit of a number, duplicate keys found, limits that hold before memory is spent.
public enum JSONParser {
  /// Which language.
  public enum Dialect: Sendable {
    /// RFC 8259, strictly.
    case json
    /// JSON5 (spec.json5.org) but for three things: `Infinity` and `NaN`, raw control characters in
    /// texts, and escapes in keys without quotes are refused.
    case json5
  }

  /// What a document may cost.
  public struct Limits: Sendable {
    /// How deep lists and objects may nest. The parser itself needs no stack for it, but whoever walks
    /// or releases the tree does, so that more than 1,000 counts as 1,000.
    public var depth: Int { didSet { depth = min(depth, Self.greatestDepth) } }
    /// How many bytes the document may have.
    public var size: Int
    /// How many bytes of UTF-8 one text or key may have, its escapes resolved.
    public var stringSize: Int
    /// How many bytes of the size each value and each key counts beyond those that it is written with: it takes
    /// memory, however short it is.
    public var valueSize: Int

    /// Such a tree fits the stacks that threads have by default many times over.
    private static let greatestDepth = 1000

    /// Sets limits.
    ///
    /// - Parameters:
    ///   - depth: 128 by default.
    ///   - size: 256 MiB by default.
    ///   - stringSize: 64 MiB by default.
    ///   - valueSize: nothing by default; the size bounds the number of values.
    public init(
      depth: Int = 128, size: Int = 256 << 20, stringSize: Int = 64 << 20, valueSize: Int = 0
    ) {
      self.depth = min(depth, Self.greatestDepth)
      self.size = size
      self.stringSize = stringSize
      self.valueSize = valueSize
    }
  }

  /// Parses a document, which holds exactly one value.
  ///
  /// A byte order mark is dropped in JSON5 and a fault in JSON. Takes time in proportion to the number of bytes.
  ///
  /// - Throws: ``JSONParseError`` for the first fault; `CancellationError`, looked for every few thousand
  ///   values.
  public static func parse(
    _ bytes: [UInt8], dialect: Dialect = .json, limits: Limits = Limits()
  ) throws -> JSONNode {
    var reader = JSONReader(bytes: bytes, dialect: dialect, limits: limits)
    return try reader.document()
  }

  /// A part of a file that holds one value.
  enum Part {
    /// An element of the array that is the whole file.
    case element
    case line
  }

  /// Parses a part of a file, which begins at `start`.
  ///
  /// - Throws: as ``parse(_:dialect:limits:)``; positions are those in the file.
  static func parse(
    _ part: Part, _ bytes: [UInt8], at start: SourcePosition, limits: Limits
  ) throws -> JSONNode {
    var reader = JSONReader(bytes: bytes, dialect: .json, limits: limits, part: part, start: start)
    return try reader.document()
  }
}
