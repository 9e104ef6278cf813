import Glibc
import Synchronization

/// A socket that listens. Closed with its last reference if not before.
final class ListeningSocket: Sendable {
  let descriptor: Int32
  /// The port that it got.
  let port: Int
  private let isClosed = Atomic(false)

  /// - Throws: ``HTTPServerError``.
  init(host: String, port: Int) throws(HTTPServerError) {
    var hints = addrinfo()
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    // No names: looking them up may block for long.
    hints.ai_flags = AI_PASSIVE | AI_NUMERICHOST | AI_NUMERICSERV
    var list: UnsafeMutablePointer<addrinfo>?
    defer { if let list { freeaddrinfo(list) } }
    guard getaddrinfo(host == "localhost" ? "127.0.0.1" : host, String(port), &hints, &list) == 0,
      let info = list?.pointee
    else {
      throw HTTPServerError(
        .invalidConfiguration, "'\(host)' is no address to listen on",
        remedy: "Give an IPv4 or IPv6 address, or localhost.")
    }
    let type = info.ai_socktype | Int32(SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
    descriptor = socket(info.ai_family, type, info.ai_protocol)
    guard descriptor >= 0 else { throw Self.failure("opened", host, port, errno) }
    do throws(HTTPServerError) {
      // The port may be taken again while old connections to it run out.
      try Self.set(descriptor, SOL_SOCKET, SO_REUSEADDR, 1, host, port)
      if info.ai_family == AF_INET6 {
        try Self.set(descriptor, Int32(IPPROTO_IPV6), IPV6_V6ONLY, host == "::" ? 0 : 1, host, port)
      }
      guard bind(descriptor, info.ai_addr, info.ai_addrlen) == 0,
        // The system cuts it to net.core.somaxconn.
        listen(descriptor, 4_096) == 0
      else { throw Self.failure("listened on", host, port, errno) }
      self.port = try Self.boundPort(descriptor, host, port)
    } catch {
      // A throwing initializer runs no deinit.
      Glibc.close(descriptor)
      throw error
    }
  }

  deinit { close() }

  func close() {
    if !isClosed.exchange(true, ordering: .acquiringAndReleasing) { Glibc.close(descriptor) }
  }

  /// Whether somebody waits to be accepted.
  var hasVisitor: Bool {
    var source = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    return poll(&source, 1, 0) > 0
  }

  private static func set(
    _ descriptor: Int32, _ level: Int32, _ option: Int32, _ value: Int32, _ host: String, _ port: Int
  ) throws(HTTPServerError) {
    var value = value
    guard setsockopt(descriptor, level, option, &value, socklen_t(MemoryLayout<Int32>.size)) == 0 else {
      throw failure("set up", host, port, errno)
    }
  }

  private static func boundPort(
    _ descriptor: Int32, _ host: String, _ port: Int
  ) throws(HTTPServerError) -> Int {
    var address = sockaddr_storage()
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    let status = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
    }
    guard status == 0 else { throw failure("asked for its port", host, port, errno) }
    // IPv4 and IPv6 have it at the same place.
    let bound = withUnsafeBytes(of: &address) { $0.loadUnaligned(fromByteOffset: 2, as: UInt16.self) }
    return Int(UInt16(bigEndian: bound))
  }

  private static func failure(
    _ verb: String, _ host: String, _ port: Int, _ error: Int32
  ) -> HTTPServerError {
    let place = host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    let message = "\(place) cannot be \(verb): \(String(cString: strerror(error)))"
    return switch error {
    case EADDRINUSE:
      HTTPServerError(
        .addressInUse, message, remedy: "Stop what listens there (ss -ltnp shows it), or take another port.")
    case EADDRNOTAVAIL:
      HTTPServerError(.addressNotAvailable, message, remedy: "Take an address of this machine: ip address")
    case EACCES:
      HTTPServerError(.permissionDenied, message, remedy: "Take a port from 1024 up.")
    default:
      HTTPServerError(.systemFailure, message, remedy: "See what the system lacks: ulimit -a; dmesg")
    }
  }
}
