/// Limits the time of work that may hang, such as a request to a stopped server.
package enum TimeLimit {
  /// The time limit was reached.
  package struct Exceeded: Error {}

  /// Waits for `body` until the limit.
  ///
  /// After the limit or a cancellation of the task, `body` is canceled but not waited for. A thread that blocks
  /// forever ends with the program.
  ///
  /// - Throws: the error of `body`; ``Exceeded``; `CancellationError` if the task was canceled.
  package static func run<Result: Sendable>(
    _ limit: Duration, _ body: @escaping @Sendable () async throws -> Result
  ) async throws -> Result {
    // Takes the first result and ignores the other.
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
