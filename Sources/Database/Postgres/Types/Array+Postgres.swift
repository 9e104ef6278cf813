extension Array: PostgresEncodable where Element: PostgresArrayElement {
  /// The array type of the elements.
  public static var postgresType: PostgresType { Element.postgresArrayType }

  /// Appends a one-dimensional array.
  public func encode(into buffer: inout PostgresBuffer) throws -> Bool {
    buffer.append(arrayOf: count, Element.postgresType)
    for element in self { try buffer.append(field: element) }
    return true
  }
}

extension Array: PostgresDecodable where Element: PostgresArrayElement {
  /// Decodes a one-dimensional array. NULL elements need an optional element type.
  public init(from cell: PostgresCell) throws {
    let dimensions = try cell.integer(Int32.self)
    let elementType = PostgresType(rawValue: try cell.integer(UInt32.self, at: 8))
    guard dimensions <= 1 else {
      throw PostgresDecodingFailure(
        "found an array of \(dimensions) dimensions; only one-dimensional arrays are supported")
    }
    guard dimensions == 1 else {
      self = []
      return
    }
    let bytes = try cell.value()
    let count = try cell.integer(Int32.self, at: 12)
    var offset = 20
    self = []
    for _ in 0..<count {
      let length = Int(try cell.integer(Int32.self, at: offset))
      offset += 4
      guard length <= bytes.count - offset else {
        throw PostgresDecodingFailure("found a truncated array")
      }
      let element = length < 0 ? nil : UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + length])
      append(try Element(from: PostgresCell(bytes: element, type: elementType)))
      offset += Swift.max(length, 0)
    }
  }
}

extension Optional: PostgresArrayElement where Wrapped: PostgresArrayElement {
  /// The array type of the wrapped value. PostgreSQL arrays can contain NULL.
  public static var postgresArrayType: PostgresType { Wrapped.postgresArrayType }
}

extension PostgresBuffer {
  /// Appends the head of a one-dimensional array. The elements follow, each after its length.
  ///
  /// The format is that of PostgreSQL's `array_send`: dimensions, flag for NULLs, element type, length and lower
  /// bound of each dimension.
  mutating func append(arrayOf count: Int, _ type: PostgresType) {
    append(integer: Int32(count == 0 ? 0 : 1))
    append(integer: Int32(1))
    append(integer: type.rawValue)
    guard count > 0 else { return }
    append(integer: Int32(count))
    append(integer: Int32(1))
  }
}
