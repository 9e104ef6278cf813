public import Migrations

/// What every seeder says of itself. Conform to ``Seeder``, or to ``BulkSeeder`` for rows that are too many
/// for one transaction.
///
/// Everything else is opt-in: ``MigratingSeeder``, ``FixtureSeeder``, ``ReplaceableFixtures``,
/// ``VersionedSeeder``, ``ScheduledSeeder``, ``ConfigurableSeeder``, ``ResettableSeeder``.
public protocol SeederProtocol: Sendable {
  /// The stable name.
  var id: SeederID { get }
  /// One line for `list` and `--help`.
  var summary: String { get }
  /// Seeders whose rows must exist first. None by default. Selecting this seeder also selects them.
  var dependencies: [SeederID] { get }
  /// Where the seeder may run. By default everywhere except in production.
  var environments: Set<SeedEnvironment> { get }
  /// Whether the rows depend only on the ``Fingerprint``, the code and the database: not on the time, on variables or on
  /// a service. If so, a run does not call the seeder as long as nothing was written to the server since the seeder was
  /// found unchanged. False by default.
  var isDeterministic: Bool { get }
  /// How it runs. ``Seeder`` and ``BulkSeeder`` implement this.
  var work: SeedWork { get }
}

extension SeederProtocol {
  /// None.
  public var dependencies: [SeederID] { [] }
  /// Everywhere except in production.
  public var environments: Set<SeedEnvironment> { [.dev, .test, .ci, .ciLocal] }
  /// False.
  public var isDeterministic: Bool { false }
}

/// How a seeder runs.
public enum SeedWork: Sendable {
  /// In one transaction.
  case transaction(any Seeder)
  /// In many transactions, over its own connections.
  case bulk(any BulkSeeder)
}

/// A named, repeatable unit of data.
///
/// ```swift
/// struct Countries: Seeder {
///   let id: SeederID = "countries"
///   let summary = "Countries of ISO 3166-1"
///
///   func seed(in context: SeedContext) async throws {
///     try await context.upsert(countries, into: "countries", key: "code")
///   }
/// }
/// ```
///
/// `seed` makes the database equal to the data. It writes only rows that differ, so a second run writes
/// nothing. It runs inside one transaction. The runner commits it together with the history entry, or rolls it
/// back if `seed` throws.
public protocol Seeder: SeederProtocol {
  /// Writes the rows that differ.
  ///
  /// Called within a transaction. A run may first call it in a transaction that is rolled back, to check for
  /// differences. In that call the first write throws. After a transient error it is called again from the start.
  ///
  /// - Throws: ``FixtureError`` for invalid data, before anything is written; or any other error. Everything
  ///   written is rolled back.
  func seed(in context: SeedContext) async throws
}

extension Seeder {
  /// One transaction.
  public var work: SeedWork { .transaction(self) }
}

/// A seeder that creates its tables itself.
public protocol MigratingSeeder: SeederProtocol {
  /// The migrations that create its tables. A set that several seeders return is applied once.
  ///
  /// - Throws: `MigrationError` if a migration's file is malformed.
  func migrations() throws -> [MigrationSet]
}

/// A seeder that reads files.
public protocol FixtureSeeder: SeederProtocol {
  /// The files' paths in the folder of the seeders. Their contents are part of the fingerprint.
  var fixtures: [String] { get }

  /// Reads and checks the fixtures without a database, for `lint`.
  ///
  /// By default it only checks that the files exist.
  ///
  /// - Returns: the number of records, and findings that do not prevent seeding.
  /// - Throws: ``FixtureError`` with all faults for which `seed` would reject the fixtures.
  func validate(_ fixtures: FixtureStore) throws -> FixtureInspection
}

extension FixtureSeeder {
  /// Checks that the files exist.
  public func validate(_ fixtures: FixtureStore) throws -> FixtureInspection {
    _ = try fixtures.files(self.fixtures)
    return FixtureInspection(records: 0)
  }
}

/// A seeder whose files `--fixtures-path` can replace.
public protocol ReplaceableFixtures: FixtureSeeder {
  /// The same seeder with other files instead of its ``FixtureSeeder/fixtures``.
  func replacingFixtures(with names: [String]) -> any SeederProtocol
}

/// A seeder whose rows depend on more than its fixtures.
public protocol VersionedSeeder: SeederProtocol {
  /// Increase it if a change of the code changes what is written. 1 by default. Part of the fingerprint.
  var version: Int { get }
  /// Other values that decide what is written, such as settings. None by default. Part of the fingerprint.
  var fingerprintInputs: [String] { get }
}

extension VersionedSeeder {
  /// 1.
  public var version: Int { 1 }
  /// None.
  public var fingerprintInputs: [String] { [] }
}

/// A seeder that controls when it runs, in addition to its dependencies.
public protocol ScheduledSeeder: SeederProtocol {
  /// Seeders that run first if the plan contains them. None by default. Unlike ``SeederProtocol/dependencies``,
  /// they are not selected automatically, need not exist, and may fail.
  var runsAfter: [SeederID] { get }
  /// Whether `--all` selects it. True by default.
  var runsByDefault: Bool { get }
}

extension ScheduledSeeder {
  /// None.
  public var runsAfter: [SeederID] { [] }
  /// True.
  public var runsByDefault: Bool { true }
}

/// A seeder that reads options of the run.
public protocol ConfigurableSeeder: SeederProtocol {
  /// The names of the options, such as `rows`. If only this seeder is selected, other options of a module are
  /// rejected.
  var flags: [String] { get }
}

/// A seeder that writes to rows it does not own, for example to one of their columns.
public protocol ResettableSeeder: Seeder {
  /// Undoes these writes. The seeder's own rows are deleted in any case.
  ///
  /// Called within a transaction. Report the rows with ``SeedContext/count(_:in:)``.
  ///
  /// - Throws: any error. The transaction is then rolled back.
  func reset(in context: SeedContext) async throws
}
