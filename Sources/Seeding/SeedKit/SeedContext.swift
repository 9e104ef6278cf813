public import FoundationEssentials
public import Postgres

/// What a seeder works with: a connection with an open transaction, its fixtures, the environment.
///
/// Not `Sendable`, so that a seeder cannot pass it to a task that writes outside the transaction or after its end.
public final class SeedContext {
  /// The environment of the run.
  public let environment: SeedEnvironment
  /// The connection. Only the runner commits or rolls back its transaction.
  public let connection: PostgresConnection
  /// The start of the run, the same for all its seeders.
  public let startedAt: Date

  /// What to do with rows that were edited outside seed-runner. `keep` in production, otherwise `overwrite`.
  public let driftPolicy: DriftPolicy
  /// Whether the `sync` policy may delete rows in production.
  let allowsDeletes: Bool
  /// The attempt with which written rows are recorded.
  let attemptID: UUID
  /// Collects what a plan would change; nil in a run.
  let recorder: ChangeRecorder?
  /// The digest of everything that decides what the seeder writes; nil if it is not compared with the history.
  let fingerprint: Fingerprint?

  /// The ids of all seeders of the program. Rows of other seeders are taken over.
  let seeders: Set<String>

  let meter: SeederMeter

  /// The row counts so far, for each table.
  public private(set) var outcome = SeedOutcome()

  let seeder: SeederID
  private let fixtures: FixtureStore
  private let onEvent: (SeedEvent) -> Void
  private var stageCount: Int
  private var edits: [(rows: DriftError, policy: DriftPolicy)] = []
  private var commitChecks: [() throws -> Void] = []
  private var ownedTables: [String: OwnedTable?] = [:]
  private var upserts: [String: [EarlierUpsert]] = [:]
  /// Whether ``ownedTables`` has all entries of the seeder.
  private let knowsAllTables: Bool

  init(
    seeder: SeederID, environment: SeedEnvironment, connection: PostgresConnection, startedAt: Date,
    fixtures: FixtureStore, attemptID: UUID, fingerprint: Fingerprint? = nil, allowsDeletes: Bool = false,
    recorder: ChangeRecorder? = nil, firstStage: Int = 0, seeders: Set<String> = [],
    ownedTables: [OwnedTable]? = nil, meter: SeederMeter = SeederMeter(),
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
    knowsAllTables = ownedTables != nil
    for table in ownedTables ?? [] { self.ownedTables[table.table] = table }
    stageCount = firstStage
    self.fixtures = fixtures
    self.onEvent = onEvent
  }

  /// Registers a check to run after all writes. If it throws, the seeder's transaction is rolled back.
  func beforeCommit(_ check: @escaping () throws -> Void) { commitChecks.append(check) }

  /// Runs the checks of ``beforeCommit(_:)``.
  func checkBeforeCommit() throws { for check in commitChecks { try check() } }

  /// Reads a fixture.
  ///
  /// - Parameter name: the name of the file in the program's ``FixtureStore``. It should be one of the seeder's
  ///   ``FixtureSeeder/fixtures``; otherwise changes of the file are not noticed.
  /// - Throws: ``FixtureError`` if the file does not exist or cannot be read.
  public func fixture(_ name: String) throws -> FixtureFile { try fixtures.file(name) }

  /// Reads several fixtures.
  ///
  /// - Parameter names: the names of the files, as for ``fixture(_:)``.
  /// - Throws: ``FixtureError`` with all missing files.
  public func fixtures(_ names: [String]) throws -> [FixtureFile] { try fixtures.files(names) }

  /// Decodes the records of a fixture, as ``FixtureFile/decode(_:)`` does.
  ///
  /// ```swift
  /// let countries = try context.decode([Country].self, from: "Countries/countries.csv")
  /// ```
  ///
  /// - Throws: ``FixtureError`` with all faults of the file, or if it does not exist; `CancellationError`.
  public func decode<Record: Decodable>(_ type: [Record].Type, from name: String) throws -> [Record] {
    try fixture(name).decode(type)
  }

  /// Adds rows to the counts in the report, for a seeder that writes them with its own SQL.
  ///
  /// - Parameters:
  ///   - counts: the row counts.
  ///   - table: the name of their table.
  public func count(_ counts: RowCounts, in table: String) { outcome.add(.init(name: table, counts: counts)) }

  /// Measures `body` as a phase of the seeder for the report. Everything else counts as ``SeedPhase/reading``.
  /// ``converge(_:rows:places:)`` measures its phases itself.
  ///
  /// - Throws: the error of `body`.
  public func measure<Result>(_ phase: SeedPhase, _ body: () async throws -> Result) async rethrows -> Result
  {
    try await meter.measure(phase, body)
  }

  /// Adds a line to the debug log.
  public func debug(_ message: String) { onEvent(.debug(seeder, message)) }

