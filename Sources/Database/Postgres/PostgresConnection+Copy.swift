import CLibPQ

extension PostgresConnection {
  /// Streams rows into a table by binary COPY.
  ///
  /// Rows are sent as `body` writes them, 64 KiB at a time; `body` waits while the server is busy,
  /// so memory stays bounded whatever the number of rows. Run it inside a transaction if anything
  /// else belongs to the rows: on any error none of them is there.
  ///
  /// The columns must have just the types that the values are sent as, because COPY converts nothing:
  /// four letters would pass for an integer. The columns' types are read first, and checked.
  ///
  /// - Parameters:
  ///   - table: the table, quoted where it must be: a ``PostgresIdentifier`` or trusted text.
  ///   - columns: the columns that each row fills, in order.
  ///   - body: writes the rows.
  ///   - file: the file of the caller, for errors.
  ///   - line: the line of the caller.
  /// - Returns: the number of rows, as the server counted them.
  /// - Throws: what `body` throws, after which the connection can be used on; ``PostgresError`` if
  ///   the server refuses the rows, with code `rowCountMismatch` if it counts others than were sent.
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

  /// Streams rows into a table in COPY's text format: the columns' types read the values, as in any insert.
  ///
  /// One part is sent while the next one is made. Run it inside a transaction: on any error none of
  /// the rows is there.
  ///
  /// - Parameters:
  ///   - table: the table, quoted where it must be.
  ///   - columns: the columns that each row fills, in order.
  ///   - next: makes lines as COPY's text format has them, and says how many; nil at the end.
  ///   - file: the file of the caller, for errors.
  ///   - line: the line of the caller.
  /// - Returns: the number of rows, as the server counted them.
  /// - Throws: what `next` throws, after which the connection can be used on; ``PostgresError`` as
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

  /// Runs a COPY, for which `send` sends the rows and says how many.
  private nonisolated func copy(
    _ sql: String, file: String, line: Int, _ send: () async throws -> Int
  ) async throws -> Int {
    try await exclusively(for: .copy, file: file, line: line) {
      try await beginCopy(sql, file: file, line: line)
      let sent: Int
      do {
        sent = try await send()
      } catch {
        // A binary COPY that simply ends would keep the rows sent so far.
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
    let connection = try live(file: file, line: line)
    countRoundTrip()
    _ = try await cancellable(file: file, line: line) {
      try check(PQexec(connection.raw, sql), connection: connection, sql: sql, file: file, line: line)
    }
  }

  /// In bytes: 1 MiB.
  private static let copyPieceSize = 1 << 20

  func putCopyData(_ bytes: [UInt8]) async throws {
    let connection = try live(file: #fileID, line: #line)
    try await cancellable(file: #fileID, line: #line) {
      // libpq takes a copy of what it is given at once.
      let isSent = bytes.withUnsafeBytes { bytes in
        stride(from: 0, to: bytes.count, by: Self.copyPieceSize).allSatisfy { start in
          let piece = bytes[start..<min(start + Self.copyPieceSize, bytes.count)]
          return PQputCopyData(
            connection.raw,
            UnsafeRawBufferPointer(rebasing: piece).baseAddress?.assumingMemoryBound(to: CChar.self),
            Int32(piece.count)) == 1
        }
      }
      // libpq drops what it cannot send any more, and says so only when it reads.
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

  /// Whether an open transaction has failed and only waits for its rollback.
  var isFailed: Bool {
    guard let connection else { return true }
    return PQtransactionStatus(connection.raw) == PQTRANS_INERROR
  }
}
