/// A Swift value that can be sent as a parameter or with COPY, in PostgreSQL's binary format.
public protocol PostgresEncodable {
  /// The type sent to the server, or ``PostgresType/inferred``.
  static var postgresType: PostgresType { get }

  /// Appends the value's binary data to `buffer`.
  ///
  /// - Returns: false, with nothing appended, for NULL.
  /// - Throws: ``PostgresError`` with code `invalidValue` if PostgreSQL cannot store the value.
  func encode(into buffer: inout PostgresBuffer) throws -> Bool
}

/// A Swift value that can be decoded from a column, in PostgreSQL's binary format.
public protocol PostgresDecodable {
  /// Decodes the value.
  ///
  /// - Throws: ``PostgresDecodingFailure`` if the column's type or value does not fit. ``PostgresRow`` adds the
  ///   column's name.
  init(from cell: PostgresCell) throws
}

/// A type that can be encoded and decoded.
public typealias PostgresCodable = PostgresDecodable & PostgresEncodable

/// A type that can be an element of an array.
public protocol PostgresArrayElement: PostgresEncodable, PostgresDecodable {
  /// The array type of this type.
  static var postgresArrayType: PostgresType { get }
}

/// Bytes to send, in network byte order.
public struct PostgresBuffer: Sendable {
  /// The bytes appended so far.
  public private(set) var bytes: [UInt8] = []

  /// Creates an empty buffer.
  public init() {}

  mutating func reserve(_ count: Int) { bytes.reserveCapacity(count) }

  mutating func removeAll() { bytes.removeAll(keepingCapacity: true) }

  /// Appends an integer, most significant byte first.
  public mutating func append(integer: some FixedWidthInteger) {
    withUnsafeBytes(of: integer.bigEndian) { bytes.append(contentsOf: $0) }
  }

  /// Appends bytes as they are.
  public mutating func append(contentsOf other: some Sequence<UInt8>) {
    bytes.append(contentsOf: other)
  }

  /// Appends zero bytes, which `write` fills in.
  mutating func append(byteCount: Int, _ write: (UnsafeMutableRawBufferPointer) -> Void) {
    let start = bytes.count
    bytes.append(contentsOf: repeatElement(0, count: byteCount))
    bytes.withUnsafeMutableBytes { write(UnsafeMutableRawBufferPointer(rebasing: $0[start...])) }
  }

  /// Appends a value after its length, or the length -1 for NULL. Array elements and COPY fields have this format.
  mutating func append(field value: some PostgresEncodable) throws {
    let start = bytes.count
    append(integer: Int32(-1))
    guard try value.encode(into: &self) else { return }
    guard let length = Int32(exactly: bytes.count - start - 4) else {
      throw PostgresError(
        code: .invalidValue, message: "a value of more than 2 GiB cannot be sent to PostgreSQL")
    }
    withUnsafeBytes(of: length.bigEndian) { header in
      for (offset, byte) in header.enumerated() { bytes[start + offset] = byte }
    }
  }
}

/// A field of a result. Valid only while it is being decoded.
public struct PostgresCell {
  /// The value's binary data; nil for NULL.
  public let bytes: UnsafeRawBufferPointer?
  /// The column's type.
  public let type: PostgresType

  /// The bytes of a value that is not NULL.
  ///
  /// - Throws: ``PostgresDecodingFailure`` for NULL.
  public func value() throws -> UnsafeRawBufferPointer {
    guard let bytes else { throw PostgresDecodingFailure("found NULL; decode an optional instead") }
    return bytes
  }

  /// Decodes an integer, most significant byte first.
  ///
  /// - Throws: ``PostgresDecodingFailure`` if there are too few bytes.
  public func integer<I: FixedWidthInteger>(_: I.Type = I.self, at offset: Int = 0) throws -> I {
    let bytes = try value()
    guard offset >= 0, offset + MemoryLayout<I>.size <= bytes.count else {
      throw PostgresDecodingFailure("found only \(bytes.count) bytes for a value of type \(type)")
    }
    return I(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: I.self))
  }

  func mismatch(_ wanted: Any.Type) -> PostgresDecodingFailure {
    PostgresDecodingFailure("found \(type), which cannot be decoded as \(wanted)")
  }
}

/// Why a field could not be decoded. ``PostgresRow`` converts it to a ``PostgresError`` with the column's name.
public struct PostgresDecodingFailure: Error, Sendable {
  /// What was found, and why it cannot be decoded.
  public let reason: String

  /// Creates a failure.
  public init(_ reason: String) { self.reason = reason }
}

extension Optional: PostgresEncodable where Wrapped: PostgresEncodable {
  /// The type of the wrapped value.
  public static var postgresType: PostgresType { Wrapped.postgresType }

  /// Appends the wrapped value; nil is NULL.
  public func encode(into buffer: inout PostgresBuffer) throws -> Bool {
    guard let self else { return false }
    return try self.encode(into: &buffer)
  }
}

extension Optional: PostgresDecodable where Wrapped: PostgresDecodable {
  /// Decodes the wrapped value; nil for NULL.
  public init(from cell: PostgresCell) throws {
    self = cell.bytes == nil ? nil : try Wrapped(from: cell)
  }
}
