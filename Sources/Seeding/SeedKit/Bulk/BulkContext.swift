public import Postgres

/// What a bulk seeder works with: connections, its fixtures, the environment.
public struct BulkContext: Sendable {
  /// The seeder.
  public let seeder: SeederID
  /// The environment of the run.
  public let environment: SeedEnvironment
  /// Connections for this seeder, at most ``maximumConnections``.
  public let pool: PostgresPool
  /// Where the tables of the database are.
  public let sharding: Sharding
  /// When and how often a chunk is retried.
  let retry: RetryPolicy
  let meter: SeederMeter
  /// The name of the load in the records: the seeder, or the seeder and one of its tables.
  private(set) var loadName: String
  /// The table of the load, if the seeder has several loads.
  private var table: String?
  private let fixtures: FixtureStore
  private let onEvent: @Sendable (SeedEvent) -> Void

  /// The maximum number of connections of a bulk seeder.
  public static let maximumConnections = 32

  init(
    seeder: SeederID, environment: SeedEnvironment, pool: PostgresPool,
    sharding: Sharding = .singleServer,
    retry: RetryPolicy,
    meter: SeederMeter = SeederMeter(), fixtures: FixtureStore,
    onEvent: @escaping @Sendable (SeedEvent) -> Void
  ) {
    self.seeder = seeder
    loadName = seeder.rawValue
    self.environment = environment
    self.pool = pool
    self.sharding = sharding
    self.retry = retry
    self.meter = meter
    self.fixtures = fixtures
    self.onEvent = onEvent
  }

  /// The same context for one of several tables of the seeder, whose load is recorded separately.
  func part(_ name: String) -> BulkContext {
    var copy = self
    copy.loadName = "\(seeder)/\(name)"
    copy.table = name
    return copy
  }

  /// Reads a fixture, as ``SeedContext/fixture(_:)`` does.
  ///
  /// - Throws: ``FixtureError`` if the file does not exist.
  public func fixture(_ name: String) throws -> FixtureFile { try fixtures.file(name) }

  /// `loading`, or with the table, if the seeder has several.
  var loading: String { table.map { "loading \($0)" } ?? "loading" }

  /// Reports the progress.
  public func report(_ progress: SeedProgress) { onEvent(.progress(seeder, progress)) }

  /// Shows a message to the user, in one line.
  public func note(_ message: String) { onEvent(.note(seeder, message)) }

  /// Adds a line to the debug log.
  public func debug(_ message: String) { onEvent(.debug(seeder, message)) }

  func onRetry(_ error: any Error, _ pause: Duration) {
    let record = RetryRecord(subject: seeder.rawValue, error: error, pause: pause)
    meter.note(record)
    onEvent(.retrying(record))
  }
}

/// The progress of a long operation.
public struct SeedProgress: Hashable, Sendable {
  /// The operation: `loading`, `building the index`.
  public let activity: String
  /// The completed amount.
  public let completed: Int
  /// The total amount; 0 if it is not known yet.
  public let total: Int
  /// The unit: `rows`, `blocks`.
  public let unit: String

  /// Creates a progress report.
  public init(activity: String, completed: Int, total: Int, unit: String) {
    self.activity = activity
    self.completed = completed
    self.total = total
    self.unit = unit
  }
}
