/// The stable name of a seeder: `price-lists`.
///
/// Lower case letters, digits and hyphens, starting with a letter, at most 63 characters. It is the
/// seeder's flag on the command line and its key in the history, so it never changes and is never
/// derived from a type's name.
public struct SeederID: RawRepresentable, Hashable, Sendable, Comparable, CustomStringConvertible {
  /// The name.
  public let rawValue: String

  /// Takes a name; nil if it breaks the rules above.
  public init?(rawValue: String) {
    let words = rawValue.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
    let isValid = words.allSatisfy { !$0.isEmpty && $0.allSatisfy(Self.isWordByte) }
    // Not a regular expression: those are compiled at each use, which takes longer than a whole query.
    guard isValid, rawValue.utf8.count <= 63, let first = rawValue.utf8.first, first >= UInt8(ascii: "a")
    else { return nil }
    self.rawValue = rawValue
  }

  private static func isWordByte(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
      || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }

  /// The name.
  public var description: String { rawValue }

  /// Orders by name.
  public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

extension SeederID: ExpressibleByStringLiteral {
  /// Takes a name written in the source.
  ///
  /// - Precondition: the name keeps to the rules; a mistake in the source is found at the first start.
  public init(stringLiteral value: String) {
    let id = Self(rawValue: value)
    precondition(id != nil, "invalid seeder id '\(value)': use lowercase letters, digits and hyphens")
    self = id ?? Self(unchecked: value)
  }

  private init(unchecked: String) { rawValue = unchecked }
}
