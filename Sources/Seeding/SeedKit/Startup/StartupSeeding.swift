import FoundationEssentials
import Migrations
public import Postgres
import Threads

/// Migrates and seeds a database when a server starts. Errors never prevent the start.
///
/// If the database cannot be used within the retry budget, the work fails, and is done in the background as soon as
/// the database is back.
///
/// ```swift
/// let seeding = try StartupSeeding(seeders: [Countries()], settings: .fromEnvironment())
/// await seeding.start()   // then listen; `seeding.state` has the result
/// await seeding.stop()    // when the server ends
/// ```
///
/// ``run()`` does the same as a service of a group, ``startBlocking()`` in a program without an event loop.
///
/// For an up-to-date database it costs a connection and one query. If many servers start together, one of them runs
/// each seeder, and the others wait and find nothing to do. Nothing is thrown: errors are passed to `onEvent` and
/// kept in ``state``. After seeding, the database connection is closed.
public final class StartupSeeding: Sendable {
  let registry: SeederRegistry
  /// The environment of the database.
  public let environment: SeedEnvironment
  let configuration: PostgresConfiguration
  let fixtures: FixtureStore
  let options: Options
  private let onEvent: @Sendable (SeedEvent) -> Void
  private let progress: Lock<Progress>

  private struct Progress {
    var state: State
    /// The seeders of the plan. They appear in the state when seeding begins.
    var planned: [State.Seeder] = []
    var work: Task<Void, Never>?
    /// Repeats the work after a failure of the database.
    var recovery: Task<Void, Never>?
    var isStopped = false
  }

  /// Prepares start-up seeding. Opens nothing.
  ///
  /// - Parameters:
  ///   - registry: the seeders. Those that `--all` selects in `environment` run.
  ///   - environment: the environment of the database.
  ///   - configuration: the database.
  ///   - fixtures: the files that seeders read.
  ///   - options: by default, migrates and does not seed.
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

  /// Prepares start-up seeding from settings, with the seeders of an application.
  ///
  /// - Parameters:
  ///   - seeders: those that `--all` selects in the settings' environment run.
  ///   - settings: the database (`DATABASE_URL`, otherwise libpq's variables such as `PGHOST`), the environment,
  ///     and the settings of ``Options/init(_:)``.
  ///   - fixtures: the files that the seeders read. None by default.
  ///   - options: by default those of the settings. To allow seeding production, start from ``Options/init(_:)`` and
  ///     set `run.allowsProduction`.
  ///   - onEvent: called for each event, from several tasks.
  /// - Throws: ``SeedPlanError`` if two seeders have the same id; `PostgresError` for a malformed database URL;
  ///   ``ConfigurationError``.
  public convenience init(
    seeders: [any SeederProtocol], settings: Settings, fixtures: FixtureStore = FixtureStore(files: [:]),
    options: Options? = nil, onEvent: @escaping @Sendable (SeedEvent) -> Void = { _ in }
  ) throws {
    self.init(
      registry: try SeederRegistry(seeders).selecting(by: settings), environment: settings[.environment],
      configuration: try settings[.databaseURL].map { try PostgresConfiguration(url: $0.value) }
        ?? PostgresConfiguration(),
      fixtures: fixtures, options: options ?? Options(settings), onEvent: onEvent)
  }

  /// The current state. Returns at once.
  public var state: State { progress.withLock { $0.state } }

  /// Migrates and seeds.
  ///
  /// A second call does not start again; it waits for the work of the first call or for the time limit. If the
  /// waiting task is canceled, the work is too, as by ``stop()``.
  ///
  /// - Returns: the state after the work has finished, or after the time limit. In background mode, the state at
  ///   once. Failed seeders are part of the state.
  @discardableResult
  public func start() async -> State {
    guard let work = launch() else { return state }
    guard options.mode == .blocking else { return state }
    let isFinished = await withTaskCancellationHandler {
      // In its own task, because canceled work must be waited for too, until it is rolled back.
      await Task { (try? await TimeLimit.run(options.timeLimit) { await work.value }) != nil }.value
    } onCancel: {
      work.cancel()
    }
    if !isFinished { tell(.startupGoesOn(after: options.timeLimit)) }
    return state
  }

  /// Migrates and seeds as a service of a group, such as ServiceLifecycle's. Returns when its task is canceled,
  /// after open transactions are rolled back.
  public func run() async {
    let work = launch()
    await withTaskCancellationHandler {
      await work?.value
      // Ends only on cancellation.
      let (endless, continuation) = AsyncStream<Never>.makeStream()
      for await _ in endless {}
      continuation.finish()
    } onCancel: {
      work?.cancel()
    }
    await stop()
  }

