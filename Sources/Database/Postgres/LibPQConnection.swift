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
