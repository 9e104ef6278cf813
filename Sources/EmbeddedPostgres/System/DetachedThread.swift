import Glibc

/// Work that blocks, on a thread of its own and so off the cooperative pool.
enum DetachedThread {
  /// Runs `body` on a new thread and waits for it.
  static func run<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
    try await withCheckedThrowingContinuation { continuation in
      do {
        try start {
          continuation.resume(with: Swift.Result { try body() })
        }
      } catch {
        continuation.resume(throwing: error)
      }
    }
  }

  /// Runs `body` on a new thread that nobody waits for.
  static func start(_ body: @escaping @Sendable () -> Void) throws {
    let argument = Unmanaged.passRetained(Body(run: body))
    var thread = pthread_t()
    let status = pthread_create(
      &thread, nil,
      { argument in
        guard let argument else { return nil }
        Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run()
        return nil
      }, argument.toOpaque())
    guard status == 0 else {
      argument.release()
      throw EmbeddedPostgresError(
        .systemFailure, "no thread: \(SystemError.text(status))",
        remedy: "raise the limit of processes (ulimit -u), or end other programs")
    }
    pthread_detach(thread)
  }

  private final class Body: Sendable {
    let run: @Sendable () -> Void

    init(run: @escaping @Sendable () -> Void) { self.run = run }
  }
}

/// The system's words for an error number.
enum SystemError {
  static func text(_ number: Int32) -> String {
    guard let text = strerror(number) else { return "error \(number)" }
    return String(cString: text)
  }
}
