import Threads

/// Asks Redis on a thread of its own.
actor RedisWorker {
  struct Request: Sendable {
    let key: String
    let bucket: TokenBucket
  }

  /// Small enough that Redis's answers fit into the socket's buffer while we are still writing.
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

  /// Sends all requests in one write; the next call connects anew if this one fails.
  func decide(_ requests: [Request]) throws(RedisFailure) -> [RateLimitDecision] {
    var decisions = [RateLimitDecision?](repeating: nil, count: requests.count)
    let isReused = connection != nil
    do {
      try exchange(.digest, requests, &decisions)
    } catch {
      // Redis closes idle connections and may have been restarted since. What it did not answer it
      // may still have counted: a token too many is the smaller fault.
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

  /// Sends what is undecided and reads as many answers; what answers NOSCRIPT stays undecided.
  private func exchange(
    _ call: TokenBucketScript.Call, _ requests: [Request], _ decisions: inout [RateLimitDecision?]
  ) throws(RedisFailure) {
    let connection =
      if let connection { connection } else {
        try RedisConnection(address, connectTimeout: connectTimeout, commandTimeout: commandTimeout)
      }
    // Kept only if all answers are read: an unread one would be taken for that of the next command.
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
