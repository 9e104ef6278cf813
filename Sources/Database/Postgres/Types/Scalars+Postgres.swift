public import FoundationEssentials

extension Bool: PostgresArrayElement {
  /// `boolean`
  public static var postgresType: PostgresType { .bool }
  /// `boolean[]`
  public static var postgresArrayType: PostgresType { PostgresType(rawValue: 1000) }

  /// Appends one byte.
  public func encode(into buffer: inout PostgresBuffer) -> Bool {
    buffer.append(integer: self ? UInt8(1) : UInt8(0))
    return true
  }

  /// Decodes `boolean`.
  public init(from cell: PostgresCell) throws {
    guard cell.type == .bool else { throw cell.mismatch(Bool.self) }
    self = try cell.integer(UInt8.self) != 0
  }
}

extension Float: PostgresArrayElement {
  /// `real`
  public static var postgresType: PostgresType { .float4 }
  /// `real[]`
  public static var postgresArrayType: PostgresType { PostgresType(rawValue: 1021) }

  /// Appends the four bytes of IEEE 754.
  public func encode(into buffer: inout PostgresBuffer) -> Bool {
    buffer.append(integer: bitPattern)
    return true
  }

  /// Decodes `real`. Throws for `double precision`, which would lose digits.
  public init(from cell: PostgresCell) throws {
    guard cell.type == .float4 else { throw cell.mismatch(Float.self) }
    self = Float(bitPattern: try cell.integer(UInt32.self))
  }
}

extension Double: PostgresArrayElement {
  /// `double precision`
  public static var postgresType: PostgresType { .float8 }
  /// `double precision[]`
  public static var postgresArrayType: PostgresType { PostgresType(rawValue: 1022) }

  /// Appends the eight bytes of IEEE 754.
  public func encode(into buffer: inout PostgresBuffer) -> Bool {
    buffer.append(integer: bitPattern)
    return true
  }

  /// Decodes `double precision` or `real`. Throws for `numeric`, which would lose digits; see ``PostgresNumeric``.
  public init(from cell: PostgresCell) throws {
    switch cell.type {
    case .float8: self = Double(bitPattern: try cell.integer(UInt64.self))
    case .float4: self = Double(Float(bitPattern: try cell.integer(UInt32.self)))
    default: throw cell.mismatch(Double.self)
    }
  }
}

extension String: PostgresArrayElement {
  /// `text`
  public static var postgresType: PostgresType { .text }
  /// `text[]`
  public static var postgresArrayType: PostgresType { PostgresType(rawValue: 1009) }

  /// Appends the string as UTF-8.
  ///
  /// - Throws: ``PostgresError`` with code `invalidValue` for a string with a NUL, which PostgreSQL cannot store.
  public func encode(into buffer: inout PostgresBuffer) throws -> Bool {
    guard !utf8.contains(0) else {
      throw PostgresError(
        code: .invalidValue, message: "a string with a NUL character cannot be stored in PostgreSQL")
    }
    buffer.append(contentsOf: utf8)
    return true
  }

  /// Decodes any text type, `json`, enums and text types of extensions.
  public init(from cell: PostgresCell) throws {
    let bytes = try cell.value()
    switch cell.type {
    case .text, .varchar, .bpchar, .name, .unknown, .char, .json: break
    // A user-defined type may be an enum or citext. Binary data of other types contains a zero byte or is not
    // UTF-8, which is never true of text in PostgreSQL.
    case let type where type.rawValue >= PostgresType.firstUserDefined && !bytes.contains(0): break
    default: throw cell.mismatch(String.self)
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw PostgresDecodingFailure("found invalid UTF-8 in a value of type \(cell.type)")
    }
    self = text
  }
}

extension PostgresDecodable where Self: FixedWidthInteger {
  /// Decodes `smallint`, `integer`, `bigint` or `oid`. Throws for a value that is out of range.
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
      throw PostgresDecodingFailure("found \(wide), which is out of range for \(Self.self)")
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

  /// Decodes `uuid`.
  public init(from cell: PostgresCell) throws {
    let bytes = try cell.value()
    guard cell.type == .uuid, bytes.count == 16 else { throw cell.mismatch(UUID.self) }
    self.init(uuid: bytes.loadUnaligned(as: uuid_t.self))
  }
}

/// A sequence of bytes, PostgreSQL's `bytea`.
///
/// A separate type, because `[UInt8]` would be an array of numbers.
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

  /// Decodes `bytea`.
  public init(from cell: PostgresCell) throws {
    guard cell.type == .bytea else { throw cell.mismatch(PostgresBytes.self) }
    bytes = Array(try cell.value())
  }
}
