import CLibPQ
import Dispatch
import Glibc
import Threads

/// Ends the statement that a connection is running, from any thread: by asking the server, and by cutting
/// the connection when the server does not answer.
final class StatementCanceller: Sendable {
  /// Why the connection was cut.
  enum Cut: Sendable, Equatable {
    /// The task was cancelled, and the server did not answer in time.
    case cancelled
    /// The server is not working on the statement; the text says how that was noticed.
    case silent(String)
  }

  /// How long a cancelled statement may take before its connection is cut. A server that can be reached
  /// answers within milliseconds. Two cuts in a row still end the program within five seconds.
  static let grace = Duration.seconds(2)

  private struct State {
    /// A PGcancel object. It never changes, and is freed in `deinit`, when no request uses it any more.
    var handle: OpaquePointer?
    /// A duplicate of the socket's descriptor: libpq may close its own at any time, and its number may then
    /// belong to another connection.
    var socket: Int32
    var runningSince: ContinuousClock.Instant?
    /// How many statements have begun.
    var statement = 0
    var cut: Cut?
  }

  private let state: Lock<State>
  /// Entered while a request to cancel is on its way.
  private let requests = DispatchGroup()

  /// - Throws: ``PostgresError`` if there is no descriptor left.
  init(connection: LibPQConnection) throws {
    let socket = fcntl(PQsocket(connection.raw), F_DUPFD_CLOEXEC, 0)
    guard socket >= 0 else {
      throw PostgresError(
        code: .resourcesExhausted,
        message: "no file descriptors left for a connection; raise the limit (ulimit -n)")
    }
    state = Lock(State(handle: PQgetCancel(connection.raw), socket: socket))
  }

  deinit {
    close()
    state.withLock { PQfreeCancel($0.handle) }
  }

  /// Gives the descriptor back, when the connection is closed.
  func close() {
    state.withLock { state in
      if state.socket >= 0 { Glibc.close(state.socket) }
      state.socket = -1
    }
  }

  /// Why the connection was cut; nil if it was not.
  var cut: Cut? { state.withLock { $0.cut } }

  /// Marks the time in which a cancellation may be sent.
  ///
  /// - Parameter limit: when the connection is cut if the statement has not ended.
  func begin(limit: Duration? = nil) {
    let statement = state.withLock { state in
      state.runningSince = .now
      state.statement += 1
      return state.statement
    }
    if let limit { cut(statement, after: limit) }
  }

  /// Waits for a request to cancel that is under way, so that it cannot hit the next statement.
  ///
  /// - Returns: false if the connection must not be used again: it was cut, or the request did not end in time
  ///   and may arrive at any moment.
  func end() -> Bool {
    let isCut = state.withLock { state in
      state.runningSince = nil
      return state.cut != nil
    }
    return !isCut && requests.wait(timeout: .now() + Self.grace.seconds) == .success
  }

  /// The statement that runs, if it began at least as long ago as `limit`.
  func running(for limit: Duration) -> Int? {
    state.withLock { state in
      guard let since = state.runningSince, since + limit <= .now else { return nil }
      return state.statement
    }
  }

  /// How far the exchange has come over TCP, as the kernel counts it.
  struct Transfer: Equatable {
    let acknowledged: UInt64
    let received: UInt64
    let isUnacknowledged: Bool
    /// The time since anything came from the other side. No part of the comparison.
    let silence: Duration

    static func == (left: Self, right: Self) -> Bool {
      left.acknowledged == right.acknowledged && left.received == right.received
    }
  }

  /// How far the exchange has come; nil over a unix socket.
  ///
  /// `TCP_USER_TIMEOUT` is no substitute: it also ends a connection whose server is alive but does not read,
  /// such as one that waits for a lock while more of a COPY arrives.
  var transfer: Transfer? {
    state.withLock { state in
      // glibc's tcp_info ends before the two counters, which Linux has since 4.1, at these offsets.
      var bytes = [UInt8](repeating: 0, count: 136)
      var size = socklen_t(bytes.count)
      guard getsockopt(state.socket, Int32(IPPROTO_TCP), TCP_INFO, &bytes, &size) == 0, size == bytes.count
      else { return nil }
      return bytes.withUnsafeBytes { bytes in
        let info = bytes.loadUnaligned(as: tcp_info.self)
        return Transfer(
          acknowledged: bytes.loadUnaligned(fromByteOffset: 120, as: UInt64.self),
          received: bytes.loadUnaligned(fromByteOffset: 128, as: UInt64.self),
          isUnacknowledged: info.tcpi_unacked > 0, silence: .milliseconds(Int(info.tcpi_last_ack_recv)))
      }
    }
  }

  /// Ends a statement at once, by cutting its connection, unless it has ended.
  func cut(_ statement: Int, because cut: Cut) {
    state.withLock { state in
      guard state.runningSince != nil, state.statement == statement else { return }
      state.cut = cut
      // Wakes libpq, wherever it waits: it finds that the connection is closed.
      shutdown(state.socket, Int32(SHUT_RDWR))
    }
  }

  private func cut(_ statement: Int, after limit: Duration) {
    DispatchQueue.global().asyncAfter(deadline: .now() + limit.seconds) { [weak self] in
      self?.cut(statement, because: .cancelled)
    }
  }

  /// Asks the server to cancel the statement that is running, if one is, and cuts the connection if that does
  /// not end it within ``grace``.
  func cancel() {
    let statement = state.withLock { $0.runningSince == nil ? nil : $0.statement }
    guard let statement else { return }
    cut(statement, after: Self.grace)
    DispatchQueue.global().async { self.request(statement, pause: .milliseconds(20)) }
  }

  /// A server that has not begun with the statement yet takes no notice of a cancellation, and does not say
  /// so: it is asked again until the statement has ended.
  ///
  /// `PQcancel` opens a connection of its own and waits for it, for minutes if packets are lost. So it runs
  /// outside the lock, on a thread that may wait.
  private func request(_ statement: Int, pause: DispatchTimeInterval) {
    let handle: OpaquePointer? = state.withLock { state in
      guard state.runningSince != nil, state.statement == statement, let handle = state.handle else {
        return nil
      }
      requests.enter()
      return handle
    }
    guard let handle else { return }
    var reason = [CChar](repeating: 0, count: 256)
    let isSent = PQcancel(handle, &reason, Int32(reason.count)) == 1
    requests.leave()
    // A failure means that the server is gone; the statement then fails by itself.
    guard isSent else { return }
    DispatchQueue.global().asyncAfter(deadline: .now() + pause) {
      self.request(statement, pause: .milliseconds(500))
    }
  }
}
