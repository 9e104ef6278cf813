import CLibPQ

extension PostgresConnection {
  /// Runs one statement and returns its rows.
  ///
  /// Outside a transaction it is its own transaction. It is not a prepared statement, so it works behind pgbouncer
  /// in any mode.
  ///
  /// - Throws: ``PostgresError``; `CancellationError` if the task was canceled.
  @discardableResult
  public func query(
    _ query: PostgresQuery, file: String = #fileID, line: Int = #line
  ) async throws -> PostgresRows {
    if let rows = try await shared([query]) { return rows[0] }
    try await checkOpening(file: file, line: line)
    guard waiting.isEmpty, opening == nil else {
      return try await pipeline([query], file: file, line: line)[0]
    }
    let connection = try live(file: file, line: line)
    let parameters = try PostgresParameters(query.parameters)
    let sql = query.sql
    countRoundTrip()
    let result = try await cancellable(file: file, line: line) {
      let isSent = parameters.withPointers { types, values, lengths, formats in
        PQsendQueryParams(connection.raw, sql, parameters.count, types, values, lengths, formats, 1)
      }
      guard isSent == 1 else { throw lost(connection, sql: sql, file: file, line: line) }
      return try check(firstResult(connection), connection: connection, sql: sql, file: file, line: line)
    }
    return PostgresRows(result: result, sql: sql)
  }

  /// Runs one statement that returns a single row, and returns that row.
  ///
  /// - Throws: as ``query(_:file:line:)``; ``PostgresError`` with code `decodingFailed` if the number of rows is
  ///   not 1.
  public func queryOne(
    _ query: PostgresQuery, file: String = #fileID, line: Int = #line
  ) async throws -> PostgresRow {
    let rows = try await self.query(query, file: file, line: line)
    guard rows.count == 1, let row = rows.first else {
      throw PostgresError(
        code: .decodingFailed, message: "expected one row, found \(rows.count)", sql: query.sql,
        file: file, line: line)
    }
    return row
  }

  /// Runs a script of statements separated by semicolons, such as a migration, and discards its rows.
  ///
  /// The server stops at the first error. Outside a transaction the script is one transaction.
  ///
  /// - Throws: as ``query(_:file:line:)``.
  public func runScript(_ sql: String, file: String = #fileID, line: Int = #line) async throws {
    let connection = try await prepare(script: sql, file: file, line: line)
    _ = try await cancellable(file: file, line: line) {
      try check(PQexec(connection.raw, sql), connection: connection, sql: sql, file: file, line: line)
    }
  }

