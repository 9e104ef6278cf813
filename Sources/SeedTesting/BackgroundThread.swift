import Glibc

/// A thread for what blocks, so that it does not take one of the few that the tests run on.
enum BackgroundThread {
  static func start(_ body: @escaping @Sendable () -> Void) {
    let work = Unmanaged.passRetained(Work(body))
    var thread = pthread_t()
    let status = pthread_create(
      &thread, nil,
      { argument in
        if let argument { Unmanaged<Work>.fromOpaque(argument).takeRetainedValue().run() }
        return nil
      }, work.toOpaque())
    // No thread to be had: better late than never.
    if status == 0 { pthread_detach(thread) } else { work.takeRetainedValue().run() }
  }

  private final class Work: Sendable {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
  }
}
