import CLibPQ

extension PostgresConnection {
  /// How many statements are sent before their answers are read. More could fill the buffers of
  /// both sides, each waiting for the other to read.
  private static let pipelineWindow = 128

  private struct Statement: Sendable {
    let sql: String
    let parameters: PostgresParameters
    let use: StatementNames.Use
  }

  /// Runs several statements in one round trip.
  ///
  /// Inside a transaction they are part of it. Outside they are one transaction together. After the
  /// first error the server skips the rest.
  ///
  /// - Parameters:
  ///   - queries: the statements.
  ///   - prepared: whether the server is to keep them, if ``PostgresConfiguration/preparedStatements`` allows it: for
  ///     statements that run often with the same text. False by default.
  ///   - file: the file of the caller, for errors.
  ///   - line: the line of the caller.
  /// - Returns: the rows of each statement, in order.
  /// - Throws: the first statement's error as ``query(_:file:line:)`` would throw it. A kept statement that the
  ///   server does not have any more, or that a change of the schema made unusable, has ``PostgresError/isStale``.
  @discardableResult
  public func pipeline(
    _ queries: [PostgresQuery], prepared: Bool = false, file: String = #fileID, line: Int = #line
  ) async throws -> [PostgresRows] {
    guard !queries.isEmpty else { return [] }
    let keeps = prepared ? try await keepsStatements(file: file, line: line) : false
    let connection = try live(file: file, line: line)
    let encoded = try queries.map { (sql: $0.sql, parameters: try PostgresParameters($0.parameters)) }
    return try await cancellable(file: file, line: line) {
      // From here on what gets a name is sent.
      let prepared = encoded.map { query in
        Statement(
          sql: query.sql, parameters: query.parameters, use: keeps ? statements.use(query.sql) : .unnamed)
      }
      return try exchange(prepared, over: connection, file: file, line: line)
    }
  }

  private func exchange(
    _ prepared: [Statement], over connection: LibPQConnection, file: String, line: Int
  ) throws -> [PostgresRows] {
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
      // A flush, not a sync: a sync would commit what was sent so far.
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
          // The server said why before it ended the connection.
          throw firstError ?? error
        }
      }
    }
    do {
      // The answer to the sync ends the pipeline.
      _ = try check(
        PQgetResult(connection.raw), connection: connection, sql: nil, file: file, line: line)
    } catch {
      throw firstError ?? error
    }
    PQexitPipelineMode(connection.raw)
    if let firstError {
      if firstError.isStale { statements.forget() }
      throw firstError
    }
    return rows
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
    // Each statement's results end with a nil.
    if raw != nil { while let rest = PQgetResult(connection.raw) { PQclear(rest) } }
    if let raw, PQresultStatus(raw) == PGRES_PIPELINE_ABORTED {
      PQclear(raw)
      throw PostgresError(
        code: .serverError, message: "skipped after an earlier error", sql: sql, file: file, line: line)
    }
    return try check(raw, connection: connection, sql: sql, file: file, line: line)
  }

  /// Whether the server may keep statements of this connection.
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
  /// Whether a kept statement was at fault: the server does not have it (any more), has another one of its name, or
  /// cannot use it since the schema changed. Its connection has forgotten it, so the same work succeeds when it is tried again.
  public var isStale: Bool {
    guard let state = sqlState?.rawValue else { return false }
    // 0A000 is "cached plan must not change result type" here, but also much that stays as it is.
    return state == "26000" || state == "42P05" || (state == "0A000" && message.contains("cached plan"))
  }
}
