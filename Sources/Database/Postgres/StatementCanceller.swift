import CLibPQ
import Dispatch
import Glibc
import Threads

/// Ends a connection's running statement from any thread: with a cancel request, or by cutting the connection if
/// the server does not respond.
final class StatementCanceller: Sendable {
  /// Why the connection was cut.
  enum Cut: Sendable, Equatable {
    /// The task was canceled, and the server did not respond in time.
    case cancelled
    /// The server is not working on the statement, for this reason.
    case silent(String)
  }

  /// How long a canceled statement may take before its connection is cut. A reachable server responds within
  /// milliseconds. Even with two cuts in a row the program ends within five seconds.
  static let grace = Duration.seconds(2)

  private struct State {
    /// A PGcancel object. It is immutable and freed in `deinit`, when no request uses it.
    var handle: OpaquePointer?
    /// A duplicate of the socket's descriptor. libpq may close its own at any time, and the number may then belong
    /// to another connection.
    var socket: Int32
    var runningSince: ContinuousClock.Instant?
    /// The number of statements begun so far.
    var statement = 0
    var cut: Cut?
  }

  private let state: Lock<State>
  /// Entered while a cancel request is in progress.
  private let requests = DispatchGroup()

  /// - Throws: ``PostgresError`` if no file descriptors are left.
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

  /// Closes the descriptor together with the connection.
  func close() {
    state.withLock { state in
      if state.socket >= 0 { Glibc.close(state.socket) }
      state.socket = -1
    }
  }

  /// Why the connection was cut; nil if it was not.
  var cut: Cut? { state.withLock { $0.cut } }

  /// Marks the start of a statement that can be canceled.
  ///
  /// - Parameter limit: the time after which the connection is cut if the statement has not ended.
  func begin(limit: Duration? = nil) {
    let statement = state.withLock { state in
      state.runningSince = .now
      state.statement += 1
      return state.statement
    }
    if let limit { cut(statement, after: limit) }
  }

  /// Waits for a cancel request in progress, so that it cannot hit the next statement.
  ///
  /// - Returns: false if the connection must not be reused, because it was cut or because a request is still in
  ///   progress and may arrive at any time.
  func end() -> Bool {
    let isCut = state.withLock { state in
      state.runningSince = nil
      return state.cut != nil
    }
    return !isCut && requests.wait(timeout: .now() + Self.grace.seconds) == .success
  }

  /// The number of the running statement, if it has run for at least `limit`.
  func running(for limit: Duration) -> Int? {
    state.withLock { state in
      guard let since = state.runningSince, since + limit <= .now else { return nil }
      return state.statement
    }
  }

  /// The progress of the TCP connection, as counted by the kernel.
  struct Transfer: Equatable {
    let acknowledged: UInt64
    let received: UInt64
    let isUnacknowledged: Bool
    /// The time since the last data was received. Ignored in comparisons.
    let silence: Duration

    static func == (left: Self, right: Self) -> Bool {
      left.acknowledged == right.acknowledged && left.received == right.received
    }
  }

  /// The progress of the TCP connection; nil for a Unix socket.
  ///
  /// `TCP_USER_TIMEOUT` cannot replace this: it also ends connections whose server is alive but not reading, for
  /// example while it waits for a lock during a COPY.
  var transfer: Transfer? {
    state.withLock { state in
      // glibc's tcp_info ends before these two counters, which Linux has had since 4.1 at these offsets.
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

  /// Cuts the connection at once, if this statement is still running.
  func cut(_ statement: Int, because cut: Cut) {
    state.withLock { state in
      guard state.runningSince != nil, state.statement == statement else { return }
      state.cut = cut
      // Wakes libpq if it is waiting. It then finds the connection closed.
      shutdown(state.socket, Int32(SHUT_RDWR))
    }
  }

  private func cut(_ statement: Int, after limit: Duration) {
    DispatchQueue.global().asyncAfter(deadline: .now() + limit.seconds) { [weak self] in
      self?.cut(statement, because: .cancelled)
    }
  }

  /// Asks the server to cancel the running statement, if any, and cuts the connection if the statement has not
  /// ended within ``grace``.
  func cancel() {
    let statement = state.withLock { $0.runningSince == nil ? nil : $0.statement }
    guard let statement else { return }
    cut(statement, after: Self.grace)
    DispatchQueue.global().async { self.request(statement, pause: .milliseconds(20)) }
  }

  /// A server that has not started the statement ignores a cancel request without an error, so the request is
  /// repeated until the statement has ended.
  ///
  /// `PQcancel` opens its own connection and waits for it, for minutes if packets are lost. So it runs outside the
  /// lock, on a thread that may block.
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
    // On failure the server is gone, and the statement fails by itself.
    guard isSent else { return }
    DispatchQueue.global().asyncAfter(deadline: .now() + pause) {
      self.request(statement, pause: .milliseconds(500))
    }
  }
}
