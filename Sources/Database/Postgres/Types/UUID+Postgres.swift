public import FoundationEssentials

extension UUID: PostgresArrayElement {
  /// `uuid`
  public static var postgresType: PostgresType { .uuid }
  /// `uuid[]`
  public static var postgresArrayType: PostgresType { PostgresType(rawValue: 2951) }

  /// Appends the sixteen bytes.
  public func encode(into buffer: inout PostgresBuffer) -> Bool {
    withUnsafeBytes(of: uuid) { buffer.append(contentsOf: $0) }
    return true
  }

  /// Reads `uuid`.
  public init(from cell: PostgresCell) throws {
    let bytes = try cell.value()
    guard cell.type == .uuid, bytes.count == 16 else { throw cell.mismatch(UUID.self) }
    self.init(uuid: bytes.loadUnaligned(as: uuid_t.self))
  }
}
