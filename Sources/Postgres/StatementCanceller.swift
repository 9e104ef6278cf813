import CLibPQ
import Dispatch
import Threads

/// Cancels the statement that a connection is running, from any thread.
final class StatementCanceller: Sendable {
  private struct State {
    var handle: OpaquePointer?
    var isRunning = false
    /// How many statements have begun.
    var statement = 0
  }

  private let state: Lock<State>

  init(connection: LibPQConnection) {
    state = Lock(State(handle: PQgetCancel(connection.raw)))
  }

  deinit { state.withLock { PQfreeCancel($0.handle) } }

  /// Marks the time in which a cancellation may be sent.
  func begin() {
    state.withLock { state in
      state.isRunning = true
      state.statement += 1
    }
  }

  /// Waits for a cancellation under way, so that it cannot hit the next statement.
  func end() { state.withLock { $0.isRunning = false } }

  /// Asks the server to cancel the statement that is running, if one is.
  ///
  /// `PQcancel` opens a connection of its own and waits for it, so this happens on a thread that may
  /// wait, while the lock keeps ``end()`` from returning.
  func cancel() {
    let statement = state.withLock { $0.isRunning ? $0.statement : nil }
    guard let statement else { return }
    DispatchQueue.global().async { self.cancel(statement, pause: .milliseconds(20)) }
  }

  /// A server that has not begun with the statement yet takes no notice of a cancellation, and does not say
  /// so: it is asked again until the statement has ended.
  private func cancel(_ statement: Int, pause: DispatchTimeInterval) {
    let isOver = state.withLock { state in
      guard state.isRunning, state.statement == statement, let handle = state.handle else { return true }
      var reason = [CChar](repeating: 0, count: 256)
      // A failure means that the server is gone; the statement then fails by itself.
      return PQcancel(handle, &reason, Int32(reason.count)) == 0
    }
    guard !isOver else { return }
    DispatchQueue.global().asyncAfter(deadline: .now() + pause) {
      self.cancel(statement, pause: .milliseconds(500))
    }
  }
}
