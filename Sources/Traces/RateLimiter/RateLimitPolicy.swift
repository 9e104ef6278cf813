/// The number of requests that a user may make.
///
/// The limit per minute is also the burst: after a minute without requests, a user may spend the whole limit at once.
public struct RateLimitPolicy: Sendable, Equatable {
  /// 60 reads and 20 writes a minute.
  public static let standard = RateLimitPolicy(reads: 60, writes: 20)
  /// The allowed limits. The maximum keeps a token at 60 microseconds or more, so that the arithmetic stays exact.
  public static let limits = 1...1_000_000

  /// Reads per user and minute.
  public let readsPerMinute: Int
  /// Writes per user and minute.
  public let writesPerMinute: Int

  /// Creates a policy.
  ///
  /// - Parameters:
  ///   - readsPerMinute: 1 to 1,000,000; 60 by default.
  ///   - writesPerMinute: 1 to 1,000,000; 20 by default.
  /// - Throws: ``RateLimitError`` with code `invalidConfiguration`, naming the value.
  public init(readsPerMinute: Int = 60, writesPerMinute: Int = 20) throws {
    for (name, value) in [("reads", readsPerMinute), ("writes", writesPerMinute)] {
      guard Self.limits.contains(value) else {
        throw RateLimitError(
          code: .invalidConfiguration,
          message:
            "invalid limit of \(name) per minute: found \(value), expected 1 to \(Self.limits.upperBound)")
      }
    }
    self.init(reads: readsPerMinute, writes: writesPerMinute)
  }

  private init(reads: Int, writes: Int) {
    readsPerMinute = reads
    writesPerMinute = writes
  }

  /// The limit for a kind of request.
  public func limit(of kind: RateLimitKind) -> Int {
    switch kind {
    case .read: readsPerMinute
    case .write: writesPerMinute
    }
  }
}

/// An error that prevents a limiter from being created. Never quotes a connection string or a password.
public struct RateLimitError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The kind of error.
  public enum Code: String, Sendable {
    /// A limit or the connection string is invalid.
    case invalidConfiguration
    /// The system cannot start another thread.
    case resourcesExhausted
  }

  /// The kind of error.
  public let code: Code
  /// What happened and what is expected.
  public let message: String

  /// Creates an error.
  public init(code: Code, message: String) {
    self.code = code
    self.message = message
  }

  /// The message.
  public var description: String { message }
}
