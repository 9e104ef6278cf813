/// Rows in the form of a binary COPY, made apart from any connection: by a worker, while another one's
/// rows are on their way.
///
/// Nothing compares the values with the columns; whoever fills it vouches for their types and order.
public struct PostgresRowBuffer: Sendable {
  /// The rows begun so far.
  public private(set) var rowCount = 0
  private(set) var buffer = PostgresBuffer()

  /// An empty buffer.
  public init() {}

  /// The bytes collected.
  public var byteCount: Int { buffer.bytes.count }

  /// Begins a row of so many columns; a value for each follows.
  public mutating func beginRow(columns: Int) {
    rowCount += 1
    buffer.append(integer: Int16(columns))
  }

  /// Appends the next value of the row.
  ///
  /// - Throws: ``PostgresError`` with code `invalidValue` for a value that PostgreSQL cannot hold.
  public mutating func append(_ value: some PostgresEncodable) throws { try buffer.append(field: value) }

  /// Appends the next value of the row, whose binary form `write` fills in.
  ///
  /// - Parameters:
  ///   - byteCount: the length of that form.
  ///   - write: receives that many zero bytes.
  public mutating func append(byteCount: Int, _ write: (UnsafeMutableRawBufferPointer) -> Void) {
    buffer.append(integer: Int32(byteCount))
    buffer.append(byteCount: byteCount, write)
  }

  /// Appends NULL as the next value of the row.
  public mutating func appendNull() { buffer.append(integer: Int32(-1)) }

  /// Appends the next value of the row, whose binary form is at hand: that of a text is its UTF-8.
  public mutating func append(bytes: some Collection<UInt8>) {
    buffer.append(integer: Int32(bytes.count))
    buffer.append(contentsOf: bytes)
  }

  /// Appends the next value of the row, as the one above: not generic, because a generic function of another
  /// module is not specialised, which took a fifth of the time that reading a CSV file takes.
  public mutating func append(bytes: ArraySlice<UInt8>) {
    buffer.append(integer: Int32(bytes.count))
    buffer.append(contentsOf: bytes)
  }

  /// Drops the rows and keeps the memory.
  public mutating func removeAll() {
    rowCount = 0
    buffer.removeAll()
  }
}

extension PostgresCopyWriter {
  /// Writes rows that were made before.
  ///
  /// - Throws: as ``PostgresConnection/query(_:file:line:)``.
  public func write(_ rows: PostgresRowBuffer) async throws {
    try await send(rows.buffer.bytes, rowCount: rows.rowCount)
  }
}
