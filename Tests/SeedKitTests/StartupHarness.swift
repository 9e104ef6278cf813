import FoundationEssentials
import Glibc
import Postgres
import SeedKit
import SeedTesting
import Threads

/// A start-up seeding and its events.
final class StartupHarness: Sendable {
  let seeding: StartupSeeding
  private let log: Lock<[SeedEvent]>

  private init(seeding: StartupSeeding, log: Lock<[SeedEvent]>) {
    self.seeding = seeding
    self.log = log
  }

  static func seeding(
    _ seeders: [any Seeder], on configuration: PostgresConfiguration, environment: SeedEnvironment = .test,
    options configure: (inout StartupSeeding.Options) -> Void = { _ in }
  ) throws -> StartupHarness {
    let log = Lock<[SeedEvent]>([])
    var options = StartupSeeding.Options()
    options.seeds = true
    options.run.retry = RetryPolicy(firstDelay: .milliseconds(1), maximumDelay: .milliseconds(20))
    configure(&options)
    return StartupHarness(
      seeding: StartupSeeding(
        registry: try SeederRegistry(seeders), environment: environment, configuration: configuration,
        fixtures: FixtureStore(files: [:]), options: options,
        onEvent: { event in log.withLock { $0.append(event) } }),
      log: log)
  }

  var state: StartupSeeding.State { seeding.state }

  @discardableResult
  func run() async -> StartupSeeding.State { await seeding.start() }

  var events: [SeedEvent] { log.withLock { $0 } }

  var phases: [StartupSeeding.Phase] {
    events.compactMap { if case .startup(let phase) = $0 { phase } else { nil } }
  }

  var retries: [RetryRecord] {
    events.compactMap { if case .retrying(let record) = $0 { record } else { nil } }
  }

  /// Waits for a state.
  func reach(_ condition: (StartupSeeding.State) -> Bool) async throws {
    while !condition(state) { try await Task.sleep(for: .milliseconds(1)) }
  }

  /// Waits for a number of failed attempts.
  func reachRetries(_ count: Int) async throws {
    while retries.count < count { try await Task.sleep(for: .milliseconds(1)) }
  }

  /// Runs on a separate thread.
  static func thread(_ body: @escaping @Sendable () -> Void) {
    Thread.start(body)
  }
}

private final class Thread: Sendable {
  private let body: @Sendable () -> Void
  private init(_ body: @escaping @Sendable () -> Void) { self.body = body }

  static func start(_ body: @escaping @Sendable () -> Void) {
    let work = Unmanaged.passRetained(Thread(body))
    var thread = pthread_t()
    let status = pthread_create(
      &thread, nil,
      { argument in
        if let argument { Unmanaged<Thread>.fromOpaque(argument).takeRetainedValue().body() }
        return nil
      }, work.toOpaque())
    precondition(status == 0, "no thread")
    pthread_detach(thread)
  }
}

/// Holds tasks back until it is opened.
actor Gate {
  private var isOpen = false
  private var waiting: [CheckedContinuation<Void, Never>] = []

  func wait() async {
    guard !isOpen else { return }
    await withCheckedContinuation { waiting.append($0) }
  }

  func open() {
    isOpen = true
    for continuation in waiting { continuation.resume() }
    waiting = []
  }
}
