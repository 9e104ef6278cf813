/// A pgvector value, in single precision.
public struct PostgresVector: PostgresCodable, Hashable, Sendable {
  /// The components.
  public var components: [Float]

  /// Wraps components. Only the server checks their number against the column.
  public init(_ components: [Float]) { self.components = components }

  /// The OID of pgvector's type differs between databases, so the server infers it.
  public static var postgresType: PostgresType { .inferred }

  /// The maximum number of components, `VECTOR_MAX_DIM` of pgvector.
  public static let maximumDimensions = 16_000

  /// Appends the format of pgvector's `vector_send`: dimensions, an unused number, components.
  ///
  /// - Throws: ``PostgresError`` with code `invalidValue` for no or too many components, and for a component that
  ///   is not finite.
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
    // In one step for speed: each search sends a vector.
    buffer.append(byteCount: 4 * components.count) { bytes in
      for (index, component) in components.enumerated() {
        bytes.storeBytes(of: component.bitPattern.bigEndian, toByteOffset: 4 * index, as: UInt32.self)
      }
    }
    return true
  }

  /// Decodes `vector`.
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
