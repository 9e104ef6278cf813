import Postgres

/// For the `sync` policy: the rows of a table that a seeder inserted and that are no longer in its files.
final class LeftOverRows {
  /// For reports.
  let name: String
  let quoted: String
  /// The table's current entry. Its columns change if the seeder fills other columns.
  var owned: OwnedTable
  private let key: [String]
  /// How the key identifies rows.
  private let rule: KeyRule
  /// The other seeders of the program.
  private let otherSeeders: Set<String>
  /// The staged rows of each entry of the seeder for the table, with their key columns.
  private let staged: [(source: String, key: [String])]
  /// The rows whose values are now used by other rows, by key, with a fault that names the record.
  private var mustGo: [(key: String, fault: FixtureFault)] = []

  init(
    name: String, quoted: String, owned: OwnedTable, key: [String], rule: KeyRule, otherSeeders: Set<String>,
    staged: [(source: String, key: [String])]
  ) {
    self.otherSeeders = otherSeeders
    self.name = name
    self.quoted = quoted
    self.owned = owned
    self.key = key
    self.rule = rule
    self.staged = staged
  }

  var liveDigest: String { RowText.digest(owned.valueColumns, of: "live") }

  /// FROM and WHERE of the rows, including edited ones.
  var selection: String { selection(joining: "") }

  private func selection(joining other: String) -> String {
    let joins = staged.enumerated().map { index, entry in
      let match = rule.match(key.map { "live.\($0)" }, entry.key.map { "staged\(index).\($0)" })
      return "LEFT JOIN \(entry.source) AS staged\(index) ON \(match)"
    }
    let isStaged = staged.indices.map { " AND staged\($0).seed_row IS NULL" }.joined()
    return """
      FROM seed_runner.owned_row AS owner
      JOIN \(rule.rows(of: quoted)) AS live ON \(RowText.key(owned.keyColumns, of: "live")) = owner.key
      \(joins.joined(separator: " ")) \(other)
      WHERE owner.table_id = \(owned.id) AND owner.inserted\(isStaged)
      """
  }

  /// The rows that other seeders write too, as a FROM item with their keys. This seeder must not delete them. A join,
  /// because Citus plans no subquery for each row.
  private var sharedRows: String {
    let others = otherSeeders.sorted().map { "'\($0)'" }
    return """
      LEFT JOIN (SELECT DISTINCT other_row.key FROM seed_runner.owned_row AS other_row
        JOIN seed_runner.owned_table AS other ON other.id = other_row.table_id
        WHERE other.table_name = '\(owned.table.replacing("'", with: "''"))'
          AND other.seeder IN (\((["''"] + others).joined(separator: ", ")))) AS shared ON shared.key = owner.key
      """
  }

  /// Whether there are such rows, including edited ones. One query, because most runs have none.
  ///
  /// Uses `count` because for EXISTS PostgreSQL chooses a nested loop to find the first row. If there is none, its
  /// cost is the product of both tables.
  func isAny(on connection: PostgresConnection) async throws -> Bool {
    try await connection.queryOne("SELECT count(*) > 0 \(unescaped: selection)").decode(Bool.self)
  }

  /// A note about rows that are kept because other seeders write them; nil if there are none.
  func sharedNote(on connection: PostgresConnection) async throws -> String? {
    let keys = try await connection.query(
      PostgresQuery(
        unescaped: "SELECT owner.key \(selection(joining: sharedRows)) AND shared.key IS NOT NULL ORDER BY 1")
    ).map { try $0.decode(String.self) }
    guard !keys.isEmpty else { return nil }
    let shown = keys.prefix(5).map { "'\($0)'" }.joined(separator: ", ")
    let rest = keys.count > 5 ? " and \(keys.count - 5) more" : ""
    return
      "\(name): \(keys.count) row\(keys.count == 1 ? "" : "s") kept, also written by another seeder: \(shown)\(rest)"
  }

  /// Stages the unedited rows in a temporary table, as ``RowRemoval/Table/rows``.
  func stage(in context: SeedContext) async throws -> PostgresIdentifier {
    let rows = try context.temporaryName("seed_left_over")
    try await context.session.query(
      """
      CREATE TEMPORARY TABLE \(rows) ON COMMIT DROP AS
      SELECT \(unescaped: RowRemoval.selection(key, text: "owner.key"))
        \(unescaped: selection(joining: sharedRows))
        AND owner.digest = \(unescaped: liveDigest) AND shared.key IS NULL
      """)
    return rows
  }

  func table(_ rows: PostgresIdentifier) -> RowRemoval.Table {
    RowRemoval.Table(
      name: name, canonicalName: owned.table, quoted: quoted, key: key, rule: rule.recorded,
      ownedID: owned.id,
      rows: rows)
  }

  /// Adds rows that are deleted before the others to a plan.
  ///
  /// - Parameter rows: as ``RowRemoval/Table/rows``.
  func record(_ rows: PostgresIdentifier, in context: SeedContext) async throws {
    guard let recorder = context.recorder else { return }
    let keys = try await context.session.query(
      "SELECT seed_key FROM \(rows) ORDER BY 1 LIMIT \(Int64(ChangeRecorder.rowLimit))")
    recorder.add(
      try keys.map {
        RowChange(
          table: name, key: try $0.decode(String.self), action: .delete, isDrift: false, file: nil,
          record: nil,
          columns: [])
      })
  }

  /// Remembers the rows of `conflicts` that are no longer in the files and whose values are used by others.
  func mustGo(_ conflicts: PostgresIdentifier, attempt: WriteAttempt) async throws {
    let writer = attempt.writer
    let rows = try await writer.context.session.query(
      """
      SELECT conflict.key_text, conflict.shown, staged.seed_file, staged.seed_record, staged.seed_line
      FROM \(conflicts) AS conflict JOIN \(unescaped: writer.source) AS staged ON staged.seed_row = conflict.seed_row
      WHERE conflict.leaves ORDER BY staged.seed_row
      """)
    for row in rows {
      let (key, shown, file, record, line) = try row.decode(
        String.self, String.self, Int32.self, Int32?.self, Int32?.self)
      mustGo.append(
        (
          key,
          writer.fault(
            file: file, record: record, line: line,
            found:
              "\(shown), which row '\(key)' of \(name) has; it is no longer in the files, but other rows reference it",
            expected: "a different value; change the referencing rows first")
        ))
    }
  }

  /// Fails the run if such a row still exists.
  func checkGone(on connection: PostgresConnection) async throws {
    guard !mustGo.isEmpty else { return }
    let text = RowText.key(owned.keyColumns, of: "live")
    let remaining: [String] = try await connection.query(
      """
      SELECT \(unescaped: text) FROM \(unescaped: rule.rows(of: quoted)) AS live
      WHERE \(unescaped: text) = ANY(\(mustGo.map(\.key)))
      """
    ).map { try $0.decode(String.self) }
    let faults = mustGo.filter { remaining.contains($0.key) }.map(\.fault)
    guard faults.isEmpty else { throw FixtureError(faults) }
  }
}
