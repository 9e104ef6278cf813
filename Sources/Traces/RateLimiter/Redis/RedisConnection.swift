import CHiredis
import Glibc

/// A hiredis connection, closed with its last reference.
///
/// Not Sendable: it blocks, and is used only on the thread of ``RedisWorker``. Discard it after any error, because a
/// late reply would be taken for the reply to the next command.
final class RedisConnection {
  private let context: UnsafeMutablePointer<redisContext>
  private let address: RedisAddress
  private let commandTimeout: Duration
  private var tls: RedisTLS?

  /// Connects, authenticates and selects the database.
  ///
  /// Each step has its own timeout, except the lookup of a host name, for which the system offers none.
  init(_ address: RedisAddress, connectTimeout: Duration, commandTimeout: Duration) throws(RedisFailure) {
    // hiredis writes without MSG_NOSIGNAL, so SIGPIPE would end the process when Redis disconnects. Only this thread,
    // which belongs to the worker, blocks the signal.
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGPIPE)
    pthread_sigmask(SIG_BLOCK, &signals, nil)
    let limit = timeval(connectTimeout)
    let context: UnsafeMutablePointer<redisContext>? =
      switch address.place {
      case .tcp(let host, let port, _): redisConnectWithTimeout(host, Int32(port), limit)
      case .unix(let path): redisConnectUnixWithTimeout(path, limit)
      }
    guard let context else { throw RedisFailure(message: "out of memory while connecting to Redis") }
    self.context = context
    self.address = address
    self.commandTimeout = commandTimeout
    guard context.pointee.err == 0 else {
      throw RedisFailure(message: "cannot connect to Redis at \(address): \(systemMessage(connectTimeout))")
    }
    // Otherwise a child process would keep the connection open.
    _ = fcntl(context.pointee.fd, F_SETFD, FD_CLOEXEC)
    if case .tcp(let host, _, true) = address.place {
      redisSetTimeout(context, timeval(connectTimeout))
      tls = try RedisTLS(descriptor: context.pointee.fd, host: host, authorities: address.authorities)
    }
    redisSetTimeout(context, timeval(commandTimeout))
    try logIn()
  }

  deinit { redisFree(context) }

  private func logIn() throws(RedisFailure) {
    if let password = address.password {
      let reply = try ask(["AUTH"] + [address.user].compactMap(\.self) + [password])
      if case .error(let code, _) = reply {
        // Only the error code: Redis quotes the arguments of an unknown command, which may include the password.
        throw RedisFailure(
          message: """
            Redis at \(address) rejected the user or password of the connection string (\(code))
            """)
      }
    }
    if address.database != 0 {
      let reply = try ask(["SELECT", String(address.database)])
      if case .error(_, let message) = reply {
        throw RedisFailure(message: "Redis at \(address) rejected database \(address.database): \(message)")
      }
    }
  }

  /// Sends a command and reads its reply.
  func ask(_ words: [String]) throws(RedisFailure) -> RedisReply {
    var bytes: [UInt8] = []
    Self.append(words, to: &bytes)
    try send(bytes)
    return try receive()
  }

  /// Appends a command in the Redis protocol (RESP). Each word is prefixed with its length, so no value can inject a
  /// command.
  static func append(_ words: [String], to bytes: inout [UInt8]) {
    bytes += "*\(words.count)\r\n".utf8
    for word in words {
      bytes += "$\(word.utf8.count)\r\n".utf8
      bytes += word.utf8
      bytes += "\r\n".utf8
    }
  }

  /// Sends commands. Read their replies one by one with ``receive()``.
  func send(_ commands: [UInt8]) throws(RedisFailure) {
    if let tls {
      guard tls.write(commands) else { throw lost(isTimeout: false) }
      return
    }
    let status = commands.withUnsafeBytes {
      redisAppendFormattedCommand(context, $0.baseAddress?.assumingMemoryBound(to: CChar.self), $0.count)
    }
    guard status == REDIS_OK else { throw failure() }
  }

  func receive() throws(RedisFailure) -> RedisReply {
    if let tls { return try receive(tls) }
    var pointer: UnsafeMutableRawPointer?
    guard redisGetReply(context, &pointer) == REDIS_OK, let pointer else { throw failure() }
    defer { freeReplyObject(pointer) }
    return RedisReply(pointer.assumingMemoryBound(to: redisReply.self).pointee)
  }

  /// Feeds hiredis' parser with what arrives over TLS.
  private func receive(_ tls: RedisTLS) throws(RedisFailure) -> RedisReply {
    while true {
      var pointer: UnsafeMutableRawPointer?
      guard redisReaderGetReply(context.pointee.reader, &pointer) == REDIS_OK else { throw failure() }
      if let pointer {
        defer { freeReplyObject(pointer) }
        return RedisReply(pointer.assumingMemoryBound(to: redisReply.self).pointee)
      }
      switch tls.read() {
      case .timedOut: throw lost(isTimeout: true)
      case .closed: throw lost(isTimeout: false)
      case .bytes(let bytes):
        let status = bytes.withUnsafeBytes {
          redisReaderFeed(
            context.pointee.reader, $0.baseAddress?.assumingMemoryBound(to: CChar.self), $0.count)
        }
        guard status == REDIS_OK else { throw failure() }
      }
    }
  }

  private func lost(isTimeout: Bool) -> RedisFailure {
    RedisFailure(
      message: "no response from Redis at \(address): "
        + (isTimeout ? "timed out after \(commandTimeout)" : "the connection was closed"),
      isDisconnect: !isTimeout)
  }

  private func failure() -> RedisFailure {
    let error = context.pointee.err
    return RedisFailure(
      message: "no response from Redis at \(address): \(systemMessage(commandTimeout))",
      isDisconnect: !isTimeout && (error == REDIS_ERR_EOF || error == REDIS_ERR_IO))
  }

  private func systemMessage(_ limit: Duration) -> String {
    isTimeout ? "timed out after \(limit)" : RedisFailure.printable(errorText)
  }

  private var errorText: String {
    withUnsafeBytes(of: &context.pointee.errstr) { bytes in
      String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
  }

  /// Compares the text, because hiredis 0.14 has no error code for timeouts (1.0 has `REDIS_ERR_TIMEOUT`, which is 6)
  /// and `errno` may have been overwritten.
  private var isTimeout: Bool {
    if context.pointee.err == 6 { return true }
    let text = errorText
    return context.pointee.err == REDIS_ERR_IO
      && [EAGAIN, ETIMEDOUT].contains { text.hasSuffix(String(cString: strerror($0))) }
  }
}

extension timeval {
  fileprivate init(_ duration: Duration) {
    let (seconds, attoseconds) = duration.components
    self.init(tv_sec: Int(seconds), tv_usec: Int(attoseconds / 1_000_000_000_000))
  }
}
