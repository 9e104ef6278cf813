/// The stable name of a seeder: `price-lists`.
///
/// Lowercase letters, digits and hyphens, starting with a letter, at most 63 characters. It is the flag on the
/// command line and the key in the history, so it must never change and is not derived from a type name.
public struct SeederID: RawRepresentable, Hashable, Sendable, Comparable, CustomStringConvertible {
  /// The name.
  public let rawValue: String

  /// Creates an id; nil if the name is not valid.
  public init?(rawValue: String) {
    let words = rawValue.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
    let isValid = words.allSatisfy { !$0.isEmpty && $0.allSatisfy(Self.isWordByte) }
    // Not a regular expression, because compiling one on each use takes longer than a query.
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
  /// Creates an id from a literal.
  ///
  /// - Precondition: the name is valid. A mistake in the source shows at the first start.
  public init(stringLiteral value: String) {
    let id = Self(rawValue: value)
    precondition(id != nil, "invalid seeder id '\(value)': use lowercase letters, digits and hyphens")
    self = id ?? Self(unchecked: value)
  }

  private init(unchecked: String) { rawValue = unchecked }
}
