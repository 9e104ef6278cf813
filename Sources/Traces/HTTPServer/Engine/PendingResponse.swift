import CMicroHTTPD
import Threads

/// The response to a request that a handler has: given once, by the handler, by the supervisor when the handler takes
/// too long, or by the server when it stops.
final class PendingResponse: Sendable {
  private struct State {
    var response: HTTPResponse?
    var task: Task<Void, Never>?
    var suspended: LibraryPointer?
  }

  private let state = Lock(State())

  var response: HTTPResponse? { state.withLock { $0.response } }

  /// Remembers the handler's task, to cancel it; at once if the response has been given for it.
  func attach(_ task: Task<Void, Never>) {
    let isLate = state.withLock { state in
      state.task = task
      return state.response != nil
    }
    if isLate { task.cancel() }
  }

  /// Suspends the connection until there is a response; returns the response if there is one already. On the
  /// connection's thread.
  func suspend(_ connection: OpaquePointer) -> HTTPResponse? {
    state.withLock { state in
      if state.response == nil {
        MHD_suspend_connection(connection)
        state.suspended = LibraryPointer(value: connection)
      }
      return state.response
    }
  }

  /// Gives the response and wakes the connection. A second response is dropped.
  func finish(with response: HTTPResponse) {
    let suspended: LibraryPointer? = state.withLock { state in
      guard state.response == nil else { return nil }
      state.response = response
      return state.suspended
    }
    if let suspended { MHD_resume_connection(suspended.value) }
  }

  /// Gives the response in the handler's place and cancels its task.
  func expire(with response: HTTPResponse) {
    finish(with: response)
    guard let task = state.withLock({ $0.task }) else { return }
    // Cancellation handlers are the program's. The supervisor should not run them.
    Task { task.cancel() }
  }
}
