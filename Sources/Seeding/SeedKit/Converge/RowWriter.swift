import FoundationEssentials
import Postgres

/// Makes one table equal to staged rows. It first counts the rows that are missing, that differ, and that were
/// edited outside seed-runner, and then writes.
struct RowWriter {
  /// A column that the staged rows fill.
  struct Column {
    /// The table's column, quoted.
    let quoted: String
    /// The staged column, quoted.
    let stagedName: String
    /// Whether the column is compared and updated.
    var isCompared = true
    /// Whether a plan shows the column.
    var isRecorded = true
    /// SQL for whether a record lacks this field; nil if all records have it.
    var isMissing: String?
    /// The value that an insert uses for a missing field.
    var defaultExpression = "NULL"
    /// The type to cast the staged value to, if its type differs.
    var cast: String?
    /// Whether a plan does not show the values.
    var isSecret = false

    private var staged: String { cast.map { "staged.\(stagedName)::\($0)" } ?? "staged.\(stagedName)" }
    /// The value for a new row.
    var inserted: String {
      isMissing.map { "CASE WHEN \($0) THEN \(defaultExpression) ELSE \(staged) END" } ?? staged
    }
    /// The value that an existing row should have.
    var wanted: String {
      isMissing.map { "CASE WHEN \($0) THEN live.\(quoted) ELSE \(staged) END" } ?? staged
    }
  }

  let context: SeedContext
  /// The table's name in reports.
  let name: String
  /// Schema and name.
  var canonicalName: String
  /// The table as SQL.
  let quoted: String
  /// The natural key in the table, quoted.
  let key: [String]
  /// The natural key in the staged rows, quoted, in the same order.
  let stagedKey: [String]
  let columns: [Column]
  /// The columns of the table, quoted.
  var tableColumns: [String]
  /// How the key identifies rows.
  var rule = KeyRule.plain
  /// A column of the table that is NULL only if there is no row, quoted; nil if those of the key are such columns.
  var presence: String?
  /// The rows within which the natural key is unique, over the alias `live`.
  var condition = "true"
  /// SQL for whether a staged row would not be among these rows, over the aliases `staged` and `live`; nil if all
  /// are.
  var outside: String?
  /// Whether only the written rows show whether they are.
  var checksNewKeys = false
  /// A FROM item: the staged rows with `seed_row`, `seed_file`, `seed_record` and, if some record lacks a field,
  /// `seed_missing`.
  let source: String
  let rowCount: Int
  /// The paths by the values of `seed_file`, from 0.
  let files: [String]
  /// Whether existing rows are updated.
  var updates = true
  /// Whether each row is recorded; false for a table that is owned as a whole.
  var owns = true
  /// The columns that the digests cover, quoted: the compared ones, and those that other entries of the seeder fill
  /// in the same table.
  var digested: [String] = []
  /// Whether a later comparison of the same rows reports the edited rows that are kept.
  var isLookedAtAgain = false
  /// Whether a plan shows these rows.
  var isRecorded = true
  /// Whether the rows are those of an upsert, which must agree with earlier ones.
  var isUpsert = false
  var drift: DriftPolicy
  /// Compares the stored bytes, so that 1.0 and 1.00 differ. Only possible if both sides have the same types.
  var comparesImages = true
  var statements: any RowStatements
  /// The row of ``comparisonQuery``, if it has been queried and nothing was written since.
  var comparison: PostgresRow?

  var compared: [Column] { columns.filter(\.isCompared) }
  var match: String {
    rule.match(key.map { "live.\($0)" }, stagedKey.map { "staged.\($0)" })
      + (condition == "true" ? "" : " AND (\(condition))")
  }
  var isAbsent: String { "live.\(presence ?? key[0]) IS NULL" }
  var differs: String { differs(in: compared) }
  func differs(in columns: [Column]) -> String {
    let columns = settable(columns)
    guard !columns.isEmpty else { return "false" }
    let live = columns.map { "live.\($0.quoted)" }.joined(separator: ", ")
    let wanted = columns.map(\.wanted).joined(separator: ", ")
    return comparesImages
      ? "record_image_ne(ROW(\(live)), ROW(\(wanted)))" : "(\(live)) IS DISTINCT FROM (\(wanted))"
  }
  var digestColumns: [String] { digested.isEmpty ? compared.map(\.quoted) : digested }
  var liveDigest: String { RowText.digest(digestColumns, of: "live") }
  /// The digest of what the record asks for. Differs from ``liveDigest`` if the database itself changed a value,
  /// for example in a trigger.
  var inputDigest: String {
    RowText.digest(
      digestColumns.map { quoted in compared.first { $0.quoted == quoted }?.wanted ?? "live.\(quoted)" })
  }
  var liveKeyText: String { RowText.key(key, of: "live") }
  var stagedKeyText: String { RowText.key(stagedKey, of: "staged") }

