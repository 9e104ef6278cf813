import Glibc
import Postgres
import Threads

/// Resolves host names and connects to ports. The system calls block, so each runs on a separate thread.
enum Reachability {
  /// A socket address of a host, and its text form.
  struct Address: Sendable, Hashable {
    let bytes: [UInt8]
    let text: String
  }

  /// Why an address cannot be reached, in the system's words.
  struct Failure: Error, Sendable, CustomStringConvertible {
    let description: String
    /// The system's error number; 0 after a timeout.
    var number: Int32 = 0
  }

  /// Resolves a host name.
  ///
  /// - Throws: ``Failure``.
  static func addresses(of host: String, port: String) async throws -> [Address] {
    try await DetachedThread.run { try resolve(host, port: port) }
  }

  /// Connects and disconnects at once.
  ///
  /// - Throws: ``Failure``.
  static func connect(to address: Address, within limit: Duration) async throws {
    try await DetachedThread.run { try open(address.bytes, within: limit) }
  }

  /// The address of a Unix socket.
  static func socket(at path: String) -> Address {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8.prefix($0.count - 1)) }
    return Address(bytes: withUnsafeBytes(of: &address) { Array($0) }, text: path)
  }

  private static func resolve(_ host: String, port: String) throws -> [Address] {
    var hints = addrinfo()
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var list: UnsafeMutablePointer<addrinfo>?
    let status = getaddrinfo(host, port, &hints, &list)
    guard status == 0 else {
      throw Failure(description: String(cString: gai_strerror(status)), number: status)
    }
    defer { freeaddrinfo(list) }
    var found: [Address] = []
    var next = list
    while let entry = next?.pointee {
      if let address = entry.ai_addr {
        var name = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        getnameinfo(
          address, entry.ai_addrlen, &name, socklen_t(name.count), nil, 0, NI_NUMERICHOST)
        let text = String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let bytes = UnsafeRawBufferPointer(start: address, count: Int(entry.ai_addrlen))
        found.append(Address(bytes: Array(bytes), text: text))
      }
      next = entry.ai_next
    }
    return found
  }

  private static func open(_ bytes: [UInt8], within limit: Duration) throws {
    let family = bytes.withUnsafeBytes { Int32($0.loadUnaligned(as: sa_family_t.self)) }
    let descriptor = Glibc.socket(family, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
    guard descriptor >= 0 else { throw failure(errno) }
    defer { close(descriptor) }
    let status = bytes.withUnsafeBytes { bytes in
      bytes.withMemoryRebound(to: sockaddr.self) {
        Glibc.connect(descriptor, $0.baseAddress, socklen_t(bytes.count))
      }
    }
    if status == 0 { return }
    guard errno == EINPROGRESS else { throw failure(errno) }
    var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
    guard poll(&waiting, 1, Int32(limit.milliseconds)) > 0 else {
      throw Failure(description: "no response within \(Text.duration(limit))")
    }
    var number: Int32 = 0
    var size = socklen_t(MemoryLayout<Int32>.size)
    getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &number, &size)
    guard number == 0 else { throw failure(number) }
  }

  private static func failure(_ number: Int32) -> Failure {
    Failure(description: strerror(number).map { String(cString: $0) } ?? "error \(number)", number: number)
  }
}
