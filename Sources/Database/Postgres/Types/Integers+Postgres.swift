extension PostgresDecodable where Self: FixedWidthInteger {
  /// Reads `smallint`, `integer`, `bigint` or `oid`; a value that does not fit is an error.
  public init(from cell: PostgresCell) throws {
    let wide: Int64
    switch cell.type {
    case .int2: wide = Int64(try cell.integer(Int16.self))
    case .int4: wide = Int64(try cell.integer(Int32.self))
    case .int8: wide = try cell.integer(Int64.self)
    case .oid: wide = Int64(try cell.integer(UInt32.self))
    default: throw cell.mismatch(Self.self)
    }
    guard let value = Self(exactly: wide) else {
      throw PostgresDecodingFailure("found \(wide), which does not fit \(Self.self)")
    }
    self = value
  }
}

extension PostgresEncodable where Self: FixedWidthInteger {
  /// Appends the integer.
  public func encode(into buffer: inout PostgresBuffer) -> Bool {
    buffer.append(integer: self)
    return true
  }
}

extension Int16: PostgresArrayElement {
  /// `smallint`
  public static var postgresType: PostgresType { .int2 }
  /// `smallint[]`
  public static var postgresArrayType: PostgresType { PostgresType(rawValue: 1005) }
}

extension Int32: PostgresArrayElement {
  /// `integer`
  public static var postgresType: PostgresType { .int4 }
  /// `integer[]`
  public static var postgresArrayType: PostgresType { PostgresType(rawValue: 1007) }
}

extension Int64: PostgresArrayElement {
  /// `bigint`
  public static var postgresType: PostgresType { .int8 }
  /// `bigint[]`
  public static var postgresArrayType: PostgresType { PostgresType(rawValue: 1016) }
}

extension Int: PostgresArrayElement {
  /// `bigint`
  public static var postgresType: PostgresType { .int8 }
  /// `bigint[]`
  public static var postgresArrayType: PostgresType { PostgresType(rawValue: 1016) }
}
