import FoundationEssentials
import Postgres

/// Makes one table equal to staged rows, in steps that look before they write: how many rows are
/// missing, which differ, and which of those were edited outside seed-runner.
struct RowWriter {
  /// A column that the staged rows fill.
  struct Column {
    /// The column of the table, quoted.
    let quoted: String
    /// The column of the staged rows, quoted.
    let stagedName: String
    /// Whether an update sets it, and a difference counts.
    var isCompared = true
    /// Whether a plan tells it.
    var isRecorded = true
    /// The bit of `staged.seed_missing` that says a record has no such field; nil if all have it.
    var missingBit: Int?
    /// The value that an insert takes for a missing field.
    var defaultExpression = "NULL"
    /// The type to give a staged value that has another one.
    var cast: String?

    var isMissing: String? { missingBit.map { "get_bit(staged.seed_missing, \($0)) = 1" } }
    private var staged: String { cast.map { "staged.\(stagedName)::\($0)" } ?? "staged.\(stagedName)" }
    /// The value that a new row gets.
    var inserted: String {
      isMissing.map { "CASE WHEN \($0) THEN \(defaultExpression) ELSE \(staged) END" } ?? staged
    }
    /// The value that an existing row should have.
    var wanted: String {
      isMissing.map { "CASE WHEN \($0) THEN live.\(quoted) ELSE \(staged) END" } ?? staged
    }
  }

  let context: SeedContext
  /// The name for reports.
  let name: String
  /// Schema and name.
  let canonicalName: String
  /// The table as SQL.
  let quoted: String
  /// The natural key in the table, quoted.
  let key: [String]
  /// The natural key in the staged rows, quoted, in the same order.
  let stagedKey: [String]
  let columns: [Column]
  /// Which rows of the table the natural key speaks of, over the alias `live`.
  var condition = "true"
  /// A FROM item: the staged rows with `seed_row`, `seed_file`, `seed_record` and, if any field of any
  /// record is missing, `seed_missing`.
  let source: String
  let rowCount: Int
  /// The paths that `seed_file` counts, from 0.
  let files: [String]
  /// Whether existing rows are updated.
  var updates = true
  /// Whether the history remembers each row; false for a table that is owned as a whole.
  var owns = true
  /// The columns that the history's digests cover, quoted: those that are compared, and those that other
  /// entries of the seeder fill in the same table.
  var digested: [String] = []
  /// Whether a later look at the same rows tells which of them were edited and kept.
  var isLookedAtAgain = false
  /// Whether a plan tells of these rows.
  var isRecorded = true
  var drift: DriftPolicy
  /// Compares the stored bytes, so that 1.0 and 1.00 differ; only where both sides have the same types.
  var comparesImages = true
  /// How the rows are written.
  var statements: any RowStatements

  var compared: [Column] { columns.filter(\.isCompared) }
  var match: String {
    (zip(key, stagedKey).map { "live.\($0) = staged.\($1)" }
      + (condition == "true" ? [] : ["(\(condition))"]))
      .joined(separator: " AND ")
  }
  var isAbsent: String { "live.\(key[0]) IS NULL" }
  var differs: String { differs(in: compared) }
  func differs(in columns: [Column]) -> String {
    guard !columns.isEmpty else { return "false" }
    let live = columns.map { "live.\($0.quoted)" }.joined(separator: ", ")
    let wanted = columns.map(\.wanted).joined(separator: ", ")
    return comparesImages
      ? "record_image_ne(ROW(\(live)), ROW(\(wanted)))" : "(\(live)) IS DISTINCT FROM (\(wanted))"
  }
  private var digestColumns: [String] { digested.isEmpty ? compared.map(\.quoted) : digested }
  var liveDigest: String { RowText.digest(digestColumns, of: "live") }
  /// The digest of what the record asks for. It is another than ``liveDigest`` where the database itself
  /// changed a value, as a trigger does.
  var inputDigest: String {
    RowText.digest(
      digestColumns.map { quoted in compared.first { $0.quoted == quoted }?.wanted ?? "live.\(quoted)" })
  }
  var liveKeyText: String { RowText.key(key, of: "live") }
  var stagedKeyText: String { RowText.key(stagedKey, of: "staged") }

