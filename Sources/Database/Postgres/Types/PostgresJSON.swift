/// A `jsonb` or `json` value, kept as text so that no digits are lost.
public struct PostgresJSON: PostgresArrayElement, Hashable, Sendable {
  /// The document as JSON text.
  public var text: String

  /// Wraps JSON text. Only the server checks it.
  public init(_ text: String) { self.text = text }

  /// `jsonb`
  public static var postgresType: PostgresType { .jsonb }
  /// `jsonb[]`
  public static var postgresArrayType: PostgresType { PostgresType(rawValue: 3807) }

  /// The only version of jsonb's binary format, sent before the text.
  private static let version: UInt8 = 1

  /// Appends the version and the text.
  public func encode(into buffer: inout PostgresBuffer) throws -> Bool {
    buffer.append(integer: Self.version)
    return try text.encode(into: &buffer)
  }

  /// Decodes `jsonb` or `json`.
  public init(from cell: PostgresCell) throws {
    var bytes = try cell.value()
    switch cell.type {
    case .json: break
    case .jsonb where bytes.first == Self.version: bytes = UnsafeRawBufferPointer(rebasing: bytes[1...])
    default: throw cell.mismatch(PostgresJSON.self)
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw PostgresDecodingFailure("found invalid UTF-8 in a value of type \(cell.type)")
    }
    self.text = text
  }
}
