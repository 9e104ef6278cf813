import Postgres

/// Sends rows while the next ones are read. Otherwise the server and the parser would wait for each other half of
/// the time.
///
/// Few rows become a statement instead, which shares its round trip with the statements before and after it.
final class RowSender {
  /// Rows for a table.
  struct Rows: Sendable {
    let table: PostgresIdentifier
    let columns: [(name: PostgresIdentifier, type: PostgresType)]
    let buffer: PostgresRowBuffer

    /// Up to this size, one round trip less outweighs the additional copies of the rows.
    var isFew: Bool { buffer.rowCount <= 5_000 && buffer.byteCount <= 1 << 20 }
  }

  private let connection: PostgresConnection
  private var sending: Task<Void, any Error>?
  private var pending: [PostgresQuery]

  /// - Parameter statements: the statements to run before the first rows are sent.
  init(connection: PostgresConnection, after statements: [PostgresQuery]) {
    self.connection = connection
    pending = statements
  }

  /// Waits until the previous rows are sent, and starts sending these.
  ///
  /// - Throws: the error of sending the previous rows.
  func send(_ parts: [Rows]) async throws {
    try await wait()
    pending += parts.filter(\.isFew).map { $0.buffer.insertion(into: $0.table, columns: $0.columns) }
    let many = parts.filter { !$0.isFew }
    guard !many.isEmpty else { return }
    try await flush()
    sending = Task { [connection] in
      for rows in many {
        try await connection.copyIn(into: "\(rows.table)", columns: rows.columns.map(\.name)) { writer in
          try await writer.write(rows.buffer)
        }
      }
    }
  }

  /// Runs the pending statements.
  ///
  /// - Throws: `PostgresError`.
  func flush() async throws { try await connection.pipeline(takePending()) }

  /// The statements that are not sent yet. The caller must run them.
  func takePending() -> [PostgresQuery] {
    defer { pending = [] }
    return pending
  }

  /// Waits until all rows are sent. Until then nothing else may use the connection.
  ///
  /// - Throws: `PostgresError` if not all rows were sent.
  func wait() async throws {
    guard let task = sending else { return }
    sending = nil
    try await withTaskCancellationHandler {
      try await task.value
    } onCancel: {
      task.cancel()
    }
  }
}
