/// Writes the rows of a binary COPY. Must not be used after the closure that received it has returned.
public final class PostgresCopyWriter {
  /// The number of rows written so far.
  public private(set) var rowCount = 0

  private let connection: PostgresConnection
  private let columns: [(name: String, type: PostgresType)]
  private var buffer = PostgresBuffer()

  /// The number of bytes collected before sending. libpq's own buffer does not grow beyond this.
  private static let flushSize = 65_536

  init(connection: PostgresConnection, columns: [(name: String, type: PostgresType)]) {
    self.connection = connection
    self.columns = columns
    buffer.reserve(Self.flushSize * 2)
    // The file header in PostgreSQL's documentation of COPY: signature, flags and the length of the header
    // extension, which is 0.
    buffer.append(contentsOf: Array("PGCOPY\n".utf8) + [0xFF, 0x0D, 0x0A, 0x00])
    buffer.append(integer: Int64(0))
  }

  /// Writes one row, with a value for each column.
  ///
  /// - Throws: ``PostgresError`` with code `invalidValue` for a value that PostgreSQL cannot store or a wrong
  ///   number of values; otherwise as ``PostgresConnection/query(_:file:line:)``.
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

  /// Writes one row whose values are known only at run time.
  ///
  /// - Throws: as for `write` with a value for each column.
  public func write(row: [any PostgresEncodable]) async throws {
    try beginRow(row.count)
    for (column, value) in row.enumerated() { try append(value, column: column) }
    try await endRow()
  }

  private func append(_ value: some PostgresEncodable, column: Int) throws {
    try Self.check(value, fits: columns[column].type, of: columns[column].name)
    try buffer.append(field: value)
  }

  /// Checks that a value has the type of its column, because neither COPY nor an assignment should convert it.
  static func check(_ value: some PostgresEncodable, fits type: PostgresType, of column: String) throws {
    guard type.takes(Swift.type(of: value).postgresType) else {
      throw PostgresError(
        code: .invalidValue,
        message:
          "column '\(column)' has the type \(type); a \(Swift.type(of: value)) is sent as \(Swift.type(of: value).postgresType)"
      )
    }
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
