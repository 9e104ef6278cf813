import Glibc
import Synchronization
import Threads

/// A client's connection, from its acceptance until the library closes it.
///
/// The library's threads move it from phase to phase; the supervisor cuts it when a phase lasts too
/// long. Whoever loses that race leaves the connection alone.
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

  let engine: Engine
  /// Valid while the connection is in the table.
  let descriptor: Int32
  let address: String
  let current = Lock<Current?>(nil)

  private let word: Atomic<UInt64>
  private let keepsOpen = Atomic(true)
  private let isLingering = Atomic(false)

  init(engine: Engine, descriptor: Int32, address: String) {
    self.engine = engine
    self.descriptor = descriptor
    self.address = address
    word = Atomic(ConnectionPhase(.opened, since: Clock.now).word)
  }

  var phase: ConnectionPhase { ConnectionPhase(word: word.load(ordering: .acquiring)) }

  /// False once it has been told to close.
  var mayStayOpen: Bool { keepsOpen.load(ordering: .acquiring) }

  /// Whether the client may still be sending when the connection is closed, and should be heard
  /// out: closing with bytes unread would destroy the answer on its way.
  var lingers: Bool {
    get { isLingering.load(ordering: .acquiring) }
    set { isLingering.store(newValue, ordering: .releasing) }
  }

  /// Enters a phase, unless the connection has been cut. The first request counts from the
  /// connection's start.
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

  /// Has the connection closed once what has arrived is answered: the reading side ends. False if
  /// the phase has changed meanwhile. Only while the connection is in the table.
  func end(from old: ConnectionPhase) -> Bool {
    guard replace(old, with: ConnectionPhase(.ending, since: Clock.now)) else { return false }
    keepsOpen.store(false, ordering: .releasing)
    shutdown(descriptor, Int32(SHUT_RD))
    return true
  }

  /// Cuts the connection. False if the phase has changed meanwhile. Only while the connection is in
  /// the table.
  func cut(from old: ConnectionPhase, lastWords: [UInt8] = []) -> Bool {
    guard replace(old, with: ConnectionPhase(.closed, since: old.since)) else { return false }
    if !lastWords.isEmpty { writeLast(lastWords) }
    shutdown(descriptor, Int32(SHUT_RDWR))
    return true
  }

  /// Writes past the library, and lets nothing be written after it. What the socket does not take
  /// at once is lost.
  func writeLast(_ answer: [UInt8]) {
    lingers = true
    _ = answer.withUnsafeBytes {
      send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL | MSG_DONTWAIT))
    }
    shutdown(descriptor, Int32(SHUT_WR))
  }

  /// False if the client has closed its side or the connection is broken.
  var isPeerThere: Bool {
    var byte: UInt8 = 0
    let count = recv(descriptor, &byte, 1, Int32(MSG_PEEK | MSG_DONTWAIT))
    return count > 0 || (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
  }

  private func replace(_ old: ConnectionPhase, with new: ConnectionPhase) -> Bool {
    word.compareExchange(
      expected: old.word, desired: new.word, ordering: .acquiringAndReleasing
    ).exchanged
  }
}
