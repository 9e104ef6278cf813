/// A statement with separate values.
///
/// Written as a string literal. An interpolated value becomes a binary parameter and is never read as SQL. SQL text
/// needs the label `unescaped:`.
///
/// ```swift
/// let query: PostgresQuery = "SELECT id FROM users WHERE email = \(email)"
/// ```
public struct PostgresQuery: Sendable, ExpressibleByStringInterpolation, CustomStringConvertible {
  fileprivate enum Segment: Sendable {
    case text(String)
    case parameter(any PostgresEncodable & Sendable)
  }

  private var segments: [Segment] = []

  /// Creates a statement from SQL text, such as the contents of a file. The text is not escaped.
  public init(unescaped sql: String) { segments = [.text(sql)] }

  /// Creates a statement from a literal without values.
  public init(stringLiteral value: String) { segments = [.text(value)] }

  /// Creates a statement from a literal with values.
  public init(stringInterpolation: StringInterpolation) { segments = stringInterpolation.segments }

  /// Creates a statement that ends with a VALUES list, such as `INSERT INTO users (id, name) VALUES`.
  ///
  /// - Parameters:
  ///   - sql: the text before the list. It is not escaped.
  ///   - rows: the values of each row, at most 65,535 in total.
  init(_ sql: String, rows: [[any PostgresEncodable & Sendable]]) {
    segments = [.text(sql)]
    for (index, row) in rows.enumerated() {
      segments.append(.text(index == 0 ? "(" : "), ("))
      for (column, value) in row.enumerated() {
        if column > 0 { segments.append(.text(", ")) }
        segments.append(.parameter(value))
      }
    }
    segments.append(.text(")"))
  }

  /// The statement, with `$1`, `$2` in place of values.
  public var sql: String {
    var text = ""
    var index = 0
    for segment in segments {
      switch segment {
      case .text(let part): text += part
      case .parameter:
        index += 1
        text += "$\(index)"
      }
    }
    return text
  }

  /// The statement without its values, which may be secret.
  public var description: String { sql }

  var parameters: [any PostgresEncodable & Sendable] {
    segments.compactMap { segment in
      guard case .parameter(let value) = segment else { return nil }
      return value
    }
  }

  /// Collects the parts of a literal.
  public struct StringInterpolation: StringInterpolationProtocol {
    fileprivate var segments: [Segment] = []

    /// Called by the compiler.
    public init(literalCapacity: Int, interpolationCount: Int) {
      segments.reserveCapacity(interpolationCount * 2 + 1)
    }

    /// Adds text of the literal.
    public mutating func appendLiteral(_ literal: String) { segments.append(.text(literal)) }

    /// Adds a value as a parameter.
    public mutating func appendInterpolation(_ value: some PostgresEncodable & Sendable) {
      segments.append(.parameter(value))
    }

    /// Adds an optional value as a parameter; nil is NULL.
    public mutating func appendInterpolation(_ value: (some PostgresEncodable & Sendable)?) {
      segments.append(.parameter(value))
    }

    /// Adds a quoted name.
    public mutating func appendInterpolation(_ identifier: PostgresIdentifier) {
      segments.append(.text(identifier.quoted))
    }

    /// Adds another statement with its values. Parameters are renumbered.
    public mutating func appendInterpolation(_ query: PostgresQuery) {
      segments.append(contentsOf: query.segments)
    }

    /// Adds SQL text. It is not escaped, so the caller must trust it.
    public mutating func appendInterpolation(unescaped sql: String) { segments.append(.text(sql)) }
  }
}