  /// Shows a message to the user, in one line. Not in a plan, which shows more.
  public func note(_ message: String) {
    if recorder == nil { noteAlways(message) }
  }

  /// Shows a message to the user, also in a plan.
  func noteAlways(_ message: String) { onEvent(.note(seeder, message)) }

  /// Collects edited rows for a note at the end of the seeder, because a table may be written in several steps.
  func note(_ edited: DriftError, policy: DriftPolicy) {
    if let index = edits.firstIndex(where: { $0.rows.table == edited.table && $0.policy == policy }) {
      edits[index].rows = edits[index].rows.adding(edited)
    } else {
      edits.append((edited, policy))
    }
  }

  /// Adds a note about edited rows for each table.
  func noteEdits() {
    for edit in edits { note(edit.rows.description(for: edit.policy)) }
    edits = []
  }
  /// The recorded entry of the seeder for a table.
  func ownedTable(_ canonicalName: String) async throws -> OwnedTable? {
    if let known = ownedTables[canonicalName] { return known }
    guard !knowsAllTables else { return nil }
    let found = try await OwnedTable.find(seeder: seeder, table: canonicalName, on: connection)
    ownedTables[canonicalName] = .some(found)
    return found
  }

  /// The upserts into a table so far.
  func upserts(into canonicalName: String) -> [EarlierUpsert] { upserts[canonicalName] ?? [] }

  /// Remembers the rows of an upsert, so that later ones are compared with them.
  func remember(_ writer: RowWriter) {
    upserts[writer.canonicalName, default: []].append(
      EarlierUpsert(
        key: writer.key, stagedKey: writer.stagedKey, columns: writer.compared, source: writer.source))
  }

  /// The recorded entries of other seeders of the program for a table.
  func otherOwners(of canonicalName: String) async throws -> [OwnedTable] {
    try await OwnedTable.others(than: seeder, table: canonicalName, on: connection)
      .filter { seeders.contains($0.seeder) }
  }

  /// What is recorded of a table that the seeder owns as a whole.
  func wholeTable(_ canonicalName: String) async throws -> WholeTable? {
    try await WholeTable.find(seeder: seeder, table: canonicalName, on: connection)
  }

  /// Whether the seeder owns any existing table as a whole.
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

  /// Deletes the records of single rows, because the table is now owned as a whole.
  func forgetRows(of canonicalName: String) async throws {
    guard let owned = try await ownedTable(canonicalName) else { return }
    try await connection.query("DELETE FROM seed_runner.owned_row WHERE table_id = \(owned.id)")
  }

  /// Deletes the record that a table was owned as a whole.
  func forgetWholeTable(_ canonicalName: String) async throws {
    try await connection.query(
      """
      UPDATE seed_runner.owned_table SET whole_files = NULL, whole_rows = NULL, whole_content = NULL
      WHERE seeder = \(seeder.rawValue) AND table_name = \(canonicalName)
      """)
  }

  /// Removes the entry of a table in which the seeder has no rows left.
  func forgetTable(_ canonicalName: String) async throws {
    ownedTables[canonicalName] = nil
    try await connection.query(
      "DELETE FROM seed_runner.owned_table WHERE seeder = \(seeder.rawValue) AND table_name = \(canonicalName)"
    )
  }

  /// Creates the entry with which the rows of a table are recorded, and the ids of their files.
  ///
  /// - Returns: the entry, and an id for each file.
  func recordOwnedTable(
    _ canonicalName: String, keyColumns: [String], valueColumns: [String], files: [String]
  ) async throws -> (entry: OwnedTable, files: [Int32]) {
    var statements = SourceFiles.numbering(files)
    let known = ownedTables[canonicalName] ?? nil
    let isCurrent = known?.keyColumns == keyColumns && known?.valueColumns == valueColumns
    if !isCurrent {
      statements.insert(
        OwnedTable.recording(
          seeder: seeder, table: canonicalName, keyColumns: keyColumns, valueColumns: valueColumns), at: 0)
    }
    let results = try await connection.pipeline(statements)
    guard let entry = isCurrent ? known : try results.first.map(OwnedTable.decode)?.first else {
      throw PostgresError(code: .decodingFailed, message: "owned_table returned no entry")
    }
    ownedTables[canonicalName] = .some(entry)
    return (entry, try SourceFiles.decode(files.isEmpty ? nil : results.last, files))
  }

  func nextStageNumber() -> Int {
    stageCount += 1
    return stageCount
  }

  /// A name that no other temporary table of the transaction has.
  func temporaryName(_ prefix: StaticString) throws -> PostgresIdentifier {
    try PostgresIdentifier("\(prefix)_\(nextStageNumber())")
  }
}

@available(*, unavailable)
extension SeedContext: Sendable {}
