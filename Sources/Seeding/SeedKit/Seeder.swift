public import Migrations

/// A named, repeatable unit of data.
///
/// ```swift
/// struct CountriesSeeder: Seeder {
///   let id: SeederID = "countries"
///   let summary = "Countries of ISO 3166-1"
///   let fixtures = ["Countries/countries.json"]
///
///   func seed(in context: SeedContext) async throws -> SeedOutcome {
///     let rows = try countries(from: context.fixture("Countries/countries.json"))
///     return SeedOutcome(try await context.converge(countryTable, rows: rows))
///   }
/// }
/// ```
///
/// `seed` converges: it makes the database equal to the fixtures, writes what differs and touches
/// nothing else, so that a second run writes nothing. It runs inside one transaction, which the
/// runner commits together with the history entry, or rolls back when `seed` throws.
public protocol Seeder: Sendable {
  /// The stable name.
  var id: SeederID { get }
  /// One line for `seed-runner list` and `--help`.
  var summary: String { get }
  /// Seeders whose rows must be there first. None by default. Selecting this one selects them too.
  var dependencies: [SeederID] { get }
  /// Seeders that come first if the plan has them. None by default. Other than ``dependencies`` they
  /// are not selected along, need not exist, and their failure does not keep this one from running:
  /// for a seeder that works on whatever rows there are.
  var follows: [SeederID] { get }
  /// Where it may run. By default everywhere but in production.
  var environments: Set<SeedEnvironment> { get }
  /// Whether `--all` selects it; false for what is too much to be seeded unasked. True by default.
  var isPartOfAll: Bool { get }
  /// The names of the options of `seed-runner` that it reads, such as `rows`. None by default.
  var flags: [String] { get }
  /// To be raised when the code, not a fixture, changes what is written. 1 by default.
  var version: Int { get }
  /// The files it reads, relative to the folder of the seeders. None by default. Their content is
  /// part of the fingerprint.
  var fixtures: [String] { get }
  /// Whatever else decides what is written, such as a setting's value. None by default. Part of the
  /// fingerprint.
  var fingerprintInputs: [String] { get }

  /// The migrations that make its tables. None by default: its tables are somebody else's.
  ///
  /// - Throws: `MigrationError` if a migration's file is malformed.
  func migrations() throws -> [MigrationSet]

  /// Reads the fixtures as ``seed(in:)`` does, but without a database, and judges them.
  ///
  /// By default it only looks whether the files are there.
  ///
  /// - Returns: what the fixtures hold, and what should be put right although it can be seeded.
  /// - Throws: ``FixtureError`` with all the faults for which `seed` would refuse them.
  func inspect(_ fixtures: FixtureStore) throws -> FixtureInspection

  /// The same seeder with other files in place of its ``fixtures``: what `--fixtures-path` asks for.
  /// By default nil, because most seeders have but the one set.
  func reading(fixtures names: [String]) -> (any Seeder)?

  /// Writes what differs from the fixtures.
  ///
  /// Called within a transaction; may be called again from the start after a fault that can pass.
  ///
  /// - Returns: the rows inserted, updated and unchanged, per table.
  /// - Throws: ``FixtureError`` for bad data, before anything is written; any other error for
  ///   whatever else went wrong. All that was written is undone.
  func seed(in context: SeedContext) async throws -> SeedOutcome

  /// Takes back what it wrote into rows that are not its own, such as a column of them.
  ///
  /// By default nil: the rows that the history knows as its own are removed. Called within a transaction.
  ///
  /// - Throws: whatever went wrong; then nothing is taken back.
  func reset(in context: SeedContext) async throws -> SeedOutcome?
}

extension Seeder {
  /// None.
  public var dependencies: [SeederID] { [] }
  /// None.
  public var follows: [SeederID] { [] }
  /// Everywhere but in production.
  public var environments: Set<SeedEnvironment> { [.dev, .test, .ci, .ciLocal] }
  /// True.
  public var isPartOfAll: Bool { true }
  /// None.
  public var flags: [String] { [] }
  /// 1.
  public var version: Int { 1 }
  /// None.
  public var fixtures: [String] { [] }
  /// None.
  public var fingerprintInputs: [String] { [] }
  /// None.
  public func migrations() throws -> [MigrationSet] { [] }
  /// Looks whether the files are there.
  public func inspect(_ fixtures: FixtureStore) throws -> FixtureInspection {
    _ = try fixtures.files(self.fixtures)
    return FixtureInspection(records: 0)
  }
  /// Nil.
  public func reset(in context: SeedContext) async throws -> SeedOutcome? { nil }
  /// Nil.
  public func reading(fixtures names: [String]) -> (any Seeder)? { nil }
}
