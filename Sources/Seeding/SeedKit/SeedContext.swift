public import FoundationEssentials
public import Postgres

/// What a seeder works with: a connection with an open transaction, its fixtures, the environment.
///
/// Not `Sendable`, so that a seeder cannot pass it to a task that writes outside the transaction or after its end.
public final class SeedContext {
  /// The environment of the run.
  public let environment: SeedEnvironment
  /// The connection. Only the runner commits or rolls back its transaction.
  ///
  /// A seeder that uses it runs in a transaction of its own, even if there is nothing to do. For queries use
  /// ``read(_:)-(PostgresQuery)``, so that seeders without changes share the round trips of one transaction.
  public var connection: PostgresConnection {
    SharedRoundTrips.member?.leave()
    return session
  }
  /// The connection for statements of the framework.
  let session: PostgresConnection
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
  /// The recorded entries of the seeder by table; nil until they are read.
  var ownedTables: [String: OwnedTable]?
  /// The tables whose entries have changed since.
  var changedTables: Set<String> = []
  /// The opening that reads the entries.
  private let opening: TransactionOpening?
  /// The tables of the run's definitions.
  let catalog: TableCatalog?
  /// Whether the seeder may own tables as a whole.
  let mayOwnWholeTables: Bool
  /// Where the tables of the database are.
  public let sharding: Sharding
  /// Whether the seeder is run only to find that nothing differs. Anything else throws ``NotCurrent``.
  let isSurvey: Bool
  private var upserts: [String: [EarlierUpsert]] = [:]

  /// The seeder would write something.
  struct NotCurrent: Error {}

  init(
    seeder: SeederID, environment: SeedEnvironment, connection: PostgresConnection, startedAt: Date,
    fixtures: FixtureStore, attemptID: UUID, fingerprint: Fingerprint? = nil, allowsDeletes: Bool = false,
    recorder: ChangeRecorder? = nil, firstStage: Int = 0, seeders: Set<String> = [],
    opening: TransactionOpening? = nil, catalog: TableCatalog? = nil,
    mayOwnWholeTables: Bool = true, sharding: Sharding = .singleServer, isSurvey: Bool = false,
    meter: SeederMeter = SeederMeter(),
    onEvent: @escaping (SeedEvent) -> Void
  ) {
    self.seeder = seeder
    self.environment = environment
    session = connection
    self.startedAt = startedAt
    driftPolicy = .standard(in: environment)
    self.allowsDeletes = allowsDeletes
    self.attemptID = attemptID
    self.fingerprint = fingerprint
    self.recorder = recorder
    self.seeders = seeders
    self.meter = meter
    self.opening = opening
    self.catalog = catalog
    self.mayOwnWholeTables = mayOwnWholeTables
    self.sharding = sharding
    self.isSurvey = isSurvey
    stageCount = firstStage
    self.fixtures = fixtures
    self.onEvent = onEvent
  }

  /// Registers a check to run after all writes. If it throws, the seeder's transaction is rolled back.
  func beforeCommit(_ check: @escaping () throws -> Void) { commitChecks.append(check) }

  /// Runs the checks of ``beforeCommit(_:)``.
  func checkBeforeCommit() throws { for check in commitChecks { try check() } }

  /// Runs a query that only reads. It must not write: a run may first call ``Seeder/seed(in:)`` in a transaction that
  /// is rolled back, and the query is not noticed there.
  ///
  /// - Throws: `PostgresError`.
  public func read(_ query: PostgresQuery) async throws -> PostgresRows {
    try await read([query])[0]
  }

  /// Runs several queries that only read, in one round trip; see ``read(_:)-(PostgresQuery)``.
  ///
  /// - Returns: the rows of each query, in order.
  /// - Throws: `PostgresError`.
  public func read(_ queries: [PostgresQuery]) async throws -> [PostgresRows] {
    try await session.pipeline(sharingOpening: queries)
  }

  /// Tells the run that the seeder is going to write, for seeders that prepare their rows at some expense. Call it
  /// before the preparation, which the run then does not repeat.
  ///
  /// - Throws: an error in the call of ``Seeder/seed(in:)`` that only checks for differences; do not catch it.
  public func willWrite() throws {
    if isSurvey { throw NotCurrent() }
  }

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
  /// The upserts into a table so far.
  func upserts(into canonicalName: String) -> [EarlierUpsert] { upserts[canonicalName] ?? [] }

  /// Remembers the rows of an upsert, so that later ones are compared with them.
  func remember(_ writer: RowWriter) {
    upserts[writer.canonicalName, default: []].append(
      EarlierUpsert(
        key: writer.key, stagedKey: writer.stagedKey, columns: writer.compared, source: writer.source))
  }

  /// What an opening reads about seeders.
  static func opening(of seeders: [SeederID]) -> [PostgresQuery] {
    [SeedHistory.lastRuns(of: seeders), OwnedTable.all(writtenBy: seeders)]
  }

  /// The rows of ``opening(of:)``; nil if nothing was read.
  func openingRows() async throws -> [PostgresRows]? {
    guard let opening else { return nil }
    return try await session.rows(of: opening)
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
