import CMicroHTTPD
import Threads

/// The response to a request whose connection is suspended: given once, by the handler, by the supervisor when the
/// handler takes too long, or by the server when it stops.
final class PendingResponse: Sendable {
  private struct State {
    var response: HTTPResponse?
    var task: Task<Void, Never>?
  }

  private let state = Lock(State())
  private let suspended: LibraryPointer

  init(suspended: LibraryPointer) { self.suspended = suspended }

  var response: HTTPResponse? { state.withLock { $0.response } }

  /// Remembers the handler's task, to cancel it; at once if the response has been given for it.
  func attach(_ task: Task<Void, Never>) {
    let isLate = state.withLock { state in
      state.task = task
      return state.response != nil
    }
    if isLate { task.cancel() }
  }

  /// Gives the response and wakes the connection. A second response is dropped.
  func finish(with response: HTTPResponse) {
    let isFirst = state.withLock { state in
      guard state.response == nil else { return false }
      state.response = response
      return true
    }
    if isFirst { MHD_resume_connection(suspended.value) }
  }

  /// Gives the response in the handler's place and cancels its task.
  func expire(with response: HTTPResponse) {
    finish(with: response)
    guard let task = state.withLock({ $0.task }) else { return }
    // Cancellation handlers are the program's. The supervisor should not run them.
    Task { task.cancel() }
  }
}
