import Glibc

/// The descriptors that a process starts with.
enum StandardDescriptors {
  /// What a run needs beside them: connections, the pipes of signals and of the concurrency runtime, files.
  private static let needed = 32
  /// The limit that is set where a lower one may be raised: two hundred connections and some files.
  private static let wanted: rlim_t = 1_024

  /// Opens descriptors 0 to 2 where they are closed, so that no connection or file takes the place of one and gets
  /// what is meant for a person; ends the process if it may open too few others.
  ///
  /// - Precondition: nothing was opened yet.
  static func prepare() {
    for descriptor in 0...2 as ClosedRange<Int32> where fcntl(descriptor, F_GETFD) == -1 {
      // Takes the lowest free number.
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
      "the process can open \(limit.rlim_cur) files, which is too few: it needs \(needed) more than are open\n"
        + "Fix: raise the limit: ulimit -n \(wanted)")
  }

  private static func stop(_ message: String) -> Never {
    let bytes = Array("Error: \(message)\n".utf8)
    _ = write(STDERR_FILENO, bytes, bytes.count)
    exit(ExitCode.internalFault.rawValue)
  }
}
