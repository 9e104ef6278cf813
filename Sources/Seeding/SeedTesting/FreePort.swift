import Glibc
import Threads

/// A port of 127.0.0.1 that nobody listens at.
package enum FreePort {
  private static let given = Lock<Set<UInt16>>([])

  /// Finds a port, never the same twice.
  ///
  /// Below those that the system gives to servers and clients that ask for any (from 32768 on): whoever looks
  /// for a server at this port must not meet that of another test.
  ///
  /// - Throws: ``ChildProcess/StartFailure`` if there is none.
  package static func find() throws -> UInt16 {
    for _ in 0..<1_000 {
      let port = UInt16.random(in: 20_000..<32_768)
      guard given.withLock({ $0.insert(port).inserted }), isFree(port) else { continue }
      return port
    }
    throw ChildProcess.StartFailure(description: "no free port")
  }

  private static func isFree(_ port: UInt16) -> Bool {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
    address.sin_port = port.bigEndian
    return withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
      }
    }
  }
}
