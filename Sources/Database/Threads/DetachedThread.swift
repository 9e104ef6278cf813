import Glibc

/// Runs blocking work on a separate thread, outside the cooperative pool.
package enum DetachedThread {
  /// Runs `body` on a new thread and waits for its result.
  ///
  /// - Throws: the error of `body`; ``ThreadError`` if no thread can be created.
  package static func run<Result: Sendable>(
    _ body: @escaping @Sendable () throws -> Result
  ) async throws -> Result {
    try await withCheckedThrowingContinuation { continuation in
      do {
        try start { continuation.resume(with: Swift.Result { try body() }) }
      } catch {
        continuation.resume(throwing: error)
      }
    }
  }

  /// Runs `body` on a new thread without waiting for it.
  ///
  /// - Throws: ``ThreadError`` if no thread can be created.
  package static func start(_ body: @escaping @Sendable () -> Void) throws(ThreadError) {
    // Retained here. Released by the thread, or below if there is none.
    let work = Unmanaged.passRetained(Work(body))
    var thread = pthread_t()
    let status = pthread_create(
      &thread, nil,
      { argument in
        if let argument { Unmanaged<Work>.fromOpaque(argument).takeRetainedValue().run() }
        return nil
      }, work.toOpaque())
    guard status == 0 else {
      work.release()
      throw ThreadError(number: status)
    }
    pthread_detach(thread)
  }

  private final class Work: Sendable {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
  }
}

/// The system cannot create a thread.
package struct ThreadError: Error, CustomStringConvertible {
  /// The system's error number.
  package let number: Int32

  /// The system's message.
  package var description: String {
    strerror(number).map { String(cString: $0) } ?? "error \(number)"
  }

  /// How to fix it.
  package static let fix = "raise the process limit (ulimit -u), or end other programs"
}
