import Glibc
import Threads

/// A listening TCP socket on the loopback address.
final class RawListener: Sendable {
  struct Failure: Error {}

  let port: Int
  private let descriptor: Int32

  init() throws {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    self.descriptor = descriptor
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let status = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
        bind(descriptor, pointer, size) == 0 && listen(descriptor, 16) == 0
          && getsockname(descriptor, pointer, &size) == 0
      }
    }
    guard status else { throw Failure() }
    port = Int(UInt16(bigEndian: address.sin_port))
  }

  /// Reads from each connection, sends the bytes, and closes it.
  func serve(_ answer: [UInt8]) throws {
    let descriptor = descriptor
    try DetachedThread.start {
      while true {
        let client = accept(descriptor, nil, nil)
        guard client >= 0 else { return }
        var buffer = [UInt8](repeating: 0, count: 65_536)
        _ = recv(client, &buffer, buffer.count, 0)
        _ = send(client, answer, answer.count, Int32(MSG_NOSIGNAL))
        shutdown(client, Int32(SHUT_WR))
        // Unread bytes would reset the connection.
        while recv(client, &buffer, buffer.count, 0) > 0 {}
        close(client)
      }
    }
  }

  /// Wakes the thread so that it ends.
  func stop() {
    shutdown(descriptor, Int32(SHUT_RDWR))
    close(descriptor)
  }
}

extension RawListener {
  /// A port without a listener.
  static func freePort() throws -> Int {
    let listener = try RawListener()
    defer { listener.stop() }
    return listener.port
  }

  /// Whether a server is listening on the port.
  static func isListening(_ port: Int) -> Bool {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(port).bigEndian
    address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
    return withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
      }
    }
  }
}