  /// Looks, then writes.
  ///
  /// - Returns: what became of the rows.
  /// - Throws: `PostgresError`; ``FixtureError`` for rows that the table refuses; ``DriftError`` under the
  ///   policy `fail`.
  func run() async throws -> RowCounts {
    guard rowCount > 0 else { return RowCounts() }
    return try await context.measure(.comparing) { try await converge() }
  }

  private func converge() async throws -> RowCounts {
    let connection = context.connection
    var edited: DriftError?
    var owned = try await context.ownedTable(canonicalName)
    let hasDigests = owned?.valueColumns == digestColumns
    // Owners are looked up only for rows that are missing or differ: by text, that join costs more than the look.
    let (missing, differing, hasRules) = try await connection.queryOne(
      """
      SELECT count(*) FILTER (WHERE \(unescaped: isAbsent)),
        count(*) FILTER (WHERE NOT \(unescaped: isAbsent) AND \(unescaped: differs)),
        (SELECT relhasrules FROM pg_class WHERE oid = to_regclass(\(quoted)))
      FROM \(unescaped: source) AS staged LEFT JOIN \(unescaped: quoted) AS live ON \(unescaped: match)
      """
    ).decode(Int.self, Int.self, Bool.self)
    let gone = missing > 0 ? try await countGone(owned) : 0
    try await statements.check(missing: missing, self)
    var counts = RowCounts(unchanged: rowCount - missing)
    var difference: RowDifference?
    if differing > 0, updates {
      let found = try await RowDifference.stage(self, owned: owned, hasDigests: hasDigests)
      difference = found
      counts.updated = found.rowCount - (drift == .keep ? found.drifted : 0)
      counts.drifted = drift == .keep ? found.drifted : 0
      counts.unchanged -= found.rowCount
      try await refuseOtherOwners(found)
    }
    let keepsGone = drift == .keep && gone > 0
    counts.inserted = missing - (keepsGone ? gone : 0)
    counts.drifted += keepsGone ? gone : 0
    // Before the rows are refused: a plan shows which they are.
    if context.recorder != nil, isRecorded {
      try await record(difference: difference, owned: owned, keepsGone: keepsGone)
    }
    if gone + (difference?.drifted ?? 0) > 0 {
      let error = try await driftError(difference, owned: owned, gone: gone)
      guard drift != .fail else { throw error }
      // Rows that stay as they are would be met, and told, again.
      if drift != .keep || !isLookedAtAgain { edited = error }
    }
    guard counts.written > 0 else {
      if let edited { context.note(edited, policy: drift) }
      return counts
    }
    if hasRules { try await refuseRules(counts) }
    let columnsChanged = owned != nil && !hasDigests
    var ownership: Ownership?
    if owns {
      let isFirst = owned == nil
      let entry = try await context.recordOwnedTable(
        canonicalName, keyColumns: key, valueColumns: digestColumns)
      let numbers = try await SourceFiles.numbers(of: files, on: connection)
      ownership = Ownership(
        table: entry.id, files: numbers, attempt: context.attemptID, isFirst: isFirst)
      owned = entry
    }
    let write = RowWrite(
      missing: missing, inserts: counts.inserted, updates: counts.updated, difference: difference,
      ownership: ownership, gone: keepsGone ? owned?.id : nil)
    let written = try await context.measure(.writing) { try await statements.write(self, write) }
    // A row whose natural key was changed is missing under it, and found by its primary key.
    (counts.inserted, counts.updated, counts.deleted) = (written.inserted, written.updated, written.deleted)
    if columnsChanged, owns, let owned { try await refreshDigests(owned) }
    if let edited { context.note(edited, policy: drift) }
    return counts
  }

