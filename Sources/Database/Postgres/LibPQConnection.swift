import CLibPQ

/// A libpq connection object, closed with the last reference to it.
final class LibPQConnection: @unchecked Sendable {
  // @unchecked: only one thread at a time uses this, that of the owning actor, listener or watch. The canceller
  // uses a PGcancel object, which libpq allows on any thread. `deinit` runs after the last use.
  let raw: OpaquePointer
  /// Retained here, because libpq holds an unretained pointer to it.
  var noticeReceiver: NoticeReceiver?

  /// Takes ownership of `raw`.
  init(_ raw: OpaquePointer) { self.raw = raw }

  deinit { PQfinish(raw) }

  var isAlive: Bool { PQstatus(raw) == CONNECTION_OK }

  /// libpq's last error message.
  var errorMessage: String { LibPQMessage.trimmed(PQerrorMessage(raw)) }
}

enum LibPQMessage {
  static func trimmed(_ text: UnsafePointer<CChar>?) -> String {
    guard let text else { return "no message" }
    let lines = String(cString: text).split(separator: "\n")
    return lines.isEmpty ? "no message" : lines.joined(separator: "\n")
  }
}

/// A libpq result object, immutable and freed with the last reference.
final class LibPQResult: @unchecked Sendable {
  // @unchecked: libpq documents that a PGresult is read-only and may be passed between threads.
  let raw: OpaquePointer

  init(_ raw: OpaquePointer) { self.raw = raw }

  deinit { PQclear(raw) }

  var status: ExecStatusType { PQresultStatus(raw) }

  var error: PostgresServerMessage { PostgresServerMessage(result: raw) }
}

/// Passes libpq's notices to a closure. Without a receiver, libpq prints them to standard error.
final class NoticeReceiver: Sendable {
  private let handler: PostgresConfiguration.NoticeHandler

  private init(_ handler: @escaping PostgresConfiguration.NoticeHandler) { self.handler = handler }

  static func attach(_ handler: PostgresConfiguration.NoticeHandler?, to connection: LibPQConnection) {
    guard let handler else {
      PQsetNoticeReceiver(connection.raw, { _, _ in }, nil)
      return
    }
    // libpq holds an unretained pointer, and calls it only while the connection, which retains it, is in use.
    let receiver = NoticeReceiver(handler)
    connection.noticeReceiver = receiver
    PQsetNoticeReceiver(
      connection.raw,
      { argument, result in
        guard let argument, let result else { return }
        let receiver = Unmanaged<NoticeReceiver>.fromOpaque(argument).takeUnretainedValue()
        receiver.handler(PostgresServerMessage(result: result))
      }, Unmanaged.passUnretained(receiver).toOpaque())
  }
}
