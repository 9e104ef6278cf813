public import FoundationEssentials
public import Postgres

/// What a seeder works with: a connection inside an open transaction, its fixtures, its environment.
///
/// Deliberately not `Sendable`: a seeder cannot hand it to a task that would write outside the
/// transaction or after it.
public final class SeedContext {
  /// Where the run takes place.
  public let environment: SeedEnvironment
  /// The connection. Its transaction is the runner's to commit or roll back.
  public let connection: PostgresConnection
  /// The run's start: the same for all seeders of a run.
  public let startedAt: Date

  /// What to do with rows that somebody edited since they were written. `keep` in production, else
  /// `overwrite`.
  public let driftPolicy: DriftPolicy
  /// Whether rows that left the fixtures of a seeder with the policy `sync` are removed in production too.
  let allowsDeletes: Bool
  /// The run's attempt, under which the history remembers what is written.
  let attemptID: UUID
  /// Where a plan collects what would change; nil in a run.
  let recorder: ChangeRecorder?
  /// Of all that decides what the seeder writes; nil where nothing is compared with the history.
  let fingerprint: Fingerprint?

  /// The ids of all seeders of the program: rows of others are taken over.
  let seeders: Set<String>

  /// Measures the seeder.
  let meter: SeederMeter

  /// The rows that were written or found so far, table by table.
  public private(set) var outcome = SeedOutcome()

  let seeder: SeederID
  private let fixtures: FixtureStore
  private let onEvent: (SeedEvent) -> Void
  private var stageCount: Int
  private var edits: [(rows: DriftError, policy: DriftPolicy)] = []
  private var commitChecks: [() throws -> Void] = []
  private var ownedTables: [String: OwnedTable?] = [:]

  init(
    seeder: SeederID, environment: SeedEnvironment, connection: PostgresConnection, startedAt: Date,
    fixtures: FixtureStore, attemptID: UUID, fingerprint: Fingerprint? = nil, allowsDeletes: Bool = false,
    recorder: ChangeRecorder? = nil, firstStage: Int = 0, seeders: Set<String> = [],
    meter: SeederMeter = SeederMeter(),
    onEvent: @escaping (SeedEvent) -> Void
  ) {
    self.seeder = seeder
    self.environment = environment
    self.connection = connection
    self.startedAt = startedAt
    driftPolicy = .standard(in: environment)
    self.allowsDeletes = allowsDeletes
    self.attemptID = attemptID
    self.fingerprint = fingerprint
    self.recorder = recorder
    self.seeders = seeders
    self.meter = meter
    stageCount = firstStage
    self.fixtures = fixtures
    self.onEvent = onEvent
  }

  /// Has something checked when all is written: what it throws undoes the seeder's transaction.
  func beforeCommit(_ check: @escaping () throws -> Void) { commitChecks.append(check) }

  /// Runs the checks of ``beforeCommit(_:)``.
  func checkBeforeCommit() throws { for check in commitChecks { try check() } }

  /// Reads a fixture.
  ///
  /// - Parameter name: the file's name relative to the folder of the seeders; one of the seeder's
  ///   ``FixtureSeeder/fixtures``, or its change would not be noticed.
  /// - Throws: ``FixtureError`` if there is no such file.
  public func fixture(_ name: String) throws -> FixtureFile { try fixtures.file(name) }

  /// Reads several fixtures.
  ///
  /// - Parameter names: the files' names, as for ``fixture(_:)``.
  /// - Throws: ``FixtureError`` that names all files that are missing.
  public func fixtures(_ names: [String]) throws -> [FixtureFile] { try fixtures.files(names) }

  /// Decodes the records of a fixture, as ``FixtureFile/decode(_:)`` does.
  ///
  /// ```swift
  /// let countries = try context.decode([Country].self, from: "Countries/countries.csv")
  /// ```
  ///
  /// - Throws: ``FixtureError`` with all faults of the file, or if there is no such file; `CancellationError`.
  public func decode<Record: Decodable>(_ type: [Record].Type, from name: String) throws -> [Record] {
    try fixture(name).decode(type)
  }

  /// Adds rows to the counts of the run's report, for a seeder that writes them with SQL of its own.
  ///
  /// - Parameters:
  ///   - counts: what became of the rows.
  ///   - table: the name of their table.
  public func count(_ counts: RowCounts, in table: String) { outcome.add(.init(name: table, counts: counts)) }

  /// Says what a part of the seeder does, for the times in the report; the rest is
  /// ``SeedPhase/reading``. ``converge(_:rows:places:)`` says so itself.
  ///
  /// - Throws: what `body` throws.
  public func measure<Result>(_ phase: SeedPhase, _ body: () async throws -> Result) async rethrows -> Result
  {
    try await meter.measure(phase, body)
  }

