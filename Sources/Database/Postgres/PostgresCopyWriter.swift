/// Writes the rows of a binary COPY. Not to be kept beyond the closure that received it.
public final class PostgresCopyWriter {
  /// The rows written so far.
  public private(set) var rowCount = 0

  private let connection: PostgresConnection
  private let columns: [(name: String, type: PostgresType)]
  private var buffer = PostgresBuffer()

  /// Bytes collected before they are sent: libpq's own buffer grows no further for that much.
  private static let flushSize = 65_536

  init(connection: PostgresConnection, columns: [(name: String, type: PostgresType)]) {
    self.connection = connection
    self.columns = columns
    buffer.reserve(Self.flushSize * 2)
    // Signature, flags and the length of an extension that is not there, as the documentation of
    // COPY gives them.
    buffer.append(contentsOf: Array("PGCOPY\n".utf8) + [0xFF, 0x0D, 0x0A, 0x00])
    buffer.append(integer: Int64(0))
  }

  /// Writes one row, a value for each column.
  ///
  /// - Throws: ``PostgresError`` with code `invalidValue` for a value that PostgreSQL cannot hold or
  ///   a wrong number of values; else as ``PostgresConnection/query(_:file:line:)``.
  public func write<each Value: PostgresEncodable>(_ value: repeat each Value) async throws {
    var count = 0
    for _ in repeat each value { count += 1 }
    try beginRow(count)
    var column = 0
    func append(_ value: some PostgresEncodable) throws {
      try self.append(value, column: column)
      column += 1
    }
    repeat try append(each value)
    try await endRow()
  }

  /// Writes one row whose values are known only while running.
  ///
  /// - Throws: as `write` with a value for each column.
  public func write(row: [any PostgresEncodable]) async throws {
    try beginRow(row.count)
    for (column, value) in row.enumerated() { try append(value, column: column) }
    try await endRow()
  }

  private func append(_ value: some PostgresEncodable, column: Int) throws {
    let (name, type) = columns[column]
    guard type.takes(Swift.type(of: value).postgresType) else {
      throw PostgresError(
        code: .invalidValue,
        message:
          "column '\(name)' has the type \(type); a \(Swift.type(of: value)) is sent as \(Swift.type(of: value).postgresType)"
      )
    }
    try buffer.append(field: value)
  }

  private func beginRow(_ count: Int) throws {
    guard count == columns.count else {
      throw PostgresError(
        code: .invalidValue, message: "the row has \(count) values, but the COPY has \(columns.count) columns"
      )
    }
    buffer.append(integer: Int16(columns.count))
  }

  private func endRow() async throws {
    rowCount += 1
    if buffer.bytes.count >= Self.flushSize { try await flush() }
  }

  private func flush() async throws {
    try await connection.putCopyData(buffer.bytes)
    buffer.removeAll()
  }

  func send(_ bytes: [UInt8], rowCount: Int) async throws {
    if !buffer.bytes.isEmpty { try await flush() }
    try await connection.putCopyData(bytes)
    self.rowCount += rowCount
  }

  func finish() async throws {
    buffer.append(integer: Int16(-1))
    try await flush()
  }
}