  /// Compares, then writes.
  ///
  /// - Returns: the row counts.
  /// - Throws: `PostgresError`; ``FixtureError`` for rows that the table rejects; ``DriftError`` with the drift
  ///   policy `fail`.
  func run() async throws -> RowCounts {
    guard rowCount > 0 else { return RowCounts() }
    try refuseOtherKey()
    let counts = try await context.measure(.comparing) { try await converge() }
    if isUpsert { context.remember(self) }
    return counts
  }

  /// The query that counts the rows that are missing, those that differ and those that would have no key. Counted in a
  /// subquery, because Citus plans no other subquery beside the counts.
  var comparisonQuery: PostgresQuery {
    """
    SELECT missing, differing, (SELECT relhasrules FROM pg_class WHERE oid = to_regclass(\(quoted))), outside
    FROM (
      SELECT count(*) FILTER (WHERE \(unescaped: isAbsent)) AS missing,
        count(*) FILTER (WHERE NOT \(unescaped: isAbsent) AND \(unescaped: differs)) AS differing,
        \(unescaped: outside.map { "count(*) FILTER (WHERE \($0))" } ?? "0::bigint") AS outside
      FROM \(unescaped: source) AS staged
      LEFT JOIN \(unescaped: counterparts(among: rule.rows(of: quoted))) AS live ON \(unescaped: match)
    ) AS found
    """
  }

  private func converge() async throws -> RowCounts {
    let connection = context.session
    var edited: DriftError?
    let owned = try await context.ownedTable(canonicalName)
    let hasDigests = owned?.valueColumns == digestColumns
    let recorded = recordedDigest(owned)
    // Recorded rows are looked up only for rows that are missing or differ: that join, by text, costs more than the
    // comparison.
    let found: PostgresRow
    if let comparison { found = comparison } else { found = try await connection.queryOne(comparisonQuery) }
    let (missing, differing, hasRules, outside) = try found.decode(
      Int.self, Int.self, Bool.self, Int.self)
    if context.isSurvey {
      if missing > 0 || outside > 0 || differing > 0 && updates || owned != nil && !hasDigests {
        try context.willWrite()
      }
      return RowCounts(unchanged: rowCount)
    }
    if outside > 0 { try await refuseOutside() }
    let gone = missing > 0 ? try await countGone(owned) : 0
    try await statements.check(missing: missing, self)
    var counts = RowCounts(unchanged: rowCount - missing)
    var difference: RowDifference?
    if differing > 0, updates {
      let found = try await RowDifference.stage(
        self, owned: owned, recorded: recorded, hasDigests: hasDigests)
      difference = found
      counts.updated = found.rowCount - (drift == .keep ? found.drifted : 0)
      counts.drifted = drift == .keep ? found.drifted : 0
      counts.unchanged -= found.rowCount
      try await refuseOtherOwners(found)
      try await refuseEarlierUpserts(found)
    }
    let keepsGone = drift == .keep && gone > 0
    counts.inserted = missing - (keepsGone ? gone : 0)
    counts.drifted += keepsGone ? gone : 0
    // Recorded before any row is rejected, so that a plan shows the rows.
    if context.recorder != nil, isRecorded {
      try await record(difference: difference, owned: owned, keepsGone: keepsGone)
    }
    if gone + (difference?.drifted ?? 0) > 0 {
      let error = try await driftError(difference, owned: owned, gone: gone)
      guard drift != .fail else { throw error }
      // A later comparison would find and report the kept rows again.
      if drift != .keep || !isLookedAtAgain { edited = error }
    }
    let columnsChanged = owned != nil && !hasDigests
    guard counts.written > 0 else {
      // Equal rows count as written with the new columns. Otherwise a later edit of these would not be noticed.
      if columnsChanged, owns, recorded != nil, context.recorder == nil {
        let (entry, _) = try await context.recordOwnedTable(
          canonicalName, keyColumns: key, rule: rule, valueColumns: digestColumns, files: [])
        try await refreshDigests(entry, recorded: recorded)
      }
      if let edited { context.note(edited, policy: drift) }
      return counts
    }
    if hasRules { try await refuseRules(counts) }
    var ownership: Ownership?
    if owns {
      let recording = try await context.recording(
        canonicalName, keyColumns: key, rule: rule, valueColumns: digestColumns, files: files)
      await connection.runWithNext(recording)
      ownership = Ownership(
        seeder: context.seeder, table: canonicalName, paths: files, attempt: context.attemptID,
        isFirst: owned == nil)
    }
    let write = RowWrite(
      missing: missing, inserts: counts.inserted, updates: counts.updated, difference: difference,
      ownership: ownership, gone: keepsGone ? owned?.id : nil)
    let written = try await context.measure(.writing) { try await statements.write(self, write) }
    // A row whose natural key was changed is missing under that key, but is found by its primary key.
    (counts.inserted, counts.updated, counts.deleted) = (written.inserted, written.updated, written.deleted)
    if columnsChanged, owns, let owned { try await refreshDigests(owned, recorded: recorded) }
    if let edited { context.note(edited, policy: drift) }
    return counts
  }

