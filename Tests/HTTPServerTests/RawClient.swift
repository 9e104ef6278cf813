import Glibc
import Threads

/// A client that sends arbitrary bytes over a blocking socket.
///
/// Its calls run on separate threads, so that they do not block the threads of the tests.
final class RawClient: Sendable {
  /// No response was received, or an invalid one.
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  struct Response: Sendable {
    let status: Int
    let headers: [String: String]
    let body: String

    /// Whether the body is a problem document (RFC 9457).
    var isProblem: Bool {
      headers["content-type"] == "application/problem+json" && body.contains(#""status":\#(status),"#)
        && body.contains(#""title":"#) && body.contains(#""detail":"#) && body.contains(#""type":"#)
    }
  }

  let descriptor: Int32
  private let unread = Bytes()

  /// Received bytes that have not been consumed.
  private final class Bytes: @unchecked Sendable {
    // @unchecked: a test makes one call at a time.
    var value: [UInt8] = []
  }

  /// - Parameter receiveBuffer: the size in bytes; small to simulate a client that reads slowly.
  init(port: Int?, receiveBuffer: Int32? = nil) throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    if var receiveBuffer {
      setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &receiveBuffer, 4)
    }
    // A timeout, so that a test fails instead of hanging.
    var patience = timeval(tv_sec: 60, tv_usec: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(port ?? 0).bigEndian
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    let status = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard status == 0 else {
      throw Failure(description: "cannot connect: \(String(cString: strerror(errno)))")
    }
  }

  deinit { close(descriptor) }

  /// Sends all bytes, or as many as the server accepts before it closes the connection.
  func send(_ text: String) async { await send(Array(text.utf8)) }

  /// Sends all bytes, or as many as the server accepts before it closes the connection.
  func send(_ bytes: [UInt8]) async {
    await Self.blocking { [self] in
      var rest = bytes[...]
      while !rest.isEmpty {
        let count = rest.withUnsafeBytes {
          Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
        }
        guard count > 0 else { return }
        rest = rest.dropFirst(count)
      }
    }
  }

  /// The next response. Interim responses (100) are returned separately.
  func receive(toHead: Bool = false) async throws -> Response {
    try await Self.blocking { [self] in try readResponse(toHead: toHead) }
  }

  /// Sends a request and receives the response.
  func exchange(_ text: String) async throws -> Response {
    await send(text)
    return try await receive()
  }

  /// Whether the server closes the connection without sending anything else.
  func isClosed() async -> Bool {
    await Self.blocking { [self] in unread.value.isEmpty && !fill() && errno != EAGAIN }
  }

  /// Discards bytes until the server closes the connection.
  func receiveRest() async {
    await Self.blocking { [self] in
      while fill() {}
      unread.value = []
    }
  }

  /// Shuts down the sending side.
  func finishSending() { shutdown(descriptor, Int32(SHUT_WR)) }

  private func readResponse(toHead: Bool) throws -> Response {
    while unread.value.firstRange(of: Array("\r\n\r\n".utf8)) == nil {
      guard fill() else { throw Failure(description: "the connection ended within a header") }
    }
    guard let end = unread.value.firstRange(of: Array("\r\n\r\n".utf8)) else { preconditionFailure() }
    let head = String(decoding: unread.value[..<end.lowerBound], as: UTF8.self)
    unread.value.removeSubrange(..<end.upperBound)
    let lines = head.split(separator: "\r\n")
    guard let first = lines.first, first.hasPrefix("HTTP/1."), let status = Int(first.dropFirst(9).prefix(3))
    else { throw Failure(description: "no status line: \(head.prefix(80))") }
    var headers: [String: String] = [:]
    for line in lines.dropFirst() {
      let name = line.prefix { $0 != ":" }
      headers[name.lowercased()] = String(line.dropFirst(name.count + 1).drop { $0 == " " })
    }
    let length = toHead || status == 100 ? 0 : Int(headers["content-length"] ?? "0") ?? 0
    while unread.value.count < length {
      guard fill() else { throw Failure(description: "the connection ended within a body") }
    }
    let body = String(decoding: unread.value.prefix(length), as: UTF8.self)
    unread.value.removeFirst(length)
    return Response(status: status, headers: headers, body: body)
  }

  /// - Returns: false if the connection has ended, or with `EAGAIN` if nothing has come for a minute.
  private func fill() -> Bool {
    var buffer = [UInt8](repeating: 0, count: 65_536)
    errno = 0
    let count = recv(descriptor, &buffer, buffer.count, 0)
    guard count > 0 else { return false }
    unread.value += buffer[..<count]
    return true
  }

  /// Runs a blocking call on a separate thread.
  static func blocking<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value
  {
    try await DetachedThread.run(body)
  }

  static func blocking<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value {
    await withCheckedContinuation { continuation in
      do {
        try DetachedThread.start { continuation.resume(returning: body()) }
      } catch {
        // If no thread can be started, run it here.
        continuation.resume(returning: body())
      }
    }
  }
}
