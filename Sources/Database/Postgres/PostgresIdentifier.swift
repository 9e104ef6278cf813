/// The name of a table, a column or another object that can be used in a statement.
public struct PostgresIdentifier: Hashable, Sendable, CustomStringConvertible {
  /// The maximum length in bytes: `NAMEDATALEN - 1`. PostgreSQL silently truncates longer names, so that two names
  /// can become one.
  public static let maximumLength = 63

  /// The name, unquoted.
  public let name: String

  /// Checks a name.
  ///
  /// - Throws: ``PostgresError`` with code `invalidValue` if the name is empty, contains a NUL or is longer than
  ///   ``maximumLength`` bytes.
  public init(_ name: String) throws {
    let length = name.utf8.count
    guard length > 0, length <= Self.maximumLength, !name.utf8.contains(0) else {
      throw PostgresError(
        code: .invalidValue,
        message: """
          invalid identifier '\(name)': \
          an identifier has 1 to \(Self.maximumLength) bytes and no NUL; this one has \(length) bytes
          """)
    }
    self.name = name
  }

  /// Whether the names have the same bytes.
  public static func == (left: PostgresIdentifier, right: PostgresIdentifier) -> Bool {
    left.isNamed(right.name)
  }

  /// Adds the name.
  public func hash(into hasher: inout Hasher) { hasher.combine(name) }

  /// Whether this is the name, compared byte by byte.
  package func isNamed(_ name: String) -> Bool { ExactName(self.name) == ExactName(name) }

  /// The name in double quotes, with quotes inside it doubled.
  public var quoted: String {
    "\"" + name.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
  }

  /// The quoted name.
  public var description: String { quoted }
}

/// A name compared byte by byte, as in PostgreSQL. Swift treats canonically equivalent strings, such as the two
/// encodings of `é`, as equal.
package struct ExactName: Hashable, Sendable {
  /// The name.
  package let text: String

  /// Wraps a name.
  package init(_ text: String) { self.text = text }

  /// Whether the names have the same bytes.
  package static func == (left: ExactName, right: ExactName) -> Bool {
    // The first comparison is faster and decides most cases.
    left.text == right.text && left.text.utf8.elementsEqual(right.text.utf8)
  }

  /// Hashes the text. Equal bytes have equal hashes.
  package func hash(into hasher: inout Hasher) { hasher.combine(text) }
}
