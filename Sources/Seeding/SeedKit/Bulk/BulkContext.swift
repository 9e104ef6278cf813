public import Postgres

/// What a bulk seeder works with: connections, its fixtures, its environment.
public struct BulkContext: Sendable {
  /// The seeder.
  public let seeder: SeederID
  /// Where the run takes place.
  public let environment: SeedEnvironment
  /// Connections for the seeder alone, as many as ``maximumConnections``.
  public let pool: PostgresPool
  /// When and how often a chunk is tried again.
  let retry: RetryPolicy
  /// Measures the seeder.
  let meter: SeederMeter
  private let fixtures: FixtureStore
  private let onEvent: @Sendable (SeedEvent) -> Void

  /// The most connections that a bulk seeder gets.
  public static let maximumConnections = 32

  init(
    seeder: SeederID, environment: SeedEnvironment, pool: PostgresPool, retry: RetryPolicy,
    meter: SeederMeter = SeederMeter(), fixtures: FixtureStore,
    onEvent: @escaping @Sendable (SeedEvent) -> Void
  ) {
    self.seeder = seeder
    self.environment = environment
    self.pool = pool
    self.retry = retry
    self.meter = meter
    self.fixtures = fixtures
    self.onEvent = onEvent
  }

  /// Reads a fixture, as ``SeedContext/fixture(_:)`` does.
  ///
  /// - Throws: ``FixtureError`` if there is no such file.
  public func fixture(_ name: String) throws -> FixtureFile { try fixtures.file(name) }

  /// Tells how far the work is.
  public func report(_ progress: SeedProgress) { onEvent(.progress(seeder, progress)) }

  /// Tells something that a person wants to know in any case, in one line.
  public func note(_ message: String) { onEvent(.note(seeder, message)) }

  /// Adds a line to the debug log.
  public func debug(_ message: String) { onEvent(.debug(seeder, message)) }

  func onRetry(_ error: any Error, _ pause: Duration) {
    let record = RetryRecord(subject: seeder.rawValue, error: error, pause: pause)
    meter.note(record)
    onEvent(.retrying(record))
  }
}

/// How far long work is.
public struct SeedProgress: Hashable, Sendable {
  /// What is being done: `loading`, `building the index`.
  public let activity: String
  /// How much of it is done.
  public let completed: Int
  /// How much there is to do; 0 if that is not known yet.
  public let total: Int
  /// What is counted: `rows`, `blocks`.
  public let unit: String

  /// Makes a report.
  public init(activity: String, completed: Int, total: Int, unit: String) {
    self.activity = activity
    self.completed = completed
    self.total = total
    self.unit = unit
  }
}
