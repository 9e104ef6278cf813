/// Work that may hang, such as a call of a server that was stopped.
package enum TimeLimit {
  /// The time is up.
  package struct Exceeded: Error {}

  /// Waits for `body`, but no longer than the limit.
  ///
  /// What is not done by then, or when the task is cancelled, is cancelled and left to itself: a thread that waits for
  /// an answer which never comes ends with the program.
  ///
  /// - Throws: what `body` throws; ``Exceeded``; `CancellationError` if the task was cancelled.
  package static func run<Result: Sendable>(
    _ limit: Duration, _ body: @escaping @Sendable () async throws -> Result
  ) async throws -> Result {
    // Takes the first end and drops the others.
    let (results, race) = AsyncThrowingStream.makeStream(of: Result.self)
    let work = Task {
      do {
        race.yield(try await body())
        race.finish()
      } catch {
        race.finish(throwing: error)
      }
    }
    let timer = Task {
      try await Task.sleep(for: limit)
      race.finish(throwing: Exceeded())
    }
    defer {
      work.cancel()
      timer.cancel()
    }
    for try await result in results { return result }
    throw CancellationError()
  }
}