  /// Cancels the work and waits until open transactions are rolled back. What is committed stays.
  ///
  /// Afterwards, it cannot be started again.
  public func stop() async {
    let (work, recovery) = progress.withLock { progress in
      progress.isStopped = true
      return (progress.work, progress.recovery)
    }
    work?.cancel()
    recovery?.cancel()
    await work?.value
    await recovery?.value
  }

  /// Starts the work unless it was started before or there is nothing to do.
  private func launch() -> Task<Void, Never>? {
    progress.withLock { progress in
      if let work = progress.work { return work }
      guard options.run.migrates || options.seeds, !progress.isStopped else { return nil }
      progress.state.startedAt = Date()
      progress.state.phase = .connecting
      let work = Task { await self.work() }
      progress.work = work
      return work
    }
  }

  private func work() async {
    guard await attempt() else { return }
    progress.withLock { progress in
      guard !progress.isStopped, !Task.isCancelled else { return }
      // Does not keep a server that was released without being stopped.
      progress.recovery = Task { [weak self] in
        var pause = Self.firstPause
        while !Task.isCancelled {
          try? await Task.sleep(for: pause)
          pause = min(pause * 2, Self.longestPause)
          guard !Task.isCancelled, let self, await self.recover() else { return }
        }
      }
    }
  }

  /// Does the work. Returns whether the database could not be used, so that the work should be repeated.
  private func attempt() async -> Bool {
    tell(.startup(.connecting))
    do {
      try await bringUpToDate()
      finish(.done, nil)
      return false
    } catch {
      let failure = Task.isCancelled ? FailureReport(StartupStopped()) : FailureReport(error)
      finish(.failed, failure)
      return failure.cause == .database || RetryPolicy.isTransient(error)
    }
  }

  /// Repeats the work if the database responds again. Returns whether to try once more.
  private func recover() async -> Bool {
    do {
      try await PostgresConnection.with(configuration) { _ = try await $0.query("SELECT") }
    } catch {
      return true
    }
    progress.withLock { progress in
      progress.state.finishedAt = nil
      progress.state.phase = .connecting
      progress.state.seeders = []
      progress.planned = []
    }
    return await attempt()
  }

  /// The pauses between the attempts to reach a database after the retry budget is used up.
  private static let firstPause: Duration = .milliseconds(500)
  private static let longestPause: Duration = .seconds(10)

  private func finish(_ phase: Phase, _ failure: FailureReport?) {
    progress.withLock { progress in
      progress.state.phase = phase
      progress.state.failure = failure?.message
      progress.state.finishedAt = Date()
    }
    if let failure { tell(.startupFailed(failure)) }
    tell(.startup(phase))
  }

  ///
  /// - Throws: the error that prevents all seeders from starting.
  private func bringUpToDate() async throws {
    var configuration = configuration
    if let budget = options.run.connectBudget {
      configuration.connectTimeout = min(configuration.connectTimeout, max(budget, .seconds(1)))
    }
    var runner = SeedRunner(
      plan: options.seeds
        ? try SeedPlan(registry: registry, selection: .all(), environment: environment)
        : SeedPlan(withoutStepsFor: environment),
      configuration: configuration, fixtures: fixtures, options: options.run, onEvent: { self.tell($0) })
    runner.migrated = registry.seeders
    let maySeed = environment != .production || options.run.allowsProduction
    guard options.seeds, maySeed else {
      // The production guard does not apply to migrations.
      try await runner.migrate()
      return options.seeds ? try runner.plan.checkProduction(isAllowed: false) : ()
    }
    // Tables are missing on the server, even if other seeders can run.
    if let error = try await runner.run().missing.first { throw error }
  }

  /// Updates the state from an event and passes the event on.
  private func tell(_ event: SeedEvent) {
    progress.withLock { progress in
      switch event {
      case .loaded(let id, _): progress.planned.append(State.Seeder(id: id.rawValue))
      case .seeding: progress.state.seeders = progress.planned
      case .finished(let report): progress.state.note(report)
      default: break
      }
    }
    onEvent(event)
    switch event {
    case .migrating: enter(.migrating)
    case .seeding: enter(.seeding)
    default: break
    }
  }

  private func enter(_ phase: Phase) {
    progress.withLock { $0.state.phase = phase }
    tell(.startup(phase))
  }
}

/// The work was stopped before it finished.
struct StartupStopped: Error, CustomStringConvertible {
  let description = "stopped before it finished; the transaction in progress was rolled back"
}
