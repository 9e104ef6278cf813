import CLibPQ

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
