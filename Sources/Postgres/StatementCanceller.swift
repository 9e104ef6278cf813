import CLibPQ
import Dispatch
import Threads

/// Cancels the statement that a connection is running, from any thread.
final class StatementCanceller: Sendable {
  private struct State {
    var handle: OpaquePointer?
    var isRunning = false
  }

  private let state: Lock<State>

  init(connection: LibPQConnection) {
    state = Lock(State(handle: PQgetCancel(connection.raw)))
  }

  deinit { state.withLock { PQfreeCancel($0.handle) } }

  /// Marks the time in which a cancellation may be sent.
  func begin() { state.withLock { $0.isRunning = true } }

  /// Waits for a cancellation under way, so that it cannot hit the next statement.
  func end() { state.withLock { $0.isRunning = false } }

  /// Asks the server to cancel, if a statement is running.
  ///
  /// `PQcancel` opens a connection of its own and waits for it, so this happens on a thread that may
  /// wait, while the lock keeps ``end()`` from returning.
  func cancel() {
    DispatchQueue.global().async { [self] in
      state.withLock { state in
        guard state.isRunning, let handle = state.handle else { return }
        var reason = [CChar](repeating: 0, count: 256)
        // A failure means that the server is gone; the statement then fails by itself.
        _ = PQcancel(handle, &reason, Int32(reason.count))
      }
    }
  }
}
