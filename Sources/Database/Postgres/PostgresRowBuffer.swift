/// Rows in the format of a binary COPY. It needs no connection, so a worker can fill one while another one is being
/// sent.
///
/// Types and order of the values are not checked against the columns.
public struct PostgresRowBuffer: Sendable {
  /// The number of rows begun so far.
  public private(set) var rowCount = 0
  private(set) var buffer = PostgresBuffer()

  /// Creates an empty buffer.
  public init() {}

  /// The size of the collected rows in bytes.
  public var byteCount: Int { buffer.bytes.count }

  /// Begins a row with this number of columns. A value for each must follow.
  public mutating func beginRow(columns: Int) {
    rowCount += 1
    buffer.append(integer: Int16(columns))
  }

  /// Appends the next value of the row.
  ///
  /// - Throws: ``PostgresError`` with code `invalidValue` for a value that PostgreSQL cannot store.
  public mutating func append(_ value: some PostgresEncodable) throws { try buffer.append(field: value) }

  /// Appends the next value of the row, with binary data written by `write`.
  ///
  /// - Parameters:
  ///   - byteCount: the length of the data.
  ///   - write: receives that number of zero bytes.
  public mutating func append(byteCount: Int, _ write: (UnsafeMutableRawBufferPointer) -> Void) {
    buffer.append(integer: Int32(byteCount))
    buffer.append(byteCount: byteCount, write)
  }

  /// Appends NULL as the next value of the row.
  public mutating func appendNull() { buffer.append(integer: Int32(-1)) }

  /// Appends the next value of the row from its binary data. For a string, this is its UTF-8.
  public mutating func append(bytes: some Collection<UInt8>) {
    buffer.append(integer: Int32(bytes.count))
    buffer.append(contentsOf: bytes)
  }

  /// Like ``append(bytes:)``, for a slice. Not generic, because generic functions of other modules are not specialized, which took
  /// a fifth of the time of reading a CSV file.
  public mutating func append(bytes: ArraySlice<UInt8>) {
    buffer.append(integer: Int32(bytes.count))
    buffer.append(contentsOf: bytes)
  }

  /// Removes the rows and keeps the memory.
  public mutating func removeAll() {
    rowCount = 0
    buffer.removeAll()
  }
}

extension PostgresCopyWriter {
  /// Writes the rows of a buffer.
  ///
  /// - Throws: as ``PostgresConnection/query(_:file:line:)``.
  public func write(_ rows: PostgresRowBuffer) async throws {
    try await send(rows.buffer.bytes, rowCount: rows.rowCount)
  }
}
