import Glibc

/// Prepares the file descriptors of the process.
enum StandardDescriptors {
  /// The descriptors that a run needs in addition: connections, files, and the pipes of signals and of the concurrency
  /// runtime.
  private static let needed = 32
  /// The soft limit to set if the current one is lower: enough for 200 connections and some files.
  private static let wanted: rlim_t = 1_024

  /// Opens descriptors 0 to 2 if they are closed. Otherwise a connection or a file could get such a number and receive
  /// the program's output. Ends the process if it cannot open enough other descriptors.
  ///
  /// - Precondition: No descriptor has been opened yet.
  static func prepare() {
    for descriptor in 0...2 as ClosedRange<Int32> where fcntl(descriptor, F_GETFD) == -1 {
      // open() uses the lowest free number.
      guard open("/dev/null", O_RDWR) == descriptor else { stop("cannot open /dev/null") }
    }
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
    if limit.rlim_cur < wanted {
      limit.rlim_cur = min(wanted, limit.rlim_max)
      setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }
    var opened: [Int32] = []
    while opened.count < needed {
      let descriptor = dup(STDERR_FILENO)
      guard descriptor >= 0 else { break }
      opened.append(descriptor)
    }
    for descriptor in opened { close(descriptor) }
    guard opened.count < needed else { return }
    stop(
      "too few file descriptors: the limit is \(limit.rlim_cur), but \(needed) more than are open are required\n"
        + "Fix: raise the limit: ulimit -n \(wanted)")
  }

  private static func stop(_ message: String) -> Never {
    let bytes = Array("Error: \(message)\n".utf8)
    _ = write(STDERR_FILENO, bytes, bytes.count)
    exit(ExitCode.internalFault.rawValue)
  }
}
