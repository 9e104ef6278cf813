import CLibPQ

extension PostgresConnection {
  /// The number of statements sent before results are read. With more, both sides could block with full buffers,
  /// each waiting for the other to read.
  private static let pipelineWindow = 256

  private struct Statement: Sendable {
    let sql: String
    let parameters: PostgresParameters
    let use: StatementNames.Use
  }

  /// Runs several statements in one round trip.
  ///
  /// Inside a transaction they are part of it. Otherwise they form one transaction. After an error the server skips
  /// the rest.
  ///
  /// - Parameters:
  ///   - queries: the statements.
  ///   - prepared: whether to use prepared statements, if ``PostgresConfiguration/preparedStatements`` allows them.
  ///     Useful for statements that often run with the same text. False by default.
  ///   - file: the file of the caller, for errors.
  ///   - line: the line of the caller.
  /// - Returns: the rows of each statement, in order.
  /// - Throws: the error of the first failed statement, as ``query(_:file:line:)`` would throw it. If a prepared
  ///   statement no longer exists on the server or does not fit a changed schema, the error has
  ///   ``PostgresError/isStale``.
  @discardableResult
  public func pipeline(
    _ queries: [PostgresQuery], prepared: Bool = false, file: String = #fileID, line: Int = #line
  ) async throws -> [PostgresRows] {
    guard !queries.isEmpty else { return [] }
    if let rows = try await shared(queries) { return rows }
    try await checkOpening(file: file, line: line)
    return try await pipeline(sharingOpening: queries, prepared: prepared, file: file, line: line)
  }

  /// Like ``pipeline(_:prepared:file:line:)``, for statements that may run before the result of the transaction's
  /// ``TransactionOpening`` is known.
  @discardableResult
  package func pipeline(
    sharingOpening queries: [PostgresQuery], prepared: Bool = false, file: String = #fileID,
    line: Int = #line
  ) async throws -> [PostgresRows] {
    if let rows = try await shared(queries) { return rows }
    guard !queries.isEmpty || opening != nil || !waiting.isEmpty else { return [] }
    let keeps = prepared ? try await keepsStatements(file: file, line: line) : false
    let connection = try live(file: file, line: line)
    let encoded = try queries.map { (sql: $0.sql, parameters: try PostgresParameters($0.parameters)) }
    return try await cancellable(file: file, line: line) {
      // Encoded before they are taken: a value that cannot be encoded must not lose the BEGIN.
      let first = try ((opening?.statements ?? []) + waiting.flatMap(\.queries)).map {
        Statement(sql: $0.sql, parameters: try PostgresParameters($0.parameters), use: .unnamed)
      }
      let ahead = takeAhead()
      // Statements that get a name here are sent for certain.
      let prepared = encoded.map { query in
        Statement(
          sql: query.sql, parameters: query.parameters, use: keeps ? statements.use(query.sql) : .unnamed)
      }
      let (rows, error) = try exchange(first + prepared, over: connection, file: file, line: line)
      // A rejected opening explains the error of a later statement.
      try accept(ahead, rows[...])
      if let error { throw error }
      return Array(rows.dropFirst(first.count))
    }
  }

  /// - Returns: the rows of each statement before the first error, and that error.
  private func exchange(
    _ prepared: [Statement], over connection: LibPQConnection, file: String, line: Int
  ) throws -> (rows: [PostgresRows], error: PostgresError?) {
    guard PQenterPipelineMode(connection.raw) == 1 else {
      throw lost(connection, sql: nil, file: file, line: line)
    }
    var rows: [PostgresRows] = []
    var firstError: PostgresError?
    var unread = prepared[...]
    while !unread.isEmpty {
      let window = unread.prefix(Self.pipelineWindow)
      unread = unread.dropFirst(Self.pipelineWindow)
      for statement in window {
        guard send(statement, over: connection) else {
          throw lost(connection, sql: statement.sql, file: file, line: line)
        }
      }
      countRoundTrip()
      // A flush, because a sync would commit the statements sent so far.
      let isLast = unread.isEmpty
      guard (isLast ? PQpipelineSync(connection.raw) : PQsendFlushRequest(connection.raw)) == 1 else {
        throw lost(connection, sql: nil, file: file, line: line)
      }
      for statement in window {
        do {
          if case .prepare = statement.use {
            do {
              _ = try nextPipelineResult(connection, sql: statement.sql, file: file, line: line)
            } catch let error as PostgresError where error.code == .serverError {
              firstError = firstError ?? error
              statements.remove(statement.sql)
            }
          }
          let result = try nextPipelineResult(connection, sql: statement.sql, file: file, line: line)
          rows.append(PostgresRows(result: result, sql: statement.sql))
        } catch let error as PostgresError where error.code == .serverError {
          firstError = firstError ?? error
        } catch {
          // The first error is the server's reason for ending the connection.
          throw firstError ?? error
        }
      }
    }
    do {
      // The result of the sync ends the pipeline.
      _ = try check(
        PQgetResult(connection.raw), connection: connection, sql: nil, file: file, line: line)
    } catch {
      throw firstError ?? error
    }
    PQexitPipelineMode(connection.raw)
    if firstError?.isStale == true { statements.forget() }
    return (rows, firstError)
  }

  private func send(_ statement: Statement, over connection: LibPQConnection) -> Bool {
    let parameters = statement.parameters
    let name: String
    switch statement.use {
    case .unnamed:
      return parameters.withPointers { types, values, lengths, formats in
        PQsendQueryParams(
          connection.raw, statement.sql, parameters.count, types, values, lengths, formats, 1)
      } == 1
    case .known(let known): name = known
    case .prepare(let new):
      name = new
      let isSent = parameters.withTypes { types in
        PQsendPrepare(connection.raw, new, statement.sql, parameters.count, types)
      }
      guard isSent == 1 else { return false }
    }
    return parameters.withPointers { _, values, lengths, formats in
      PQsendQueryPrepared(connection.raw, name, parameters.count, values, lengths, formats, 1)
    } == 1
  }

  private func nextPipelineResult(
    _ connection: LibPQConnection, sql: String, file: String, line: Int
  ) throws -> LibPQResult {
    let raw = PQgetResult(connection.raw)
    // A nil ends the results of each statement.
    if raw != nil { while let rest = PQgetResult(connection.raw) { PQclear(rest) } }
    if let raw, PQresultStatus(raw) == PGRES_PIPELINE_ABORTED {
      PQclear(raw)
      throw PostgresError(
        code: .serverError, message: "skipped after an earlier error", sql: sql, file: file, line: line)
    }
    return try check(raw, connection: connection, sql: sql, file: file, line: line)
  }

  /// Whether prepared statements may be used on this connection.
  private func keepsStatements(file: String, line: Int) async throws -> Bool {
    switch configuration.preparedStatements {
    case .never: return false
    case .always: return true
    case .whenDirect:
      if let isDirect = statements.isDirect { return isDirect }
      let process = try await queryOne("SELECT pg_backend_pid()", file: file, line: line)
        .decode(Int32.self)
      let isDirect = process == backendProcessID
      statements.isDirect = isDirect
      return isDirect
    }
  }
}

extension PostgresError {
  /// Whether a prepared statement caused the error: it does not exist on the server, its name is taken, or the
  /// schema has changed. The connection has forgotten it, so a retry succeeds.
  public var isStale: Bool {
    guard let state = sqlState?.rawValue else { return false }
    // 0A000 is "cached plan must not change result type" here, but also has permanent causes.
    return state == "26000" || state == "42P05" || (state == "0A000" && message.contains("cached plan"))
  }
}
