import Threads

/// Sends requests to Redis on its own thread.
actor RedisWorker {
  struct Request: Sendable {
    let key: String
    let bucket: TokenBucket
  }

  /// Small enough that the replies fit into the socket buffer while commands are still being written.
  static let longestBatch = 256

  private let address: RedisAddress
  private let connectTimeout: Duration
  private let commandTimeout: Duration
  private let executor: ThreadExecutor
  private var connection: RedisConnection?

  nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

  init(_ address: RedisAddress, connectTimeout: Duration, commandTimeout: Duration) throws(RateLimitError) {
    do {
      executor = try ThreadExecutor()
    } catch {
      throw RateLimitError(
        code: .resourcesExhausted, message: "cannot start a thread for the Redis connection")
    }
    self.address = address
    self.connectTimeout = connectTimeout
    self.commandTimeout = commandTimeout
  }

  /// Sends all requests in one write. If it throws, the next call reconnects.
  func decide(_ requests: [Request]) throws(RedisFailure) -> [RateLimitDecision] {
    var decisions = [RateLimitDecision?](repeating: nil, count: requests.count)
    let isReused = connection != nil
    do {
      try exchange(.digest, requests, &decisions)
    } catch {
      // Redis closes idle connections and may have restarted, so retry once on a new connection. It may already have
      // counted requests that it did not reply to. Taking one token too many is the lesser problem.
      guard isReused, error.isDisconnect else { throw error }
      try exchange(.digest, requests, &decisions)
    }
    if decisions.contains(nil) { try exchange(.source, requests, &decisions) }
    let complete = decisions.compactMap(\.self)
    guard complete.count == requests.count else {
      throw RedisFailure(message: "Redis at \(address) does not cache the script of the rate limiter")
    }
    return complete
  }

  /// Sends the undecided requests and reads as many replies. Requests that get NOSCRIPT stay undecided.
  private func exchange(
    _ call: TokenBucketScript.Call, _ requests: [Request], _ decisions: inout [RateLimitDecision?]
  ) throws(RedisFailure) {
    let connection =
      if let connection { connection } else {
        try RedisConnection(address, connectTimeout: connectTimeout, commandTimeout: commandTimeout)
      }
    // Kept only once all replies have been read: an unread one would be taken for the reply to the next command.
    self.connection = nil
    let undecided = decisions.indices.filter { decisions[$0] == nil }
    var commands: [UInt8] = []
    for index in undecided {
      let request = requests[index]
      RedisConnection.append(
        TokenBucketScript.command(call, key: request.key, bucket: request.bucket), to: &commands)
    }
    try connection.send(commands)
    for index in undecided {
      let reply = try connection.receive()
      if let decision = TokenBucketScript.decision(reply, requests[index].bucket) {
        decisions[index] = decision
      } else if case .error(let code, let message) = reply {
        guard code == "NOSCRIPT" else {
          throw RedisFailure(message: "Redis at \(address) returned an error: \(message)")
        }
      } else {
        throw RedisFailure(message: "Redis at \(address) returned an unexpected reply")
      }
    }
    self.connection = connection
  }
}
