import Glibc
import Synchronization
import Threads

/// What other threads tell the supervisor.
final class SupervisorInbox: Sendable {
  /// Readable when there is something to do.
  let wakeDescriptor: Int32
  private let wakeSource: Int32

  private struct Content {
    var lingering: [Int32] = []
    var stopBy: Milliseconds?
    var isStopped = false
    var waiters: [CheckedContinuation<Void, Never>] = []
  }

  private let content = Lock(Content())
  private let awaitsClosing = Atomic(false)

  /// - Throws: ``HTTPServerError`` with code `systemFailure`.
  init() throws(HTTPServerError) {
    var ends: [Int32] = [0, 0]
    let type = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
    guard socketpair(AF_UNIX, type, 0, &ends) == 0 else {
      throw HTTPServerError(
        .systemFailure, "no socket for the HTTP server: \(String(cString: strerror(errno)))",
        remedy: "See whether the system has open files left: ulimit -n")
    }
    (wakeDescriptor, wakeSource) = (ends[0], ends[1])
  }

  deinit {
    close(wakeDescriptor)
    close(wakeSource)
  }

  private func wake() {
    var byte: UInt8 = 0
    // If it is full, the supervisor wakes anyway.
    _ = send(wakeSource, &byte, 1, Int32(MSG_NOSIGNAL | MSG_DONTWAIT))
  }

  // MARK: From the library's threads

  /// Has a socket that is about to be closed drained for a while, so that the client gets to read
  /// the answer.
  func linger(_ descriptor: Int32) {
    let own = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
    guard own >= 0 else { return }
    shutdown(own, Int32(SHUT_WR))
    content.withLock { $0.lingering.append(own) }
    wake()
  }

  func connectionClosed() {
    if awaitsClosing.load(ordering: .sequentiallyConsistent) { wake() }
  }

  // MARK: From the server

  /// Asks for a stop and waits for it. The shortest grace of several holds.
  func stop(by deadline: Milliseconds) async {
    await withCheckedContinuation { continuation in
      let isStopped = content.withLock { content in
        if content.isStopped { return true }
        content.waiters.append(continuation)
        content.stopBy = min(content.stopBy ?? .max, deadline)
        return false
      }
      if isStopped { continuation.resume() } else { wake() }
    }
  }

  // MARK: From the supervisor

  /// Whether each closed connection is worth a call.
  func awaitClosing(_ value: Bool) { awaitsClosing.store(value, ordering: .sequentiallyConsistent) }

  func takeLingering() -> [Int32] {
    content.withLock { content in
      defer { content.lingering = [] }
      return content.lingering
    }
  }

  var stopBy: Milliseconds? { content.withLock { $0.stopBy } }

  func emptyWakeDescriptor() {
    var bytes = [UInt8](repeating: 0, count: 256)
    while recv(wakeDescriptor, &bytes, bytes.count, Int32(MSG_DONTWAIT)) == bytes.count {}
  }

  func stopped() {
    let waiters = content.withLock { content in
      content.isStopped = true
      defer { content.waiters = [] }
      return content.waiters
    }
    for waiter in waiters { waiter.resume() }
  }
}
