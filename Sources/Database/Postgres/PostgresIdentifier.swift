/// The name of a table, a column or another object, fit to stand in a statement.
public struct PostgresIdentifier: Hashable, Sendable, CustomStringConvertible {
  /// The longest name in bytes that PostgreSQL keeps: `NAMEDATALEN - 1`. It cuts longer ones off in
  /// silence, so that two long names can become one.
  public static let maximumLength = 63

  /// The name as it was given.
  public let name: String

  /// Checks a name.
  ///
  /// - Throws: ``PostgresError`` with code `invalidValue` if the name is empty, holds a NUL or is
  ///   longer than ``maximumLength`` bytes.
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

  /// Whether the bytes of the names are the same.
  public static func == (left: PostgresIdentifier, right: PostgresIdentifier) -> Bool {
    left.isNamed(right.name)
  }

  /// Adds the name.
  public func hash(into hasher: inout Hasher) { hasher.combine(name) }

  /// Whether this is the name, byte by byte.
  package func isNamed(_ name: String) -> Bool { ExactName(self.name) == ExactName(name) }

  /// The name in double quotes, quotes inside it doubled.
  public var quoted: String {
    "\"" + name.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
  }

  /// The quoted name.
  public var description: String { quoted }
}

/// A name that is compared byte by byte, as PostgreSQL does. Swift takes the two spellings of `é` in Unicode for one.
package struct ExactName: Hashable, Sendable {
  /// The name.
  package let text: String

  /// Takes a name as it is.
  package init(_ text: String) { self.text = text }

  /// Whether the bytes are the same.
  package static func == (left: ExactName, right: ExactName) -> Bool {
    // The first comparison is faster and settles nearly all.
    left.text == right.text && left.text.utf8.elementsEqual(right.text.utf8)
  }

  /// Adds the text: equal bytes have equal hashes.
  package func hash(into hasher: inout Hasher) { hasher.combine(text) }
}