  /// Rejects a table with rules for the statements that would write its rows.
  private func refuseRules(_ counts: RowCounts) async throws {
    var events: Set<TableRules.Event> = []
    // The server rejects ON CONFLICT for both kinds of rules.
    if counts.inserted > 0 || statements is UpsertByKey { events.insert(.insert) }
    if counts.updated > 0 || statements is UpsertByKey { events.insert(.update) }
    let rows = try await context.session.query(TableRules.query(quoted))
    guard let rules = try TableRules(Array(rows), of: name, for: events) else { return }
    let place = (statements as? InsertAndUpdate)?.place
    throw FixtureError([
      FixtureFault(
        .unsupportedTable, file: place?.file ?? files.first ?? name, line: place?.line, field: "table",
        found: rules.found,
        expected: rules.fix)
    ])
  }

  /// What is needed to record the written rows.
  struct Ownership {
    let seeder: SeederID
    /// Schema and name.
    let table: String
    /// The paths by the values of `seed_file`, from 0.
    let paths: [String]
    let attempt: UUID
    /// Whether the seeder writes to the table for the first time.
    let isFirst: Bool

    /// SQL for the id of the entry. Not the id itself, because the entry may be created in the same round trip.
    var tableID: PostgresQuery {
      "(SELECT id FROM seed_runner.owned_table WHERE seeder = \(seeder.rawValue) AND table_name = \(table))"
    }
    /// SQL for an array with the id of each file.
    var fileIDs: PostgresQuery {
      """
      ARRAY(SELECT file.id FROM unnest(\(paths)) WITH ORDINALITY AS named (path, place)
        JOIN seed_runner.source_file AS file ON file.path = named.path ORDER BY named.place)
      """
    }
  }

  /// The number of missing rows that are recorded, which means they were deleted outside seed-runner.
  private func countGone(_ owned: OwnedTable?) async throws -> Int {
    guard let owned else { return 0 }
    return try await context.session.queryOne(
      """
      SELECT count(owner.key) FROM \(unescaped: source) AS staged
      LEFT JOIN \(unescaped: counterparts) AS live ON \(unescaped: match)
      JOIN seed_runner.owned_row AS owner ON owner.table_id = \(owned.id) AND owner.key = \(unescaped: stagedKeyText)
      WHERE \(unescaped: isAbsent)
      """
    ).decode(Int.self)
  }

  private func driftError(
    _ difference: RowDifference?, owned: OwnedTable?, gone: Int
  ) async throws -> DriftError {
    let edited = difference.map { "SELECT key FROM \($0.stage.quoted) WHERE drifted" }
    let deleted = owned.map { owned in
      """
      SELECT owner.key FROM \(source) AS staged LEFT JOIN \(counterparts) AS live ON \(match)
      JOIN seed_runner.owned_row AS owner ON owner.table_id = \(owned.id) AND owner.key = \(stagedKeyText)
      WHERE \(isAbsent)
      """
    }
    func rows(_ count: Int, _ query: String?) async throws -> DriftError.Rows {
      guard count > 0, let query else { return DriftError.Rows(keys: [], count: 0) }
      let keys = try await context.session.query(
        PostgresQuery(unescaped: "\(query) ORDER BY 1 LIMIT \(DriftError.keyLimit)")
      ).map { try $0.decode(String.self) }
      return DriftError.Rows(keys: keys, count: count)
    }
    return DriftError(
      table: name, edited: try await rows(difference?.drifted ?? 0, edited),
      deleted: try await rows(gone, deleted))
  }
}
