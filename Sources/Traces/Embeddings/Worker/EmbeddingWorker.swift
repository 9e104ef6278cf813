import FoundationEssentials
import Glibc
public import Postgres
public import SeedKit
import Threads
public import TraceStore

/// Gives traces that have no vector one, for as long as it runs.
///
/// It looks at once when somebody says that there are new traces, and otherwise now and then. Any number of
/// them share the work, on any number of machines: see ``EmbeddingQueue``. No transaction and no lock is held
/// while the provider is asked. Failures of database and provider are waited out, however long they last.
public final class EmbeddingWorker: Sendable {
  /// How it behaves.
  public let options: Options
  let provider: any EmbeddingProvider
  let queue: EmbeddingQueue
  let pool: PostgresPool
  let onEvent: @Sendable (EmbeddingWorkerEvent) -> Void
  let signal = AsyncSignal()
  let state: Lock<State>

  struct State {
    var record: EmbeddingWorkerRecord
    var rate = RateWindow()
    var lastSweep: ContinuousClock.Instant?
    var retriesFirst = false
  }

  /// Makes a worker; nothing is opened yet.
  ///
  /// - Parameters:
  ///   - provider: what makes the vectors. It should not try again for long by itself.
  ///   - configuration: the database.
  ///   - options: the defaults unless given.
  ///   - onEvent: called for each event, from several tasks. It must not block.
  public init(
    provider: any EmbeddingProvider, configuration: PostgresConfiguration, options: Options = Options(),
    onEvent: @escaping @Sendable (EmbeddingWorkerEvent) -> Void = { _ in }
  ) {
    self.provider = provider
    self.options = options
    self.onEvent = onEvent
    var named = configuration
    named.applicationName = "embedding-worker"
    // One for the work, one to tell of it.
    pool = PostgresPool(configuration: named, maximumConnections: 2, acquireTimeout: .seconds(30))
    let id = UUID()
    queue = EmbeddingQueue(
      model: provider.model, holder: id, leaseTime: options.leaseTime,
      maximumAttempts: options.maximumAttempts, firstPause: options.firstPause)
    state = Lock(
      State(
        record: EmbeddingWorkerRecord(
          id: id, name: Self.processName, model: provider.model.id, startedAt: Date())))
  }

  /// What it has done so far.
  public var counts: EmbeddingWorkerRecord.Counts { state.withLock { $0.record.counts } }

  /// Works until the task is cancelled. What is under way then may end within `options.stopGrace`; the rest is
  /// given back.
  public func run() async {
    onEvent(.started(name: state.withLock { $0.record.name }, model: provider.model))
    await withTaskGroup(of: Void.self) { group in
      if options.listens { group.addTask { await self.listen() } }
      group.addTask { await self.tellRegularly() }
      await work()
      group.cancelAll()
    }
    await leave()
    onEvent(.stopped(counts))
  }

  private func work() async {
    var troubles = Troubles(options)
    while !Task.isCancelled {
      do {
        let step = try await step()
        if troubles.end() { noteRecovery() }
        switch step {
        case .worked: continue
        // Whoever was faster is done with it soon, or has it for good.
        case .taken: try await Task.sleep(for: .milliseconds(Int.random(in: 5...25)))
        case .idle(let next):
          await signal.wait(atMost: min(options.pollInterval, next ?? options.pollInterval))
        }
      } catch is CancellationError {
        return
      } catch {
        let pause = troubles.pause(after: error)
        note(error, pause: pause)
        try? await Task.sleep(for: pause)
      }
    }
  }

  private enum Step {
    case worked
    case taken
    case idle(next: Duration?)
  }

  /// Looks for work and does what it finds.
  ///
  /// - Throws: ``ProviderFailure``; `PostgresError`; `CancellationError`.
  private func step() async throws -> Step {
    // Before looking: whoever rings while it looks is heard afterwards.
    signal.clear()
    try await sweepIfDue()
    let retriesFirst = state.withLock { state in
      state.retriesFirst.toggle()
      return state.retriesFirst
    }
    let (claim, next): (EmbeddingQueue.Claim, Duration?) = try await pool.withConnection { connection in
      let claim = try await queue.claim(
        limit: options.batchSize, retriesFirst: retriesFirst, on: connection)
      guard case .nothing = claim else { return (claim, nil) }
      return (claim, try await queue.nextDue(on: connection))
    }
    switch claim {
    case .nothing: return .idle(next: next)
    case .taken: return .taken
    case .jobs(let jobs):
      try await processToTheEnd(jobs)
      return .worked
    }
  }

  /// Does a batch. A cancellation does not end it at once: what is asked of the provider costs money.
  private func processToTheEnd(_ jobs: [EmbeddingJob]) async throws {
    let batch = EmbeddingBatch(worker: self, jobs: jobs)
    let work = Task { try await batch.run() }
    try await withTaskCancellationHandler {
      try await work.value
    } onCancel: {
      Task {
        try? await Task.sleep(for: options.stopGrace)
        work.cancel()
      }
    }
  }

  private func sweepIfDue() async throws {
    let isDue = state.withLock { state in
      let last = state.lastSweep
      guard last.map({ ContinuousClock.now - $0 > .seconds(60) }) ?? true else { return false }
      state.lastSweep = .now
      return true
    }
    guard isDue else { return }
    let givenUp = try await pool.withConnection { connection in
      try await EmbeddingWorkerRecord.fold(on: connection)
      return try await queue.sweep(on: connection)
    }
    if givenUp > 0 { count { $0.givenUp += givenUp } }
  }

  private static let processName: String = {
    var buffer = [CChar](repeating: 0, count: 256)
    let isKnown = gethostname(&buffer, buffer.count - 1) == 0
    let host = buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
    return "\(isKnown ? String(decoding: host, as: UTF8.self) : "host"):\(getpid())"
  }()

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
