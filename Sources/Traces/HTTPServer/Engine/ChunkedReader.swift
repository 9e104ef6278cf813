import CMicroHTTPD
import Glibc
import Synchronization
import Threads

/// Reads a chunked body from the socket, in place of libmicrohttpd.
///
/// Before 1.0, the library also accepts a bare LF in the framing of chunks, even inside an extension. A proxy that
/// requires CR LF then sees another end of the body, and forwards a request that it never checked. The connection is
/// closed after the response, so bytes after the body do not matter.
final class ChunkedReader: Sendable {
  enum Outcome: Sendable {
    case body([UInt8])
    case refused(Refusal)
    /// The client is gone, or the supervisor has cut the connection.
    case gone
  }

  private let state = Lock<Outcome?>(nil)

  /// The outcome; nil while the body is being read.
  var outcome: Outcome? { state.withLock { $0 } }

  /// Whether the library needs this reader.
  static let isNeeded = MHD_get_version().pointee == CChar(UInt8(ascii: "0"))

  private static let active = Atomic(0)
  /// Each body takes a thread until it is complete or the deadline of the request has passed.
  private static let most = 64

  /// The bytes of the body that the library has already read from the socket. They follow the header in its memory.
  ///
  /// - Parameters:
  ///   - end: the end of the header.
  ///   - position: the number of bytes that the client sent before `end`.
  ///   - limit: the maximum number of bytes after `end` in the library's memory.
  /// - Returns: nil if the number of bytes is unknown.
  static func buffered(
    after end: UnsafePointer<CChar>, at position: Int, limit: Int, on connection: Connection
  ) -> [UInt8]? {
    let count = Int(http_bytes_read(connection.descriptor)) - position
    guard (0...limit).contains(count) else { return nil }
    let bytes = Array(UnsafeRawBufferPointer(start: end, count: count))
    // After a page of blank lines or more, the count is too large. The bytes after the received ones are zeros, and in
    // the same memory, because the blank lines took no less of it.
    let hasBlankPage = count >= Engine.pageSize && bytes.suffix(Engine.pageSize).allSatisfy { $0 == 0 }
    return hasBlankPage ? nil : bytes
  }

  /// Suspends the connection and reads the body on a thread. Resumes the connection when ``outcome`` is set.
  ///
  /// - Parameter expects: whether the client waits for `100 Continue`.
  func start(
    _ handle: OpaquePointer, buffered: [UInt8], expects: Bool, share: BodyMemory.Share,
    connection: Connection, options: HTTPServer.Options
  ) throws(Refusal) {
    let busy = Refusal(503, "The server is reading too many chunked request bodies.")
    guard Self.active.add(1, ordering: .relaxed).newValue <= Self.most else {
      Self.active.subtract(1, ordering: .relaxed)
      throw busy
    }
    MHD_suspend_connection(handle)
    let suspended = LibraryPointer(value: handle)
    do throws(ThreadError) {
      try DetachedThread.start { [self] in
        let outcome = Self.read(buffered, expects: expects, share, connection, options)
        Self.active.subtract(1, ordering: .relaxed)
        state.withLock { $0 = outcome }
        MHD_resume_connection(suspended.value)
      }
    } catch {
      Self.active.subtract(1, ordering: .relaxed)
      MHD_resume_connection(handle)
      throw busy
    }
  }

  /// The descriptor is valid, because the library does not close a suspended connection.
  private static func read(
    _ buffered: [UInt8], expects: Bool, _ share: BodyMemory.Share, _ connection: Connection,
    _ options: HTTPServer.Options
  ) -> Outcome {
    var body = ChunkedBody(options: options)
    do throws(Refusal) {
      if try body.append(buffered) { return .body(body.bytes) }
      if expects, buffered.isEmpty { connection.writeContinue() }
      var buffer = [UInt8](repeating: 0, count: 65_536)
      while true {
        var source = pollfd(fd: connection.descriptor, events: Int16(POLLIN), revents: 0)
        // The supervisor shuts the socket down after the deadline, which ends this.
        guard poll(&source, 1, -1) > 0 || errno == EINTR else { return .gone }
        let count = recv(connection.descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
        if count > 0 {
          let isComplete = try body.append(buffer[..<count])
          try share.grow(to: body.bytes.count)
          if isComplete { return .body(body.bytes) }
        } else if count == 0 || (errno != EAGAIN && errno != EINTR) {
          return .gone
        }
      }
    } catch {
      return .refused(error)
    }
  }
}
