import CLibPQ

extension PostgresConnection {
  /// Streams rows into a table with binary COPY.
  ///
  /// Rows are sent as `body` writes them, in pieces of 64 KiB. `body` waits while the server is busy, so memory use
  /// is bounded for any number of rows. After an error none of the rows is in the table. Use a transaction to
  /// combine the rows with other statements.
  ///
  /// The columns must have exactly the types of the values, because binary COPY converts nothing: four letters
  /// would be read as an integer. The columns' types are queried and checked first.
  ///
  /// - Parameters:
  ///   - table: the table, quoted if necessary: a ``PostgresIdentifier`` or trusted text.
  ///   - columns: the columns of each row, in order.
  ///   - body: writes the rows.
  ///   - file: the file of the caller, for errors.
  ///   - line: the line of the caller.
  /// - Returns: the number of rows as counted by the server.
  /// - Throws: the error of `body`, after which the connection is usable; ``PostgresError`` if the server rejects
  ///   the rows, with code `rowCountMismatch` if it counts a different number.
  @discardableResult
  public nonisolated func copyIn(
    into table: PostgresQuery, columns: [PostgresIdentifier], file: String = #fileID,
    line: Int = #line, _ body: (PostgresCopyWriter) async throws -> Void
  ) async throws -> Int {
    let names = columns.map(\.quoted).joined(separator: ", ")
    let sql = "COPY \(table.sql) (\(names)) FROM STDIN (FORMAT binary)"
    let types = try await query(
      "SELECT \(unescaped: names) FROM \(table) LIMIT 0", file: file, line: line
    ).columnTypes
    return try await copy(sql, file: file, line: line) {
      let writer = PostgresCopyWriter(connection: self, columns: Array(zip(columns.map(\.name), types)))
      try await body(writer)
      try await writer.finish()
      return writer.rowCount
    }
  }

  /// Streams rows into a table with COPY in text format. Values are parsed by the columns' types, as in any INSERT.
  ///
  /// The next part is produced while one is being sent. After an error none of the rows is in the table.
  ///
  /// - Parameters:
  ///   - table: the table, quoted if necessary.
  ///   - columns: the columns of each row, in order.
  ///   - next: produces lines in COPY's text format and their number; nil at the end.
  ///   - file: the file of the caller, for errors.
  ///   - line: the line of the caller.
  /// - Returns: the number of rows as counted by the server.
  /// - Throws: the error of `next`, after which the connection is usable; ``PostgresError`` as for
  ///   ``copyIn(into:columns:file:line:_:)``.
  @discardableResult
  public nonisolated func copyText(
    into table: PostgresQuery, columns: [PostgresIdentifier], file: String = #fileID, line: Int = #line,
    _ next: () async throws -> (lines: [UInt8], count: Int)?
  ) async throws -> Int {
    let names = columns.map(\.quoted).joined(separator: ", ")
    let sql = "COPY \(table.sql) (\(names)) FROM STDIN (FORMAT text, ENCODING 'UTF8')"
    return try await copy(sql, file: file, line: line) {
      var sending: Task<Void, any Error>?
      var sent = 0
      do {
        while let part = try await next() {
          try await sending?.value
          sending = Task { try await self.putCopyData(part.lines) }
          sent += part.count
        }
        try await sending?.value
      } catch {
        _ = await sending?.result
        throw error
      }
      return sent
    }
  }

  /// Runs a COPY. `send` sends the rows and returns their number.
  private nonisolated func copy(
    _ sql: String, file: String, line: Int, _ send: () async throws -> Int
  ) async throws -> Int {
    try await exclusively(for: .copy, file: file, line: line) {
      try await beginCopy(sql, file: file, line: line)
      let sent: Int
      do {
        sent = try await send()
      } catch {
        // Without this, a binary COPY would keep the rows sent so far.
        await failCopy(reason: "the client failed to produce all rows")
        throw error
      }
      let counted = try await endCopy(sql, file: file, line: line)
      guard counted == sent else {
        throw PostgresError(
          code: .rowCountMismatch, message: "sent \(sent) rows, but the server counted \(counted)", sql: sql,
          file: file, line: line)
      }
      return counted
    }
  }

  private func beginCopy(_ sql: String, file: String, line: Int) async throws {
    try refuseIfShared()
    try await sendAhead(file: file, line: line)
    let connection = try live(file: file, line: line)
    countRoundTrip()
    _ = try await cancellable(file: file, line: line) {
      try check(PQexec(connection.raw, sql), connection: connection, sql: sql, file: file, line: line)
    }
  }

  /// 1 MiB.
  private static let copyPieceSize = 1 << 20

  func putCopyData(_ bytes: [UInt8]) async throws {
    let connection = try live(file: #fileID, line: #line)
    try await cancellable(file: #fileID, line: #line) {
      // libpq copies what it is given.
      let isSent = bytes.withUnsafeBytes { bytes in
        stride(from: 0, to: bytes.count, by: Self.copyPieceSize).allSatisfy { start in
          let piece = bytes[start..<min(start + Self.copyPieceSize, bytes.count)]
          return PQputCopyData(
            connection.raw,
            UnsafeRawBufferPointer(rebasing: piece).baseAddress?.assumingMemoryBound(to: CChar.self),
            Int32(piece.count)) == 1
        }
      }
      // libpq discards what it can no longer send, and reports it only on reading.
      guard isSent, canceller.cut == nil else {
        throw lost(connection, sql: nil, file: #fileID, line: #line)
      }
    }
  }

  private func endCopy(_ sql: String, file: String, line: Int) async throws -> Int {
    let connection = try live(file: file, line: line)
    countRoundTrip()
    return try await cancellable(file: file, line: line) {
      guard PQputCopyEnd(connection.raw, nil) == 1 else {
        throw lost(connection, sql: sql, file: file, line: line)
      }
      let raw = PQgetResult(connection.raw)
      while let rest = PQgetResult(connection.raw) { PQclear(rest) }
      let result = try check(raw, connection: connection, sql: sql, file: file, line: line)
      return Int(String(cString: PQcmdTuples(result.raw))) ?? 0
    }
  }

  private func failCopy(reason: String) async {
    guard let connection else { return }
    await cleaningUp(isCancelled: Task.isCancelled) {
      running {
        PQputCopyEnd(connection.raw, reason)
        while let result = PQgetResult(connection.raw) { PQclear(result) }
      }
    }
  }

  /// Whether the open transaction has failed and must be rolled back.
  var isFailed: Bool {
    guard let connection else { return true }
    return PQtransactionStatus(connection.raw) == PQTRANS_INERROR
  }
}
