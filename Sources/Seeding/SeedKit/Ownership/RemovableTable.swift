import Postgres

/// The rows that one seeder inserted into one table, for a reset.
struct RemovableTable {
  /// The table's name, without the schema if the search path finds it.
  let name: String
  private let owned: OwnedTable
  private let quoted: String

  /// - Returns: nil if the table no longer exists.
  /// - Throws: `PostgresError`, also for a table with child tables.
  init?(_ owned: OwnedTable, on connection: PostgresConnection) async throws {
    let parts = owned.table.split(separator: ".", maxSplits: 1).map(String.init)
    guard parts.count == 2 else { return nil }
    quoted = try TableName(schema: parts[0], name: parts[1]).quoted()
    let found = try await connection.query(
      """
      SELECT c.oid::regclass::text, \(unescaped: InheritingTables.list(of: "c"))
      FROM pg_class AS c WHERE c.oid = to_regclass(\(quoted))
      """)
    guard let (name, inheriting) = try found.first?.decode(String.self, [String].self) else { return nil }
    if let inheriting = InheritingTables(inheriting, of: name) { throw inheriting.error }
    self.owned = owned
    self.name = name
  }

  private var digest: String { RowText.digest(owned.valueColumns, of: "live") }
  private var live: String {
    "\(owned.rule.rows(of: quoted)) AS live JOIN seed_runner.owned_row AS owner "
      + "ON owner.table_id = \(owned.id) AND owner.key = \(RowText.key(owned.keyColumns, of: "live"))"
  }

  /// Stages the rows that were not edited.
  func stage(in context: SeedContext) async throws -> RowRemoval.Table {
    let rows = try context.temporaryName("seed_removable")
    try await context.session.query(
      """
      CREATE TEMPORARY TABLE \(rows) ON COMMIT DROP AS
      SELECT \(unescaped: RowRemoval.selection(owned.keyColumns, text: "owner.key"))
      FROM \(unescaped: live) WHERE owner.inserted AND owner.digest = \(unescaped: digest)
      """)
    return RowRemoval.Table(
      name: name, canonicalName: owned.table, quoted: quoted, key: owned.keyColumns, rule: owned.rule,
      ownedID: owned.id, rows: rows)
  }

  /// Deletes the entries of rows that no longer exist.
  ///
  /// - Returns: the number of the seeder's remaining rows.
  func forgetGone(in context: SeedContext) async throws -> Int {
    let key = RowText.key(owned.keyColumns, of: "live")
    // Citus would copy the keys of all rows to the coordinator.
    let isOwned =
      context.sharding[owned.table].column == nil
      ? "" : "JOIN seed_runner.owned_row AS mine ON mine.table_id = \(owned.id) AND mine.key = \(key)"
    let gone = try context.rows(
      over: owned.table,
      """
      SELECT owner.key FROM seed_runner.owned_row AS owner LEFT JOIN (
        SELECT \(key) AS key FROM \(owned.rule.rows(of: quoted)) AS live \(isOwned)
      ) AS present ON present.key = owner.key WHERE owner.table_id = \(owned.id) AND present.key IS NULL
      """)
    try await context.session.pipeline(
      gone.preparation + [
        """
        DELETE FROM seed_runner.owned_row AS owner USING \(unescaped: gone.item) AS gone
        WHERE owner.table_id = \(owned.id) AND owner.key = gone.key
        """
      ])
    return try await context.session.queryOne("SELECT count(*) FROM \(unescaped: live)").decode(Int.self)
  }

  /// Which rows are kept and why, except rows that are kept because others reference them.
  func notes(on connection: PostgresConnection) async throws -> [String] {
    let reasons = [
      ("owner.digest <> \(digest)", "edited outside seed-runner"),
      ("NOT owner.inserted", "not inserted by the seeder"),
    ]
    var notes: [String] = []
    for (condition, reason) in reasons {
      let (count, keys) = try await connection.queryOne(
        """
        SELECT count(*), coalesce((array_agg(owner.key ORDER BY owner.key))[1:5], '{}')
        FROM \(unescaped: live) WHERE \(unescaped: condition)
        """
      ).decode(Int.self, [String].self)
      guard count > 0 else { continue }
      let list =
        keys.map { "'\($0)'" }.joined(separator: ", ")
        + (count > keys.count ? " and \(count - keys.count) more" : "")
      notes.append("\(name): \(count) row\(count == 1 ? "" : "s") kept, \(reason): \(list)")
    }
    return notes
  }
}
