import CLibPQ
import Glibc
import Threads

/// Listens for notifications on a channel, with its own connection and thread.
///
/// Poolers drop notifications without an error, and a broken connection loses those sent meanwhile. Listeners must
/// therefore also poll from time to time.
public final class PostgresListener: Sendable {
  /// One element for each notification, or for several that arrived together. Ends when the connection breaks and
  /// after ``close()``.
  public let notifications: AsyncStream<Void>
  private let wakeEnd: WakeEnd

  /// Connects and listens.
  ///
  /// - Parameters:
  ///   - configuration: the database.
  ///   - channel: the channel's name.
  /// - Throws: ``PostgresError``.
  public static func listen(
    _ configuration: PostgresConfiguration, to channel: PostgresIdentifier
  ) async throws -> PostgresListener {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else {
      throw PostgresError(
        code: .resourcesExhausted, message: "cannot create a pipe for a listener: error \(errno)")
    }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    let (readEnd, writeEnd) = (ends[0], WakeEnd(ends[1]))
    let connection: LibPQConnection
    do {
      // Connecting and LISTEN block, so they run on a separate thread.
      connection = try await DetachedThread.run {
        let connection = try LibPQConnection.connect(configuration)
        NoticeReceiver.attach(configuration.onNotice, to: connection)
        let result = PQexec(connection.raw, "LISTEN \(channel.quoted)")
        defer { PQclear(result) }
        guard PQresultStatus(result) == PGRES_COMMAND_OK else {
          throw PostgresError(code: .connectionFailed, message: connection.errorMessage)
        }
        return connection
      }
    } catch let error as ThreadError {
      Glibc.close(readEnd)
      throw PostgresError(
        code: .resourcesExhausted, message: "cannot create a thread for a listener: \(error)")
    } catch {
      Glibc.close(readEnd)
      throw error
    }
    let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    do {
      try DetachedThread.start {
        wait(on: connection, until: readEnd) { continuation.yield() }
        continuation.finish()
        Glibc.close(readEnd)
      }
    } catch {
      Glibc.close(readEnd)
      throw PostgresError(
        code: .resourcesExhausted, message: "cannot create a thread for a listener: \(error)")
    }
    return PostgresListener(notifications: stream, wakeEnd: writeEnd)
  }

  private init(notifications: AsyncStream<Void>, wakeEnd: WakeEnd) {
    self.notifications = notifications
    self.wakeEnd = wakeEnd
  }

  /// Stops listening and closes the connection. It is also closed with the last reference.
  public func close() { wakeEnd.close() }

  /// Waits until the connection breaks or the other end of the pipe is closed.
  private static func wait(
    on connection: LibPQConnection, until readEnd: Int32, onNotification: () -> Void
  ) {
    while true {
      var descriptors = [
        pollfd(fd: PQsocket(connection.raw), events: Int16(POLLIN), revents: 0),
        pollfd(fd: readEnd, events: Int16(POLLIN), revents: 0),
      ]
      let ready = poll(&descriptors, nfds_t(descriptors.count), -1)
      if ready < 0, errno == EINTR { continue }
      guard ready > 0, descriptors[1].revents == 0, PQconsumeInput(connection.raw) == 1 else { return }
      var isNotified = false
      while let notification = PQnotifies(connection.raw) {
        PQfreemem(notification)
        isNotified = true
      }
      if isNotified { onNotification() }
    }
  }

  /// The end of a pipe that wakes the reader when it is closed.
  private final class WakeEnd: Sendable {
    private let descriptor: Lock<Int32>

    init(_ descriptor: Int32) { self.descriptor = Lock(descriptor) }

    deinit { close() }

    func close() {
      descriptor.withLock { descriptor in
        if descriptor >= 0 { Glibc.close(descriptor) }
        descriptor = -1
      }
    }
  }
}
