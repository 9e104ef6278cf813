import Postgres

/// Sends rows while the next ones are read: the server and the parser take turns otherwise, each waiting for
/// the other half of the time.
final class RowSender {
  /// Rows on their way into a table.
  struct Rows: Sendable {
    let table: PostgresIdentifier
    let columns: [PostgresIdentifier]
    let buffer: PostgresRowBuffer
  }

  private let connection: PostgresConnection
  private var sending: Task<Void, any Error>?

  init(connection: PostgresConnection) { self.connection = connection }

  /// Waits until the rows before are sent, and begins to send these.
  ///
  /// - Throws: what became of the rows before.
  func send(_ parts: [Rows]) async throws {
    try await wait()
    guard !parts.isEmpty else { return }
    sending = Task { [connection] in
      for rows in parts {
        try await connection.copyIn(into: "\(rows.table)", columns: rows.columns) { writer in
          try await writer.write(rows.buffer)
        }
      }
    }
  }

  /// Waits until all is sent. Nothing else may use the connection before.
  ///
  /// - Throws: `PostgresError`, if not all rows are.
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