  /// Refuses a table with rules for the statements that would write its rows.
  private func refuseRules(_ counts: RowCounts) async throws {
    var events: Set<TableRules.Event> = []
    // ON CONFLICT is refused for rules of either kind.
    if counts.inserted > 0 || statements is UpsertByKey { events.insert(.insert) }
    if counts.updated > 0 || statements is UpsertByKey { events.insert(.update) }
    let rows = try await context.connection.query(TableRules.query(quoted))
    guard let rules = try TableRules(Array(rows), of: name, for: events) else { return }
    let place = (statements as? InsertAndUpdate)?.place
    throw FixtureError([
      FixtureFault(
        .unsupportedTable, file: place?.file ?? files.first ?? name, line: place?.line, field: "table",
        found: rules.found,
        expected: rules.remedy)
    ])
  }

  /// What the statements that write need to remember the rows.
  struct Ownership {
    let table: Int32
    let files: [Int32]
    let attempt: UUID
    /// Whether the seeder has written nothing into the table before.
    let isFirst: Bool
  }

  /// How many of the missing rows the history knows: somebody deleted them.
  private func countGone(_ owned: OwnedTable?) async throws -> Int {
    guard let owned else { return 0 }
    return try await context.connection.queryOne(
      """
      SELECT count(owner.key) FROM \(unescaped: source) AS staged
      LEFT JOIN \(unescaped: quoted) AS live ON \(unescaped: match)
      JOIN seed_runner.owned_row AS owner ON owner.table_id = \(owned.id) AND owner.key = \(unescaped: stagedKeyText)
      WHERE \(unescaped: isAbsent)
      """
    ).decode(Int.self)
  }

  /// After the seeder's columns changed, the digests of the rows that needed no update cover others.
  private func refreshDigests(_ entry: OwnedTable) async throws {
    try await context.connection.query(
      """
      UPDATE seed_runner.owned_row AS owner SET digest = \(unescaped: liveDigest)
      FROM \(unescaped: quoted) AS live
      WHERE owner.table_id = \(entry.id) AND owner.key = \(unescaped: liveKeyText) AND (\(unescaped: condition))
      """)
  }

  private func driftError(
    _ difference: RowDifference?, owned: OwnedTable?, gone: Int
  ) async throws -> DriftError {
    let edited = difference.map { "SELECT key FROM \($0.stage.quoted) WHERE drifted" }
    let deleted = owned.map { owned in
      """
      SELECT owner.key FROM \(source) AS staged LEFT JOIN \(quoted) AS live ON \(match)
      JOIN seed_runner.owned_row AS owner ON owner.table_id = \(owned.id) AND owner.key = \(stagedKeyText)
      WHERE \(isAbsent)
      """
    }
    func rows(_ count: Int, _ query: String?) async throws -> DriftError.Rows {
      guard count > 0, let query else { return DriftError.Rows(keys: [], count: 0) }
      let keys = try await context.connection.query(
        PostgresQuery(unescaped: "\(query) ORDER BY 1 LIMIT \(DriftError.keyLimit)")
      ).map { try $0.decode(String.self) }
      return DriftError.Rows(keys: keys, count: count)
    }
    return DriftError(
      table: name, edited: try await rows(difference?.drifted ?? 0, edited),
      deleted: try await rows(gone, deleted))
  }
}

/// What is to be written into one table.
struct RowWrite {
  /// How many staged rows have no row in the table.
  let missing: Int
  /// How many of them are to be inserted.
  let inserts: Int
  let updates: Int
  /// The rows that differ.
  let difference: RowDifference?
  let ownership: RowWriter.Ownership?
  /// The entry in the history whose missing rows stay away; nil if all are inserted.
  let gone: Int32?
}

/// How a table's rows are written; the look at them is the same for all.
protocol RowStatements {
  /// Refuses rows that cannot be inserted.
  func check(missing: Int, _ writer: RowWriter) async throws

  /// Writes.
  ///
  /// - Returns: how many rows were inserted, updated and, to make room for others, deleted.
  func write(_ writer: RowWriter, _ write: RowWrite) async throws -> RowCounts
}
