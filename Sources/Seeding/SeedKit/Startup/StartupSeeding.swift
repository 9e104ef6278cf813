import FoundationEssentials
import Migrations
public import Postgres
import Threads

/// Migrates and seeds a database when a server starts, and keeps no server from starting.
///
/// ```swift
/// let seeding = StartupSeeding(
///   registry: registry, environment: .dev, configuration: configuration, fixtures: fixtures,
///   options: options, onEvent: { print($0) })
/// await seeding.run()     // then listen; `seeding.state` tells how it went
/// await seeding.stop()    // when the server ends
/// ```
///
/// A database that is up to date costs a connection and one query. Of many servers that start together one
/// seeds each seeder, the others wait for it and find it done. What goes wrong is told by `onEvent` in full
/// and kept in ``state``; nothing is thrown. After it has ended, the database may go away as it likes.
public final class StartupSeeding: Sendable {
  /// What to do at start-up.
  public struct Options: Sendable {
    /// Whether migrations that are due are applied, those of all registered seeders. True by default.
    public var migrates = true
    /// Whether the environment's seeders run. False by default: without `migrates` no connection is
    /// opened then.
    public var seeds = false
    /// Whether ``StartupSeeding/run()`` waits. ``StartupSeeding/Mode/blocking`` by default.
    public var mode = Mode.blocking
    /// How long it waits at most; then the work goes on in the background. 60 seconds by default.
    public var timeLimit: Duration = .seconds(60)
    /// How long to wait for a database that cannot be reached yet. 60 seconds by default.
    public var connectBudget: Duration = .seconds(60)
    /// Whether seeding the environment production is meant. False by default. Migrations need no such word.
    public var allowsProduction = false
    /// How many seeders may run at the same time. 4 by default.
    public var jobs = 4
    /// When and how often a seeder or a migration is tried again.
    public var retry = RetryPolicy()
    /// How long to wait for another program that runs the same seeder or migrates. 300 seconds by default.
    public var lockTimeout: Duration = .seconds(300)

    /// The defaults.
    public init() {}
  }

  /// Whether the start of a server waits for its seeds.
  public enum Mode: String, Sendable, CaseIterable {
    /// It waits, at most for the time limit.
    case blocking
    /// It does not wait.
    case background
  }

  let registry: SeederRegistry
  let environment: SeedEnvironment
  let configuration: PostgresConfiguration
  let fixtures: FixtureStore
  let options: Options
  private let onEvent: @Sendable (SeedEvent) -> Void
  private let progress: Lock<Progress>

  private struct Progress {
    var state: State
    var work: Task<Void, Never>?
    var isStopped = false
  }

  /// Prepares; nothing is opened yet.
  ///
  /// - Parameters:
  ///   - registry: the seeders. All that name `environment` and are part of `--all` run.
  ///   - environment: what the database is for.
  ///   - configuration: the database.
  ///   - fixtures: the files that seeders read.
  ///   - options: the defaults migrate and do not seed.
  ///   - onEvent: called for each event, from several tasks.
  public init(
    registry: SeederRegistry, environment: SeedEnvironment, configuration: PostgresConfiguration,
    fixtures: FixtureStore, options: Options = Options(),
    onEvent: @escaping @Sendable (SeedEvent) -> Void = { _ in }
  ) {
    self.registry = registry
    self.environment = environment
    self.configuration = configuration
    self.fixtures = fixtures
    self.options = options
    self.onEvent = onEvent
    progress = Lock(Progress(state: State(startedAt: Date())))
  }

  /// How far it is, or how it went. Takes no time.
  public var state: State { progress.withLock { $0.state } }

  /// Migrates and seeds.
  ///
  /// A second call starts nothing; it waits for the first one's work, or for the time limit. If the waiting
  /// task is cancelled, so is the work, as by ``stop()``.
  ///
  /// - Returns: the state when the work has ended; in blocking mode at the latest after the time limit, in
  ///   background mode at once. A seeder that failed is told of there.
  @discardableResult
  public func run() async -> State {
    guard let work = start() else { return state }
    guard options.mode == .blocking else { return state }
    let isFinished = await withTaskCancellationHandler {
      await wait(for: work)
    } onCancel: {
      work.cancel()
    }
    if !isFinished { tell(.startupGoesOn(after: options.timeLimit)) }
    return state
  }

  /// Cancels what is under way and waits until it is rolled back. What was done before stays.
  ///
  /// Nothing starts afterwards.
  public func stop() async {
    let work = progress.withLock { progress in
      progress.isStopped = true
      return progress.work
    }
    work?.cancel()
    await work?.value
  }

  /// Starts the work unless that has happened, or there is none.
  private func start() -> Task<Void, Never>? {
    progress.withLock { progress in
      if let work = progress.work { return work }
      guard options.migrates || options.seeds, !progress.isStopped else { return nil }
      progress.state.startedAt = Date()
      progress.state.phase = .connecting
      let work = Task { await self.work() }
      progress.work = work
      return work
    }
  }

  /// Returns whether the work ended within the time limit.
  private func wait(for work: Task<Void, Never>) async -> Bool {
    await withCheckedContinuation { continuation in
      let waiting = Lock<CheckedContinuation<Bool, Never>?>(continuation)
      @Sendable func end(_ isFinished: Bool) {
        let taken = waiting.withLock { waiting in
          defer { waiting = nil }
          return waiting
        }
        taken?.resume(returning: isFinished)
      }
      let timer = Task {
        try? await Task.sleep(for: options.timeLimit)
        end(false)
      }
      Task {
        await work.value
        end(true)
        timer.cancel()
      }
    }
  }

  private func work() async {
    tell(.startup(.connecting))
    do {
      try await bringUpToDate()
      finish(.done, nil)
    } catch {
      finish(.failed, Task.isCancelled ? FailureReport(StartupStopped()) : FailureReport(error))
    }
  }

  private func finish(_ phase: Phase, _ failure: FailureReport?) {
    progress.withLock { progress in
      progress.state.phase = phase
      progress.state.failure = failure?.message
      progress.state.finishedAt = Date()
    }
    if let failure { tell(.startupFailed(failure)) }
    tell(.startup(phase))
  }

  func enter(_ phase: Phase) {
    progress.withLock { $0.state.phase = phase }
    tell(.startup(phase))
  }

  /// Keeps what an event says of a seeder, and passes it on.
  func tell(_ event: SeedEvent) {
    progress.withLock { $0.state.note(event) }
    onEvent(event)
  }
}

/// Why start-up seeding did not end.
struct StartupStopped: Error, CustomStringConvertible {
  let description = "stopped before it had ended; what was under way is rolled back"
}
