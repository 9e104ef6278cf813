import FoundationEssentials
import Glibc
public import Postgres
public import SeedKit
import Threads
public import TraceStore

/// Embeds new and changed traces for as long as it runs.
///
/// A notification wakes the worker, and it also polls. Any number of workers share the backlog, on any number of
/// machines: see ``EmbeddingQueue``. A worker holds no transaction and no lock while it waits for the provider.
/// Failures of the database and the provider are retried without a limit.
public final class EmbeddingWorker: Sendable {
  /// The options of the worker.
  public let options: Options
  let provider: any EmbeddingProvider
  let queue: EmbeddingQueue
  let pool: PostgresPool
  let onEvent: @Sendable (EmbeddingWorkerEvent) -> Void
  let signal = AsyncSignal()
  let environment: EnvironmentGuard?
  let state: Lock<State>

  struct State {
    var record: EmbeddingWorkerRecord
    var rate = RateWindow()
    /// Whether the worker may write to the database.
    var isAdmitted = false
    /// The environment of the database that was reported.
    var foreign: String?
    var lastSweep: ContinuousClock.Instant?
    var retriesFirst = false
  }

  /// Creates a worker. Opens no connection.
  ///
  /// - Parameters:
  ///   - provider: computes the embeddings. Its own retries should be short.
  ///   - configuration: the connection to the database.
  ///   - options: the options; the defaults if omitted.
  ///   - onEvent: called for each event, from several tasks. It must not block.
  public init(
    provider: any EmbeddingProvider, configuration: PostgresConfiguration, options: Options = Options(),
    onEvent: @escaping @Sendable (EmbeddingWorkerEvent) -> Void = { _ in }
  ) {
    self.provider = provider
    self.options = options
    environment = options.environment.map { EnvironmentGuard($0) }
    self.onEvent = onEvent
    var named = configuration
    named.applicationName = "embedding-worker"
    // One connection for the work, and one for the worker's record.
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

  /// The counts since the worker was created.
  public var counts: EmbeddingWorkerRecord.Counts { state.withLock { $0.record.counts } }

  /// Runs until the task is cancelled. The current batch may then finish within `options.stopGrace`. After that its
  /// leases are released.
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
        // Another worker was faster. Look again soon for traces that it did not take.
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

  /// Looks for work and processes it.
  ///
  /// - Throws: ``ProviderFailure``; `PostgresError`; `CancellationError`.
  private func step() async throws -> Step {
    if try await isForeign() { return .idle(next: nil) }
    // Clear the signal before looking for work, so that no notification is lost.
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

  /// Whether the database belongs to another environment, so that nothing may be written. Reports it once.
  private func isForeign() async throws -> Bool {
    guard let environment else { return false }
    let stamp = try await pool.withConnection { try await environment.stamp(on: $0) }
    let isNew = state.withLock { state in
      state.isAdmitted = stamp == nil
      defer { state.foreign = stamp }
      return stamp != nil && state.foreign != stamp
    }
    if isNew, let stamp { onEvent(.foreign(stamp: stamp, own: environment.environment.rawValue)) }
    return stamp != nil
  }

  /// Processes a batch. Cancellation does not stop it at once, because requests to the provider cost money.
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

  /// The options of a worker.
  public struct Options: Sendable {
    /// The number of traces per batch. 64 by default.
    public var batchSize = 64
    /// How often the worker polls in addition to notifications. 30 seconds by default.
    public var pollInterval: Duration = .seconds(30)
    /// The lease on a batch. After a crash, other workers take over the traces when it expires. It must be longer
    /// than a request to the provider may take. 2 minutes by default.
    public var leaseTime: Duration = .seconds(120)
    /// The number of attempts before the worker gives up on a trace. 5 by default.
    public var maximumAttempts = 5
    /// The pause after the first failure of a trace, which doubles with each attempt. 5 seconds by default.
    public var firstPause: Duration = .seconds(5)
    /// The pause after the first failure of the database or the provider, which doubles. 1 second by default.
    public var firstBackoff: Duration = .seconds(1)
    /// The longest such pause, unless the provider requests a longer one. 1 minute by default.
    public var longestBackoff: Duration = .seconds(60)
    /// How long the current batch may take after a stop is requested. 5 seconds by default.
    public var stopGrace: Duration = .seconds(5)
    /// Whether the worker listens for notifications of new traces. True by default.
    public var listens = true
    /// The environment of the worker. It writes nothing while the database belongs to another one. Nil, the default, to
    /// work in any environment.
    public var environment: SeedEnvironment?

    /// Creates options with the defaults.
    public init() {}

    /// Creates options from the settings.
    public init(_ settings: Settings) {
      batchSize = settings[.embeddingBatchSize]
      pollInterval = settings[.embeddingPollInterval]
      // A lease shorter than a request would expire during it, and every batch would be computed twice.
      leaseTime = max(settings[.embeddingLeaseTime], settings[.embeddingTimeout] + .seconds(1))
      maximumAttempts = settings[.embeddingMaxAttempts]
      environment = settings[.environment]
    }
  }
}
