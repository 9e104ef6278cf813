// Has MSG_NOSIGNAL, which Glibc does not import.
import CMicroHTTPD
import Glibc

/// Asks an HTTP server whether it responds, as the health check of a container does.
public enum HealthProbe {
  /// The time limit for connecting, for sending and for each part of the response.
  private static let timeout = timeval(tv_sec: 5, tv_usec: 0)

  /// Sends `GET path`. Blocks the thread for a few seconds at most.
  ///
  /// - Parameters:
  ///   - path: the path of the request.
  ///   - host: the address that the server listens on. For `0.0.0.0` and `::`, the loopback address is asked.
  ///   - port: the port that it listens on.
  /// - Returns: the status of the response; nil without a response.
  public static func status(of path: String, host: String, port: Int) -> Int? {
    var hints = addrinfo()
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var found: UnsafeMutablePointer<addrinfo>?
    let address = ["0.0.0.0": "127.0.0.1", "::": "::1"][host] ?? host
    guard getaddrinfo(address, "\(port)", &hints, &found) == 0, let found else { return nil }
    defer { freeaddrinfo(found) }
    var next: UnsafeMutablePointer<addrinfo>? = found
    while let address = next?.pointee {
      if let status = status(of: path, at: address) { return status }
      next = address.ai_next
    }
    return nil
  }

  private static func status(of path: String, at address: addrinfo) -> Int? {
    let socket = socket(address.ai_family, address.ai_socktype, 0)
    guard socket >= 0 else { return nil }
    defer { close(socket) }
    var limit = timeout
    for option in [SO_SNDTIMEO, SO_RCVTIMEO] {
      setsockopt(socket, SOL_SOCKET, option, &limit, socklen_t(MemoryLayout<timeval>.size))
    }
    guard connect(socket, address.ai_addr, address.ai_addrlen) == 0 else { return nil }
    let request = Array("GET \(path) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".utf8)
    guard send(socket, request, request.count, Int32(MSG_NOSIGNAL)) == request.count else { return nil }
    // "HTTP/1.1 200"
    var head = [UInt8](repeating: 0, count: 12)
    var length = 0
    while length < head.count {
      let count = recv(socket, &head[length], head.count - length, 0)
      guard count > 0 else { return nil }
      length += count
    }
    return Int(String(decoding: head.suffix(3), as: UTF8.self))
  }
}
