import CLibPQ

/// libpq's connection object, closed with the last reference to it.
final class LibPQConnection: @unchecked Sendable {
  // @unchecked: one thread at a time uses this: that of the actor, the listener or the watch that owns it. The canceller
  // uses a PGcancel object, which libpq allows from any thread; `deinit` runs when nobody is left.
  let raw: OpaquePointer
  /// Kept here because libpq holds it unretained for as long as the connection lives.
  var noticeReceiver: NoticeReceiver?

  /// Takes over `raw`.
  init(_ raw: OpaquePointer) { self.raw = raw }

  deinit { PQfinish(raw) }

  var isAlive: Bool { PQstatus(raw) == CONNECTION_OK }

  /// libpq's last words, on one line.
  var errorMessage: String { LibPQMessage.trimmed(PQerrorMessage(raw)) }
}

enum LibPQMessage {
  static func trimmed(_ text: UnsafePointer<CChar>?) -> String {
    guard let text else { return "no message" }
    let lines = String(cString: text).split(separator: "\n")
    return lines.isEmpty ? "no message" : lines.joined(separator: "\n")
  }
}

/// libpq's result object: immutable once made, freed with the last reference.
final class LibPQResult: @unchecked Sendable {
  // @unchecked: libpq documents that a PGresult is read-only and may pass between threads.
  let raw: OpaquePointer

  init(_ raw: OpaquePointer) { self.raw = raw }

  deinit { PQclear(raw) }

  var status: ExecStatusType { PQresultStatus(raw) }

  var error: PostgresServerMessage { PostgresServerMessage(result: raw) }
}

/// Hands libpq's notices to a closure. Without a receiver libpq prints them to standard error.
final class NoticeReceiver: Sendable {
  private let handler: PostgresConfiguration.NoticeHandler

  private init(_ handler: @escaping PostgresConfiguration.NoticeHandler) { self.handler = handler }

  static func attach(_ handler: PostgresConfiguration.NoticeHandler?, to connection: LibPQConnection) {
    guard let handler else {
      PQsetNoticeReceiver(connection.raw, { _, _ in }, nil)
      return
    }
    // libpq holds the receiver unretained, and gives it back only while the connection, which retains it, is in use.
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