  /// Adds a line to the debug log.
  public func debug(_ message: String) { onEvent(.debug(seeder, message)) }

  /// Tells a person something that they want to know in any case, in one line. Not in a plan, which says it
  /// better.
  public func note(_ message: String) {
    if recorder == nil { noteAlways(message) }
  }

  /// The same, in a plan, too.
  func noteAlways(_ message: String) { onEvent(.note(seeder, message)) }

  /// Remembers rows that somebody edited, for a note when the seeder is done: a table may be written in several steps.
  func note(_ edited: DriftError, policy: DriftPolicy) {
    if let index = edits.firstIndex(where: { $0.rows.table == edited.table && $0.policy == policy }) {
      edits[index].rows = edits[index].rows.adding(edited)
    } else {
      edits.append((edited, policy))
    }
  }

  /// Tells of the rows that were edited, a line for each table.
  func noteEdits() {
    for edit in edits { note(edit.rows.description(for: edit.policy)) }
    edits = []
  }

  /// What the history remembers of the seeder's rows in a table.
  func ownedTable(_ canonicalName: String) async throws -> OwnedTable? {
    if let known = ownedTables[canonicalName] { return known }
    let found = try await OwnedTable.find(seeder: seeder, table: canonicalName, on: connection)
    ownedTables[canonicalName] = .some(found)
    return found
  }

  /// What other seeders of the program wrote into a table.
  func otherOwners(of canonicalName: String) async throws -> [OwnedTable] {
    try await OwnedTable.others(than: seeder, table: canonicalName, on: connection)
      .filter { seeders.contains($0.seeder) }
  }

  /// What the history remembers of a table that the seeder loaded as a whole.
  func wholeTable(_ canonicalName: String) async throws -> WholeTable? {
    try await WholeTable.find(seeder: seeder, table: canonicalName, on: connection)
  }

  /// Whether there is any table that the seeder loaded as a whole.
  func hasWholeTables() async throws -> Bool {
    try await connection.queryOne(
      """
      SELECT EXISTS (
        SELECT FROM seed_runner.owned_table
        JOIN pg_namespace AS space ON starts_with(table_name, space.nspname || '.')
        JOIN pg_class AS class ON class.relnamespace = space.oid
          AND space.nspname || '.' || class.relname = table_name
        WHERE seeder = \(seeder.rawValue) AND whole_files IS NOT NULL)
      """
    ).decode(Bool.self)
  }

  /// Forgets the rows of a table one by one, because it is owned as a whole.
  func forgetRows(of canonicalName: String) async throws {
    guard let owned = try await ownedTable(canonicalName) else { return }
    try await connection.query("DELETE FROM seed_runner.owned_row WHERE table_id = \(owned.id)")
  }

  /// Forgets that a table was owned as a whole.
  func forgetWholeTable(_ canonicalName: String) async throws {
    try await connection.query(
      """
      UPDATE seed_runner.owned_table SET whole_files = NULL, whole_rows = NULL, whole_content = NULL
      WHERE seeder = \(seeder.rawValue) AND table_name = \(canonicalName)
      """)
  }

  /// Forgets a table of which no row is the seeder's any more.
  func forgetTable(_ canonicalName: String) async throws {
    ownedTables[canonicalName] = nil
    try await connection.query(
      "DELETE FROM seed_runner.owned_table WHERE seeder = \(seeder.rawValue) AND table_name = \(canonicalName)"
    )
  }

  /// Makes the entry under which the rows of a table are remembered.
  func recordOwnedTable(
    _ canonicalName: String, keyColumns: [String], valueColumns: [String]
  ) async throws -> OwnedTable {
    if let known = ownedTables[canonicalName] ?? nil, known.keyColumns == keyColumns,
      known.valueColumns == valueColumns
    {
      return known
    }
    let entry = try await OwnedTable.record(
      seeder: seeder, table: canonicalName, keyColumns: keyColumns, valueColumns: valueColumns, on: connection
    )
    ownedTables[canonicalName] = .some(entry)
    return entry
  }

  func nextStageNumber() -> Int {
    stageCount += 1
    return stageCount
  }

  /// A name for a temporary table that no other one of the transaction has.
  func temporaryName(_ prefix: StaticString) throws -> PostgresIdentifier {
    try PostgresIdentifier("\(prefix)_\(nextStageNumber())")
  }
}

@available(*, unavailable)
extension SeedContext: Sendable {}
