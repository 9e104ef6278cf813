import CMicroHTTPD
import Glibc
import Synchronization
import Threads

/// A client connection, from its acceptance until libmicrohttpd ("the library") closes it.
///
/// The library's threads move it from phase to phase. The supervisor cuts it when a phase exceeds its time limit.
/// Phase changes are compare-and-set, so that only one of the two takes effect.
final class Connection: Sendable {
  /// The request being received or answered.
  struct Current: Sendable {
    let id: String
    let path: String
    let start: ContinuousClock.Instant
    /// The address of the client, if it is not that of the connection.
    var client: String?
    var method: HTTPMethod?
    var bytes = 0
    var pending: PendingResponse?
  }

  private struct State {
    var phase = ConnectionPhase(.opened)
    var current: Current?
    var mayStayOpen = true
    var lingers = false
    var written: UInt64 = 0
    var sent = 0
  }

  /// Valid while the connection is in the table.
  let descriptor: Int32
  let address: String
  private let state = Lock(State())

  init(descriptor: Int32, address: String) {
    self.descriptor = descriptor
    self.address = address
  }

  var phase: ConnectionPhase { state.withLock { $0.phase } }

  /// False once the connection has been told to close.
  var mayStayOpen: Bool { state.withLock { $0.mayStayOpen } }

  var current: Current? { state.withLock { $0.current } }

  /// Counts the bytes of a request. Returns their number up to the end of its header, including earlier requests.
  ///
  /// - Parameters:
  ///   - header: the size of the header.
  ///   - body: the size of the body; 0 if it is chunked, because no request follows it.
  func count(header: Int, body: Int) -> Int {
    state.withLock { state in
      defer { state.sent += header + body }
      return state.sent + header
    }
  }

  func changeCurrent(_ body: (inout Current?) -> Void) { state.withLock { body(&$0.current) } }

  /// Enters a phase, unless the connection has been cut. The time limit of the first request starts with the
  /// connection.
  @discardableResult
  func advance(to kind: ConnectionPhase.Kind) -> Bool {
    state.withLock { state in
      let old = state.phase
      guard old.kind != .closed else { return false }
      let isFirst = old.kind == .opened && kind == .receiving
      state.phase = isFirst ? ConnectionPhase(kind, since: old.since) : ConnectionPhase(kind)
      return true
    }
  }

  /// Shuts down the reading side, so that the library closes the connection. Has no effect if the phase has changed in
  /// the meantime, or if a request has arrived that the library has not read. Call it only while the connection is in
  /// the table.
  ///
  /// The library may have read the beginning of a request by then. Such a request is refused: before 1.0, the library
  /// reads from the socket when a handler resumes, and closes the connection without a response at the end of input.
  func end(from old: ConnectionPhase) {
    guard !hasUnreadBytes, replace(old, with: .ending) else { return }
    shutdown(descriptor, Int32(SHUT_RD))
  }

  /// Cuts the connection. Returns false if the phase has changed in the meantime. Call it only while the connection
  /// is in the table.
  @discardableResult
  func cut(from old: ConnectionPhase, lastWords: [UInt8] = []) -> Bool {
    guard replace(old, with: .closed) else { return false }
    if !lastWords.isEmpty { writeLast(lastWords) }
    shutdown(descriptor, Int32(SHUT_RDWR))
    return true
  }

  /// Writes to the socket directly, bypassing the library, and shuts down the writing side. Bytes that the socket
  /// buffer cannot take are lost.
  func writeLast(_ response: [UInt8]) {
    linger()
    _ = response.withUnsafeBytes {
      send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL | MSG_DONTWAIT))
    }
    shutdown(descriptor, Int32(SHUT_WR))
  }

  /// Tells the client to send the body of its request. The bytes fit into an empty socket buffer.
  func writeContinue() {
    let text = Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)
    _ = send(descriptor, text, text.count, Int32(MSG_NOSIGNAL | MSG_DONTWAIT))
  }

  private func replace(_ old: ConnectionPhase, with kind: ConnectionPhase.Kind) -> Bool {
    state.withLock { state in
      guard state.phase == old else { return false }
      state.phase = ConnectionPhase(kind)
      state.mayStayOpen = false
      return true
    }
  }

  // MARK: Closing

  /// Whether the client may still be sending when the connection is closed.
  var lingers: Bool { state.withLock { $0.lingers } }

  func linger() { state.withLock { $0.lingers = true } }

  /// Reads and discards incoming bytes for two seconds. Closing a socket with unread bytes resets the connection, and
  /// the client may lose the response. Called before the library closes the descriptor.
  func drain() {
    guard Self.draining.add(1, ordering: .relaxed).newValue <= Self.mostDraining else {
      Self.draining.subtract(1, ordering: .relaxed)
      return
    }
    let own = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
    shutdown(own, Int32(SHUT_WR))
    let deadline = Clock.now + 2_000
    let read: @Sendable () -> Void = {
      var buffer = [UInt8](repeating: 0, count: 65_536)
      var source = pollfd(fd: own, events: Int16(POLLIN), revents: 0)
      var now = Clock.now
      while now < deadline, poll(&source, 1, Int32(deadline - now)) > 0,
        recv(own, &buffer, buffer.count, Int32(MSG_DONTWAIT)) > 0
      { now = Clock.now }
      close(own)
      Self.draining.subtract(1, ordering: .relaxed)
    }
    // Without a thread to drain the socket, the response may be lost.
    do { try DetachedThread.start(read) } catch { close(own); Self.draining.subtract(1, ordering: .relaxed) }
  }

  private static let draining = Atomic(0)
  /// Each draining connection takes a thread. Clients over this limit may lose their response.
  private static let mostDraining = 64

  /// Marks the end of a response, so that ``hasBeenAnswered`` refers to the next one.
  func noteWritten() {
    let written = http_bytes_written(descriptor)
    state.withLock { $0.written = written }
  }

  /// Whether the library has written something since ``noteWritten()``.
  var hasBeenAnswered: Bool { http_bytes_written(descriptor) != state.withLock { $0.written } }

  /// False if the client has closed its side or the connection is broken.
  var isPeerThere: Bool {
    let count = peek()
    return count > 0 || (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
  }

  private var hasUnreadBytes: Bool { peek() > 0 }

  private func peek() -> Int {
    var byte: UInt8 = 0
    return recv(descriptor, &byte, 1, Int32(MSG_PEEK | MSG_DONTWAIT))
  }
}

/// A daemon or a suspended connection of libmicrohttpd.
struct LibraryPointer: @unchecked Sendable {
  // @unchecked: libmicrohttpd allows calls for both from any thread. A daemon is valid until the supervisor, its only
  // user, stops it. A suspended connection is valid until `PendingResponse` resumes it, which happens once.
  let value: OpaquePointer
}
