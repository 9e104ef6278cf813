/// A vector of pgvector, in single precision.
public struct PostgresVector: PostgresCodable, Hashable, Sendable {
  /// The components.
  public var components: [Float]

  /// Wraps components. The server checks their number against the column.
  public init(_ components: [Float]) { self.components = components }

  /// pgvector's type has another number in each database, so the server infers it.
  public static var postgresType: PostgresType { .inferred }

  /// The most components of a vector, `VECTOR_MAX_DIM` of pgvector.
  public static let maximumDimensions = 16_000

  /// Appends the form of pgvector's `vector_send`: dimensions, an unused number, components.
  ///
  /// - Throws: ``PostgresError`` with code `invalidValue` for no or too many components and for a
  ///   component that is not finite.
  public func encode(into buffer: inout PostgresBuffer) throws -> Bool {
    guard (1...Self.maximumDimensions).contains(components.count),
      components.allSatisfy(\.isFinite)
    else {
      throw PostgresError(
        code: .invalidValue,
        message: """
          a vector has 1 to \(Self.maximumDimensions) finite components; this one has \
          \(components.count), \(components.count { !$0.isFinite }) of them not finite
          """)
    }
    buffer.append(integer: Int16(components.count))
    buffer.append(integer: Int16(0))
    // At once: a question's vector is sent with every search.
    buffer.append(byteCount: 4 * components.count) { bytes in
      for (index, component) in components.enumerated() {
        bytes.storeBytes(of: component.bitPattern.bigEndian, toByteOffset: 4 * index, as: UInt32.self)
      }
    }
    return true
  }

  /// Reads `vector`.
  public init(from cell: PostgresCell) throws {
    let count = Int(try cell.integer(Int16.self))
    guard cell.type.rawValue >= PostgresType.firstUserDefined,
      try cell.value().count == 4 + 4 * count
    else { throw cell.mismatch(PostgresVector.self) }
    components = try (0..<count).map { index in
      Float(bitPattern: try cell.integer(UInt32.self, at: 4 + 4 * index))
    }
  }
}