  /// Runs a script of transactions in one round trip, up to the first error.
  ///
  /// - Returns: the number of committed transactions, and the error.
  /// - Throws: `CancellationError`; ``PostgresError`` if the connection was lost.
  package func runTransactions(_ sql: String) async throws -> (committed: Int, error: PostgresError?) {
    let connection = try await prepare(script: sql, file: #fileID, line: #line)
    return try await cancellable(file: #fileID, line: #line) {
      guard PQsendQuery(connection.raw, sql) == 1 else {
        throw lost(connection, sql: sql, file: #fileID, line: #line)
      }
      var committed = 0
      var failure: PostgresError?
      while let raw = PQgetResult(connection.raw) {
        // Otherwise the server would wait for rows forever. The COPY fails, which ends the script.
        if PQresultStatus(raw) == PGRES_COPY_IN {
          PQputCopyEnd(connection.raw, "a script has no rows to copy")
        }
        do {
          let result = try check(raw, connection: connection, sql: sql, file: #fileID, line: #line)
          if String(cString: PQcmdStatus(result.raw)) == "COMMIT" { committed += 1 }
        } catch let error as PostgresError where error.code == .serverError {
          failure = failure ?? error
        }
      }
      return (committed, failure)
    }
  }

  /// Sends what waits for the next statement, and checks that a script can be sent.
  private func prepare(script: String, file: String, line: Int) async throws -> LibPQConnection {
    try refuseIfShared()
    try await sendAhead(file: file, line: line)
    let connection = try live(file: file, line: line)
    guard !script.utf8.contains(0) else {
      throw PostgresError(
        code: .invalidValue, message: "the script contains a NUL character", file: file, line: line)
    }
    countRoundTrip()
    return connection
  }

  /// The first result of a statement. `PQexecParams` would return the last one, which after an error that ends the
  /// connection, such as `transaction_timeout`, has no SQLSTATE.
  private func firstResult(_ connection: LibPQConnection) -> OpaquePointer? {
    let first = PQgetResult(connection.raw)
    guard let first, ![PGRES_COPY_IN, PGRES_COPY_OUT, PGRES_COPY_BOTH].contains(PQresultStatus(first)) else {
      return first
    }
    while let rest = PQgetResult(connection.raw) { PQclear(rest) }
    return first
  }

  /// Converts libpq's result to a result or an error.
  func check(
    _ raw: OpaquePointer?, connection: LibPQConnection, sql: String?, file: String, line: Int
  ) throws -> LibPQResult {
    guard let raw else {
      throw lost(connection, sql: sql, file: file, line: line)
    }
    let result = LibPQResult(raw)
    switch result.status {
    case PGRES_TUPLES_OK, PGRES_COMMAND_OK, PGRES_EMPTY_QUERY, PGRES_COPY_IN, PGRES_PIPELINE_SYNC:
      return result
    case PGRES_COPY_OUT, PGRES_COPY_BOTH:
      // Nothing here reads a COPY TO, and the connection would be stuck in that state.
      self.connection = nil
      throw PostgresError(
        code: .invalidValue, message: "COPY … TO STDOUT is not supported", sql: sql, file: file, line: line)
    default:
      // Without a SQLSTATE the message is libpq's own, which means that the connection broke. After a failed write
      // libpq still reports it as OK, so it is closed here.
      guard PQresultErrorField(raw, Int32(UInt8(ascii: "C"))) != nil else {
        if connection.isAlive { self.connection = nil }
        throw PostgresError(
          code: .connectionLost, message: connection.errorMessage, sql: sql, file: file, line: line)
      }
      let error = PostgresError(server: result.error, sql: sql, file: file, line: line)
      // In a failed transaction the server rejects every statement, which says nothing about the cause.
      if error.sqlState != .inFailedTransaction { failure = error }
      throw error
    }
  }

  func lost(_ connection: LibPQConnection, sql: String?, file: String, line: Int) -> PostgresError {
    PostgresError(
      code: connection.isAlive ? .serverError : .connectionLost, message: connection.errorMessage,
      sql: sql, file: file, line: line)
  }
}

/// The values of a statement in libpq's format.
struct PostgresParameters: Sendable {
  private var types: [UInt32] = []
  private var ranges: [Range<Int>?] = []
  private var buffer = PostgresBuffer()

  /// - Throws: ``PostgresError`` with code `invalidValue` for a value that cannot be sent, or for more values than
  ///   the protocol's 16-bit count allows.
  init(_ values: [any PostgresEncodable & Sendable]) throws {
    guard values.count <= 65_535 else {
      throw PostgresError(
        code: .invalidValue,
        message:
          "the statement has \(values.count) parameters; PostgreSQL allows at most 65535. Pass arrays instead"
      )
    }
    for value in values {
      types.append(type(of: value).postgresType.rawValue)
      let start = buffer.bytes.count
      ranges.append(try value.encode(into: &buffer) ? start..<buffer.bytes.count : nil)
    }
    // An extra byte, so that the address of an empty last value is inside the buffer.
    buffer.append(integer: UInt8(0))
  }

  var count: Int32 { Int32(types.count) }

  func withTypes<Result>(_ body: (UnsafePointer<UInt32>) -> Result) -> Result { body(types) }

  func withPointers<Result>(
    _ body: (
      UnsafePointer<UInt32>, UnsafePointer<UnsafePointer<CChar>?>, UnsafePointer<Int32>,
      UnsafePointer<Int32>
    ) -> Result
  ) -> Result {
    buffer.bytes.withUnsafeBufferPointer { bytes in
      let base = UnsafeRawPointer(bytes.baseAddress)?.assumingMemoryBound(to: CChar.self)
      let values = ranges.map { range in range.flatMap { base?.advanced(by: $0.lowerBound) } }
      let lengths = ranges.map { Int32($0?.count ?? 0) }
      let formats = [Int32](repeating: 1, count: types.count)
      return body(types, values, lengths, formats)
    }
  }
}
