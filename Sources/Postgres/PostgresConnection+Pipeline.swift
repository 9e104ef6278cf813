import CLibPQ

extension PostgresConnection {
  /// How many statements are sent before their answers are read. More could fill the buffers of
  /// both sides, each waiting for the other to read.
  private static let pipelineWindow = 128

  /// Runs several statements in one round trip.
  ///
  /// Inside a transaction they are part of it. Outside they are one transaction together. After the
  /// first error the server skips the rest.
  ///
  /// - Returns: the rows of each statement, in order.
  /// - Throws: the first statement's error as ``query(_:file:line:)`` would throw it.
  @discardableResult
  public func pipeline(
    _ queries: [PostgresQuery], file: String = #fileID, line: Int = #line
  ) async throws -> [PostgresRows] {
    guard !queries.isEmpty else { return [] }
    let connection = try live(file: file, line: line)
    let prepared = try queries.map { (sql: $0.sql, parameters: try PostgresParameters($0.parameters)) }
    return try await cancellable {
      guard PQenterPipelineMode(connection.raw) == 1 else {
        throw lost(connection, sql: nil, file: file, line: line)
      }
      var rows: [PostgresRows] = []
      var firstError: PostgresError?
      var unread = prepared[...]
      while !unread.isEmpty {
        let window = unread.prefix(Self.pipelineWindow)
        unread = unread.dropFirst(Self.pipelineWindow)
        for (sql, parameters) in window {
          let sent = parameters.withPointers { types, values, lengths, formats in
            PQsendQueryParams(connection.raw, sql, parameters.count, types, values, lengths, formats, 1)
          }
          guard sent == 1 else { throw lost(connection, sql: sql, file: file, line: line) }
        }
        countRoundTrip()
        // A flush, not a sync: a sync would commit what was sent so far.
        let isLast = unread.isEmpty
        guard (isLast ? PQpipelineSync(connection.raw) : PQsendFlushRequest(connection.raw)) == 1 else {
          throw lost(connection, sql: nil, file: file, line: line)
        }
        for (sql, _) in window {
          do {
            let result = try nextPipelineResult(connection, sql: sql, file: file, line: line)
            rows.append(PostgresRows(result: result, sql: sql))
          } catch let error as PostgresError where error.code == .serverError {
            firstError = firstError ?? error
          }
        }
      }
      // The answer to the sync ends the pipeline.
      _ = try check(
        PQgetResult(connection.raw), connection: connection, sql: nil, file: file, line: line)
      PQexitPipelineMode(connection.raw)
      if let firstError { throw firstError }
      return rows
    }
  }

  private func nextPipelineResult(
    _ connection: LibPQConnection, sql: String, file: String, line: Int
  ) throws -> LibPQResult {
    let raw = PQgetResult(connection.raw)
    // Each statement's results end with a nil.
    if raw != nil { while let rest = PQgetResult(connection.raw) { PQclear(rest) } }
    if let raw, PQresultStatus(raw) == PGRES_PIPELINE_ABORTED {
      PQclear(raw)
      throw PostgresError(
        code: .serverError, message: "skipped after an earlier error", sql: sql, file: file, line: line)
    }
    return try check(raw, connection: connection, sql: sql, file: file, line: line)
  }
}
