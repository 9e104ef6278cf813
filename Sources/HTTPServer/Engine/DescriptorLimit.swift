import Glibc

/// How many files the process may have open.
enum DescriptorLimit {
  /// What the rest of the program needs besides the connections.
  private static let reserve = 128

  /// Raises the soft limit, if need be, to what so many connections take.
  ///
  /// - Throws: ``HTTPServerError`` with code `tooFewDescriptors` if the hard limit is lower.
  static func provide(connections: Int) throws(HTTPServerError) {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
    let needed = rlim_t(connections + reserve)
    guard limit.rlim_cur < needed else { return }
    guard limit.rlim_max >= needed else {
      throw HTTPServerError(
        .tooFewDescriptors,
        "\(connections) connections need \(needed) open files; the system allows \(limit.rlim_max)",
        remedy: "Lower connectionLimit, or raise the limit: ulimit -Hn \(needed)")
    }
    limit.rlim_cur = needed
    setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
  }
}
