/// A sequence of bytes, the server's `bytea`.
///
/// A type of its own because `[UInt8]` would read as an array of numbers.
public struct PostgresBytes: PostgresArrayElement, Hashable, Sendable {
  /// The bytes.
  public var bytes: [UInt8]

  /// Wraps bytes.
  public init(_ bytes: some Sequence<UInt8>) { self.bytes = Array(bytes) }

  /// `bytea`
  public static var postgresType: PostgresType { .bytea }
  /// `bytea[]`
  public static var postgresArrayType: PostgresType { PostgresType(rawValue: 1001) }

  /// Appends the bytes.
  public func encode(into buffer: inout PostgresBuffer) -> Bool {
    buffer.append(contentsOf: bytes)
    return true
  }

  /// Reads `bytea`.
  public init(from cell: PostgresCell) throws {
    guard cell.type == .bytea else { throw cell.mismatch(PostgresBytes.self) }
    bytes = Array(try cell.value())
  }
}
