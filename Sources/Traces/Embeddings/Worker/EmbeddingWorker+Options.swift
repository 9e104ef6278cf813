public import SeedKit

extension EmbeddingWorker {
  /// How a worker behaves.
  public struct Options: Sendable {
    /// How many traces it takes at a time. 64 by default.
    public var batchSize = 64
    /// How long it waits before it looks again when nobody tells it anything. 30 seconds by default.
    public var pollInterval: Duration = .seconds(30)
    /// How long traces are its own; a killed worker's come back after that. Longer than a request to the
    /// provider may take. 2 minutes by default.
    public var leaseTime: Duration = .seconds(120)
    /// How often a trace is tried before it is given up. 5 by default.
    public var maximumAttempts = 5
    /// The pause after a trace's first failure, which doubles. 5 seconds by default.
    public var firstPause: Duration = .seconds(5)
    /// The pause after the first failure of database or provider, which doubles. 1 second by default.
    public var firstBackoff: Duration = .seconds(1)
    /// The longest such pause, but for what a provider itself asks for. 1 minute by default.
    public var longestBackoff: Duration = .seconds(60)
    /// How long a batch under way may take when it stops. 5 seconds by default.
    public var stopGrace: Duration = .seconds(5)
    /// Whether it listens for new traces. True by default.
    public var listens = true

    /// The defaults.
    public init() {}

    /// Takes the settings.
    public init(_ settings: Settings) {
      batchSize = settings[.embeddingBatchSize]
      pollInterval = settings[.embeddingPollInterval]
      // A lease that ended before the provider may answer would have every batch made twice.
      leaseTime = max(settings[.embeddingLeaseTime], settings[.embeddingTimeout] + .seconds(1))
      maximumAttempts = settings[.embeddingMaxAttempts]
    }
  }
}
