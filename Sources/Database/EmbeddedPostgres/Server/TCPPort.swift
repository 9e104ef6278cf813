import Glibc

/// TCP ports of this machine.
package enum TCPPort {
  /// The first free port from `port` among the next hundred; nil if there is none.
  static func firstFree(from port: Int) -> Int? {
    (port..<min(port + 100, 65536)).first(where: isFree)
  }

  /// Whether the port is free on 127.0.0.1 and, if available, on ::1.
  ///
  /// Both are checked, because PostgreSQL starts even if it gets only one of its addresses, and the other could
  /// then belong to another program.
  package static func isFree(_ port: Int) -> Bool {
    var four = sockaddr_in()
    four.sin_family = sa_family_t(AF_INET)
    four.sin_port = in_port_t(port).bigEndian
    four.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var six = sockaddr_in6()
    six.sin6_family = sa_family_t(AF_INET6)
    six.sin6_port = in_port_t(port).bigEndian
    inet_pton(AF_INET6, "::1", &six.sin6_addr)
    return canBind(AF_INET, &four) && canBind(AF_INET6, &six)
  }

  private static func canBind<Address>(_ family: Int32, _ address: inout Address) -> Bool {
    let descriptor = socket(family, Int32(SOCK_STREAM.rawValue), 0)
    // Without the address family, no program can use the port.
    guard descriptor >= 0 else { return true }
    defer { close(descriptor) }
    var yes: Int32 = 1
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
    let length = socklen_t(MemoryLayout<Address>.size)
    let status = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, length) }
    }
    return status == 0 || errno == EADDRNOTAVAIL
  }
}
