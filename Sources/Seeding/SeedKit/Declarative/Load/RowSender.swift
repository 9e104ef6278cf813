import Postgres

/// Sends rows while the next ones are read. Otherwise the server and the parser would wait for each other half of
/// the time.
final class RowSender {
  /// Rows for a table.
  struct Rows: Sendable {
    let table: PostgresIdentifier
    let columns: [PostgresIdentifier]
    let buffer: PostgresRowBuffer
  }

  private let connection: PostgresConnection
  private var sending: Task<Void, any Error>?

  init(connection: PostgresConnection) { self.connection = connection }

  /// Waits until the previous rows are sent, and starts sending these.
  ///
  /// - Throws: the error of sending the previous rows.
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
