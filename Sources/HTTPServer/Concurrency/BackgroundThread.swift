import Glibc

/// A thread for what blocks.
enum BackgroundThread {
  /// Runs `body` on a thread of its own.
  ///
  /// - Throws: ``HTTPServerError`` with code `systemFailure` if the system has none left.
  static func start(_ body: @escaping @Sendable () -> Void) throws(HTTPServerError) {
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
      throw HTTPServerError(
        .systemFailure, "no thread for the HTTP server: \(String(cString: strerror(status)))",
        remedy: "See whether the system has threads left: ulimit -u")
    }
    pthread_detach(thread)
  }

  private final class Work: Sendable {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
  }
}
