import CHTTPServer
import Glibc
import Threads

/// The thread that accepts connections, keeps their deadlines and their number, and stops the
/// server. Everything here belongs to it.
final class ConnectionSupervisor {
  private let engine: Engine
  private let library: LibraryHandle
  private var listener: ListeningSocket?
  private let limits: ConnectionPhase.Limits
  private let lateAnswer: [UInt8]
  private var lingering = LingeringSockets()
  private var nextRound: Milliseconds = 0
  /// No connection could be accepted: there are too many, or too many open files.
  private var isFull = false
  private var abortedAt: Milliseconds?

  private init(engine: Engine, library: LibraryHandle, listener: ListeningSocket) {
    self.engine = engine
    self.library = library
    self.listener = listener
    limits = ConnectionPhase.Limits(engine.configuration)
    lateAnswer = DirectAnswer.bytes(engine.problem(.late))
  }

  /// Starts the thread.
  ///
  /// - Throws: ``HTTPServerError`` with code `systemFailure` if the system has none left.
  static func start(
    engine: Engine, library: LibraryHandle, listener: ListeningSocket
  ) throws(HTTPServerError) {
    do throws(ThreadError) {
      try DetachedThread.start {
        ConnectionSupervisor(engine: engine, library: library, listener: listener).run()
      }
    } catch {
      throw HTTPServerError(
        .systemFailure, "no thread for the HTTP server: \(error)", remedy: ThreadError.remedy)
    }
  }

  private func run() {
    while true {
      wait()
      lingering.add(engine.inbox.takeLingering(), until: Clock.now + Self.lingerTime)
      lingering.drain(at: Clock.now)
      if let stopBy = engine.inbox.stopBy, isDrained(by: stopBy) { break }
      accept()
      let now = Clock.now
      if now >= nextRound {
        nextRound = now + limits.tick
        keepDeadlines(at: now)
      }
    }
    chttp_stop(library.pointer)
    lingering.add(engine.inbox.takeLingering(), until: 0)
    lingering.closeAll()
    engine.inbox.stopped()
  }

  /// As long as the client of a refused request is heard out.
  private static let lingerTime: Milliseconds = 2_000
  /// As long as the last answers of a stopping server may take to be sent.
  private static let flushTime: Milliseconds = 1_000
  /// As often as a full or stopping server looks whether there is a connection to close.
  private static let shortTick: Milliseconds = 20

  private func wait() {
    var sources = [pollfd(fd: engine.inbox.wakeDescriptor, events: Int16(POLLIN), revents: 0)]
    sources += lingering.pollDescriptors
    if let listener, !isFull {
      sources.append(pollfd(fd: listener.descriptor, events: Int16(POLLIN), revents: 0))
    }
    let now = Clock.now
    var pause = nextRound > now ? nextRound - now : 0
    if isFull || listener == nil { pause = min(pause, Self.shortTick) }
    poll(&sources, nfds_t(sources.count), Int32(pause))
    if sources[0].revents != 0 { engine.inbox.emptyWakeDescriptor() }
  }

  // MARK: Accepting

  private func accept() {
    guard let listener else { return }
    if isFull {
      isFull = false
      engine.inbox.awaitClosing(false)
    }
    var peer = chttp_peer()
    for _ in 0..<64 {
      guard engine.table.count < engine.configuration.connectionLimit else {
        if listener.hasVisitor { becomeFull() }
        return
      }
      let descriptor = chttp_accept(listener.descriptor, &peer)
      guard descriptor >= 0 else {
        switch errno {
        case EMFILE, ENFILE, ENOBUFS, ENOMEM: return becomeFull()
        case EINTR, ECONNABORTED: continue
        default: return
        }
      }
      let address = withUnsafeBytes(of: peer.text) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if let limit = engine.configuration.connectionLimitPerAddress,
        engine.table.count(from: address) >= limit
      {
        Glibc.close(descriptor)
        continue
      }
      let connection = Connection(engine: engine, descriptor: descriptor, address: address)
      engine.table.insert(connection)
      // If it fails, the library has closed the descriptor.
      if chttp_add(library.pointer, descriptor, &peer) == 0 { engine.table.remove(connection) }
    }
  }

  private func becomeFull() {
    isFull = true
    // Before the look at the table: what closes after it must wake this thread.
    engine.inbox.awaitClosing(true)
    engine.table.closeLongestWaiting(at: Clock.now)
  }

  // MARK: Deadlines

  private func keepDeadlines(at now: Milliseconds) {
    var late: [(Connection, Connection.Current?)] = []
    var abandoned: [PendingResponse] = []
    engine.table.forEach { connection in
      let phase = connection.phase
      guard phase.isOverdue(at: now, limits) else { return }
      switch phase.kind {
      case .opened, .idle: _ = connection.end(from: phase)
      case .receiving:
        // First, for the library may be done with it at once.
        let current = connection.current.withLock { $0 }
        if connection.cut(from: phase, lastWords: lateAnswer) { late.append((connection, current)) }
      case .sending, .ending: _ = connection.cut(from: phase)
      case .handling:
        if let pending = connection.current.withLock({ $0?.pending }) { abandoned.append(pending) }
      case .closed: break
      }
    }
    // Outside of the lock: these call the program.
    for (connection, current) in late { engine.report(connection, current, engine.problem(.late)) }
    for pending in abandoned { pending.expire(with: engine.problem(.timedOut)) }
  }

  // MARK: Stopping

  /// Goes a step further in stopping. True when there is nothing left to wait for.
  private func isDrained(by stopBy: Milliseconds) -> Bool {
    let now = Clock.now
    if let listener {
      listener.close()
      self.listener = nil
      engine.isStopping = true
      engine.inbox.awaitClosing(true)
    }
    engine.table.forEach { connection in
      let phase = connection.phase
      if phase.kind == .opened || phase.kind == .idle { _ = connection.end(from: phase) }
    }
    if engine.table.count == 0 { return true }
    if let abortedAt { return now >= abortedAt + Self.flushTime }
    if now >= stopBy {
      abortedAt = now
      abort()
    }
    return false
  }

  private func abort() {
    // Before the look at the connections: a request that is handed over after it sees this.
    engine.isAborting = true
    var abandoned: [PendingResponse] = []
    engine.table.forEach { connection in
      let phase = connection.phase
      if let pending = connection.current.withLock({ $0?.pending }) {
        abandoned.append(pending)
      } else if phase.kind == .receiving || phase.kind == .ending {
        _ = connection.cut(from: phase)
      }
    }
    for pending in abandoned { pending.expire(with: engine.problem(.stopping)) }
  }
}
