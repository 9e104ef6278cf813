/// A statement whose values are apart from its text.
///
/// Written as a string literal. An interpolated value becomes a binary parameter, so it can never
/// be read as SQL; text that *is* SQL needs the label `unescaped:`.
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

  /// Makes a statement from text alone, such as one read from a file. The text is taken as SQL.
  public init(unescaped sql: String) { segments = [.text(sql)] }

  /// Makes a statement from a literal without values.
  public init(stringLiteral value: String) { segments = [.text(value)] }

  /// Makes a statement from a literal with values.
  public init(stringInterpolation: StringInterpolation) { segments = stringInterpolation.segments }

  /// The statement with `$1`, `$2` in place of its values.
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

    /// Adds a value that may be missing as a parameter; nil is NULL.
    public mutating func appendInterpolation(_ value: (some PostgresEncodable & Sendable)?) {
      segments.append(.parameter(value))
    }

    /// Adds a name in quotes.
    public mutating func appendInterpolation(_ identifier: PostgresIdentifier) {
      segments.append(.text(identifier.quoted))
    }

    /// Adds another statement with its values; parameters are numbered anew.
    public mutating func appendInterpolation(_ query: PostgresQuery) {
      segments.append(contentsOf: query.segments)
    }

    /// Adds text as SQL. The caller answers for what is in it.
    public mutating func appendInterpolation(unescaped sql: String) { segments.append(.text(sql)) }
  }
}
