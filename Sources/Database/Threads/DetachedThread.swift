import Glibc

/// Work that blocks, on a thread of its own and so off the cooperative pool.
package enum DetachedThread {
  /// Runs `body` on a new thread and waits for it.
  ///
  /// - Throws: what `body` throws; ``ThreadError`` if the system has no thread left.
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

  /// Runs `body` on a new thread that nobody waits for.
  ///
  /// - Throws: ``ThreadError`` if the system has no thread left.
  package static func start(_ body: @escaping @Sendable () -> Void) throws(ThreadError) {
    // Retained here and released by the thread, or below if there is none.
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

/// The system has no thread left.
package struct ThreadError: Error, CustomStringConvertible {
  /// The system's error number.
  package let number: Int32

  /// The system's words.
  package var description: String {
    strerror(number).map { String(cString: $0) } ?? "error \(number)"
  }

  /// What to do about it.
  package static let fix = "raise the process limit (ulimit -u), or end other programs"
}
