import CMicroHTTPD
import Glibc
import Synchronization
import Threads

/// A client's connection, from its acceptance until the library closes it.
///
/// The library's threads move it from phase to phase; the supervisor cuts it when a phase lasts too long. Whoever loses
/// that race leaves the connection alone.
final class Connection: Sendable {
  /// The request being received or answered.
  struct Current: Sendable {
    let id: String
    let path: String
    let start: ContinuousClock.Instant
    var method: HTTPMethod?
    var bytes = 0
    var pending: PendingResponse?
  }

  /// Valid while the connection is in the table.
  let descriptor: Int32
  let address: String
  let current = Lock<Current?>(nil)

  private let word: Atomic<UInt64>
  private let keepsOpen = Atomic(true)
  private let isLingering = Atomic(false)
  private let written = Atomic<UInt64>(0)

  init(descriptor: Int32, address: String) {
    self.descriptor = descriptor
    self.address = address
    word = Atomic(ConnectionPhase(.opened, since: Clock.now).word)
  }

  var phase: ConnectionPhase { ConnectionPhase(word: word.load(ordering: .acquiring)) }

  /// False once it has been told to close.
  var mayStayOpen: Bool { keepsOpen.load(ordering: .acquiring) }

  /// Enters a phase, unless the connection has been cut. The first request counts from the connection's start.
  @discardableResult
  func advance(to kind: ConnectionPhase.Kind) -> Bool {
    let now = Clock.now
    while true {
      let old = phase
      if old.kind == .closed { return false }
      let isFirst = old.kind == .opened && kind == .receiving
      if replace(old, with: ConnectionPhase(kind, since: isFirst ? old.since : now)) { return true }
    }
  }

  /// Has the connection closed once what has arrived is answered: the reading side ends. False if the phase has
  /// changed meanwhile. Only while the connection is in the table.
  func end(from old: ConnectionPhase) -> Bool {
    guard replace(old, with: ConnectionPhase(.ending, since: Clock.now)) else { return false }
    keepsOpen.store(false, ordering: .releasing)
    shutdown(descriptor, Int32(SHUT_RD))
    return true
  }

  /// Cuts the connection. False if the phase has changed meanwhile. Only while the connection is in the table.
  func cut(from old: ConnectionPhase, lastWords: [UInt8] = []) -> Bool {
    guard replace(old, with: ConnectionPhase(.closed, since: old.since)) else { return false }
    if !lastWords.isEmpty { writeLast(lastWords) }
    shutdown(descriptor, Int32(SHUT_RDWR))
    return true
  }

  /// Writes past the library, and lets nothing be written after it. What the socket does not take at once is lost.
  func writeLast(_ response: [UInt8]) {
    linger()
    _ = response.withUnsafeBytes {
      send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL | MSG_DONTWAIT))
    }
    shutdown(descriptor, Int32(SHUT_WR))
  }

  private func replace(_ old: ConnectionPhase, with new: ConnectionPhase) -> Bool {
    word.compareExchange(expected: old.word, desired: new.word, ordering: .acquiringAndReleasing).exchanged
  }

  // MARK: The end

  /// Whether the client may still be sending when the connection is closed.
  var lingers: Bool { isLingering.load(ordering: .acquiring) }

  func linger() { isLingering.store(true, ordering: .releasing) }

  /// Reads what the client still sends for two seconds. A socket closed with unread bytes resets the connection, and
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
    // Without a thread the response may be lost.
    do { try DetachedThread.start(read) } catch { close(own); Self.draining.subtract(1, ordering: .relaxed) }
  }

  private static let draining = Atomic(0)
  /// Each takes a thread. Clients beyond that may lose their response.
  private static let mostDraining = 64

  /// Marks the end of a response, so that ``hasBeenAnswered`` tells of the next one.
  func noteWritten() { written.store(http_bytes_written(descriptor), ordering: .relaxed) }

  /// Whether the library has written something since ``noteWritten()``.
  var hasBeenAnswered: Bool { http_bytes_written(descriptor) != written.load(ordering: .relaxed) }

  /// False if the client has closed its side or the connection is broken.
  var isPeerThere: Bool {
    var byte: UInt8 = 0
    let count = recv(descriptor, &byte, 1, Int32(MSG_PEEK | MSG_DONTWAIT))
    return count > 0 || (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
  }
}

/// A daemon or a suspended connection of the library.
struct LibraryPointer: @unchecked Sendable {
  // @unchecked: libmicrohttpd allows calls for both from any thread. A daemon is valid until its one user, the supervisor,
  // stops it; a suspended connection until it is resumed, which `PendingResponse` does once.
  let value: OpaquePointer
}
