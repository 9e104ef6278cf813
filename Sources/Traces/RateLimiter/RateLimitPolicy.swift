/// How many requests a user may make.
///
/// The limit per minute is also the burst: after a minute of silence a user may spend it at once.
public struct RateLimitPolicy: Sendable, Equatable {
  /// 60 reads and 20 writes a minute.
  public static let standard = RateLimitPolicy(reads: 60, writes: 20)
  /// What a limit may be. Above it one token would be worth less than the 60 microseconds that keep
  /// the arithmetic exact.
  public static let limits = 1...1_000_000

  /// Reads per user and minute.
  public let readsPerMinute: Int
  /// Writes per user and minute.
  public let writesPerMinute: Int

  /// Makes a policy.
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

  /// The limit of a kind.
  public func limit(of kind: RateLimitKind) -> Int {
    switch kind {
    case .read: readsPerMinute
    case .write: writesPerMinute
    }
  }
}

/// Why a limiter could not be made. Never quotes a connection string or a password.
public struct RateLimitError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The kind of fault.
  public enum Code: String, Sendable {
    /// A limit or the connection string is not usable.
    case invalidConfiguration
    /// The system has no thread left.
    case resourcesExhausted
  }

  /// The kind of fault.
  public let code: Code
  /// What happened and what is expected.
  public let message: String

  /// Makes an error.
  public init(code: Code, message: String) {
    self.code = code
    self.message = message
  }

  /// The message.
  public var description: String { message }
}
