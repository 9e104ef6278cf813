import CMicroHTTPD
import Glibc
import Threads

/// A listening socket, closed with its last reference at the latest.
final class ListeningSocket: Sendable {
  let descriptor: Int32
  /// The bound port.
  let port: Int
  private let isOpen = Lock(true)

  /// - Throws: ``HTTPServerError``.
  init(host: String, port: Int) throws(HTTPServerError) {
    var hints = addrinfo()
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    // Numeric hosts only: a name lookup may block for long.
    hints.ai_flags = AI_PASSIVE | AI_NUMERICHOST | AI_NUMERICSERV
    var list: UnsafeMutablePointer<addrinfo>?
    defer { if let list { freeaddrinfo(list) } }
    guard getaddrinfo(host == "localhost" ? "127.0.0.1" : host, String(port), &hints, &list) == 0,
      let info = list?.pointee
    else {
      throw HTTPServerError(
        .invalidConfiguration, "'\(host)' is not an address to listen on",
        fix: "Use an IPv4 address, an IPv6 address, or localhost.")
    }
    let type = info.ai_socktype | Int32(SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
    let descriptor = socket(info.ai_family, type, info.ai_protocol)
    self.descriptor = descriptor
    guard descriptor >= 0 else { throw Self.failure(host, port, errno) }
    var (yes, onlyIPv6): (Int32, Int32) = (1, host == "::" ? 0 : 1)
    var address = sockaddr_storage()
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    let size = socklen_t(MemoryLayout<Int32>.size)
    // Allows binding to a port whose old connections are in TIME_WAIT.
    guard setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, size) == 0,
      info.ai_family != AF_INET6
        || setsockopt(descriptor, Int32(IPPROTO_IPV6), IPV6_V6ONLY, &onlyIPv6, size) == 0,
      bind(descriptor, info.ai_addr, info.ai_addrlen) == 0,
      // The kernel caps the backlog at net.core.somaxconn.
      listen(descriptor, 4_096) == 0,
      withUnsafeMutablePointer(
        to: &address,
        { pointer in
          pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
        }) == 0
    else {
      let error = errno
      // A throwing initializer does not run deinit.
      Glibc.close(descriptor)
      throw Self.failure(host, port, error)
    }
    // The port is at the same offset in IPv4 and IPv6 addresses.
    let bound = withUnsafeBytes(of: &address) { $0.loadUnaligned(fromByteOffset: 2, as: UInt16.self) }
    self.port = Int(UInt16(bigEndian: bound))
  }

  deinit { close() }

  func close() {
    isOpen.withLock { isOpen in
      if isOpen { Glibc.close(descriptor) }
      isOpen = false
    }
  }

  /// Wakes a thread that polls the socket. No connections are accepted from then on.
  func wakePoll() { isOpen.withLock { if $0 { shutdown(descriptor, Int32(SHUT_RDWR)) } } }

  /// Whether a connection is waiting to be accepted.
  var hasVisitor: Bool {
    var source = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    return poll(&source, 1, 0) > 0
  }

  private static func failure(_ host: String, _ port: Int, _ error: Int32) -> HTTPServerError {
    let place = host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    let message = "cannot listen on \(place): \(String(cString: strerror(error)))"
    return switch error {
    case EADDRINUSE:
      HTTPServerError(
        .addressInUse, message, fix: "Stop the program that uses it (ss -ltnp shows it), or use another port."
      )
    case EADDRNOTAVAIL:
      HTTPServerError(
        .addressNotAvailable, message, fix: "Use an address of this machine. ip address lists them.")
    case EACCES: HTTPServerError(.permissionDenied, message, fix: "Use port 1024 or higher.")
    default:
      HTTPServerError(.systemFailure, message, fix: "Check the resources of the system: ulimit -a; dmesg")
    }
  }

  /// Raises the soft limit of open files, if necessary, to what the connections and the rest of the program need.
  ///
  /// - Throws: ``HTTPServerError`` with code `tooFewDescriptors` if the hard limit is lower.
  static func provideDescriptors(connections: Int) throws(HTTPServerError) {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
    let needed = rlim_t(connections + 128)
    guard limit.rlim_cur < needed else { return }
    guard limit.rlim_max >= needed else {
      throw HTTPServerError(
        .tooFewDescriptors,
        "\(connections) connections need \(needed) open files, but the limit is \(limit.rlim_max)",
        fix: "Lower connectionLimit, or raise the limit: ulimit -Hn \(needed)")
    }
    limit.rlim_cur = needed
    setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
  }
}
