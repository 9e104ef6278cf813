import CMicroHTTPD
import Glibc
import Threads

/// The thread that accepts connections, enforces their deadlines and limits, and stops the server. All members are
/// used on this thread only.
final class ConnectionSupervisor {
  private let engine: Engine
  private let library: LibraryPointer
  private let lateResponse: HTTPResponse
  private var nextRound: Milliseconds = 0
  /// No connection can be accepted: the connection limit or the limit of open files is reached.
  private var isFull = false
  private var abortedAt: Milliseconds?

  init(engine: Engine, library: LibraryPointer) {
    self.engine = engine
    self.library = library
    lateResponse = engine.problem(.late)
  }

  func run() {
    while true {
      wait()
      if let stopBy = engine.stopBy, isDrained(by: stopBy) { break }
      if !engine.isStopping { accept() }
      let now = Clock.now
      if now >= nextRound {
        nextRound = now + engine.options.tick
        enforceDeadlines(at: now)
      }
    }
    MHD_stop_daemon(library.value)
    engine.stopped()
  }

  /// How long a stopping server waits until its last responses have been sent, in milliseconds.
  private static let flushTime: Milliseconds = 1_000
  /// How often a full or stopping server checks for closed connections, in milliseconds.
  private static let shortTick: Milliseconds = 20

  private func wait() {
    let now = Clock.now
    var pause = nextRound > now ? nextRound - now : 0
    let isAccepting = !isFull && !engine.isStopping
    if !isAccepting { pause = min(pause, Self.shortTick) }
    var source = pollfd(fd: engine.listener.descriptor, events: Int16(POLLIN), revents: 0)
    poll(&source, isAccepting ? 1 : 0, Int32(pause))
  }

  // MARK: Accepting

  private func accept() {
    isFull = false
    for _ in 0..<64 {
      guard engine.table.count < engine.options.connectionLimit else {
        if engine.listener.hasVisitor { becomeFull() }
        return
      }
      var peer = sockaddr_storage()
      var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
      let (descriptor, address) = withUnsafeMutablePointer(to: &peer) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { peer in
          let flags = Int32(SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
          let descriptor = accept4(engine.listener.descriptor, peer, &length, flags)
          return (descriptor, descriptor < 0 ? "" : Self.text(peer, length))
        }
      }
      guard descriptor >= 0 else {
        switch errno {
        case EMFILE, ENFILE, ENOBUFS, ENOMEM: return becomeFull()
        case EINTR, ECONNABORTED: continue
        default: return
        }
      }
      if let limit = engine.options.connectionLimitPerAddress,
        engine.table.count(from: address) >= limit
      {
        close(descriptor)
        continue
      }
      let connection = Connection(descriptor: descriptor, address: address)
      engine.table.insert(connection)
      let isAdded = withUnsafePointer(to: &peer) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          MHD_add_connection(library.value, descriptor, $0, length) == .YES
        }
      }
      // If adding failed, the library has already closed the descriptor.
      if !isAdded { engine.table.remove(connection) }
    }
  }

  /// The address as text. An IPv4-mapped IPv6 address is written as IPv4.
  private static func text(_ peer: UnsafePointer<sockaddr>, _ length: socklen_t) -> String {
    var buffer = [CChar](repeating: 0, count: Int(NI_MAXHOST))
    getnameinfo(peer, length, &buffer, socklen_t(buffer.count), nil, 0, NI_NUMERICHOST)
    let text = String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    return text.hasPrefix("::ffff:") && text.contains(".") ? String(text.dropFirst(7)) : text
  }

  private func becomeFull() {
    isFull = true
    engine.table.closeLongestWaiting(at: Clock.now)
  }

  // MARK: Deadlines

  private func enforceDeadlines(at now: Milliseconds) {
    var late: [(Connection, Connection.Current?)] = []
    var abandoned: [PendingResponse] = []
    engine.table.forEach { connection in
      let phase = connection.phase
      guard phase.isOverdue(at: now, engine.options) else { return }
      switch phase.kind {
      case .opened, .idle: connection.end(from: phase)
      case .receiving:
        // Read it first: after the cut, the library may release it at any time.
        let current = connection.current
        if connection.cut(from: phase, lastWords: lateResponse.lastBytes) {
          late.append((connection, current))
        }
      case .sending, .ending: connection.cut(from: phase)
      case .handling:
        if let pending = connection.current?.pending { abandoned.append(pending) }
      case .closed: break
      }
    }
    // Outside of the lock, because these call the application's closures.
    for (connection, current) in late {
      engine.report(connection, current, status: lateResponse.status, bytes: lateResponse.body.count)
    }
    for pending in abandoned { pending.expire(with: engine.problem(.timedOut)) }
  }

  // MARK: Stopping

  /// Advances the shutdown. Returns true when there is nothing left to wait for.
  private func isDrained(by stopBy: Milliseconds) -> Bool {
    let now = Clock.now
    if !engine.isStopping {
      engine.listener.close()
      engine.beginStopping()
    }
    engine.table.forEach { connection in
      let phase = connection.phase
      if phase.kind == .opened || phase.kind == .idle { connection.end(from: phase) }
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
    // Set this before looking at the connections, so that requests dispatched afterwards see it.
    engine.beginAborting()
    var abandoned: [PendingResponse] = []
    engine.table.forEach { connection in
      let phase = connection.phase
      if let pending = connection.current?.pending {
        abandoned.append(pending)
      } else if phase.kind == .receiving || phase.kind == .ending {
        connection.cut(from: phase)
      }
    }
    for pending in abandoned { pending.expire(with: engine.problem(.stopping)) }
  }
}
