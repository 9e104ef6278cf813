import Threads

/// Work that may hang, such as a call of a server that was stopped.
enum TimeLimit {
  /// The time is up.
  struct Exceeded: Error {}

  /// Waits for `body`, but no longer than the limit.
  ///
  /// What is not done by then is cancelled and left to itself: a thread that waits for an answer which
  /// never comes ends with the program.
  ///
  /// - Throws: what `body` throws; ``Exceeded``; `CancellationError` if the task was cancelled.
  static func run<Result: Sendable>(
    _ limit: Duration, _ body: @escaping @Sendable () async throws -> Result
  ) async throws -> Result {
    let race = Race<Result>()
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        race.begin(continuation)
        let work = Task {
          do {
            race.end(.success(try await body()))
          } catch {
            race.end(.failure(error))
          }
        }
        Task {
          try? await Task.sleep(for: limit)
          if race.end(.failure(Exceeded())) { work.cancel() }
        }
      }
    } onCancel: {
      race.end(.failure(CancellationError()))
    }
  }

  /// Resumes a continuation with whatever comes first.
  private final class Race<Value: Sendable>: Sendable {
    private struct State {
      var continuation: CheckedContinuation<Value, any Error>?
      var early: Result<Value, any Error>?
      var isOver = false
    }

    private let state = Lock(State())

    func begin(_ continuation: CheckedContinuation<Value, any Error>) {
      let early = state.withLock { state -> Result<Value, any Error>? in
        guard let early = state.early else {
          state.continuation = continuation
          return nil
        }
        return early
      }
      if let early { continuation.resume(with: early) }
    }

    @discardableResult
    func end(_ result: Result<Value, any Error>) -> Bool {
      let (isFirst, continuation) = state.withLock {
        state -> (Bool, CheckedContinuation<Value, any Error>?) in
        guard !state.isOver else { return (false, nil) }
        state.isOver = true
        if state.continuation == nil { state.early = result }
        defer { state.continuation = nil }
        return (true, state.continuation)
      }
      continuation?.resume(with: result)
      return isFirst
    }
  }
}
