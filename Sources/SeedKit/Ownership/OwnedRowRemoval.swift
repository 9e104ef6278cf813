import Postgres

/// The removal of the rows that one seeder made in one table.
struct OwnedRowRemoval {
  let owned: OwnedTable
  /// The table's name without the schema that the search path finds.
  let name: String
  private let quoted: String
  /// The foreign keys by which others refer to the table.
  private let references: [TableReferences]

  /// - Returns: nil if the table is no longer there.
  init?(_ owned: OwnedTable, on connection: PostgresConnection) async throws {
    let parts = owned.table.split(separator: ".", maxSplits: 1).map(String.init)
    guard parts.count == 2 else { return nil }
    let quoted = try TableName(schema: parts[0], name: parts[1]).quoted()
    let found = try await connection.query(
      "SELECT oid::regclass::text FROM pg_class WHERE oid = to_regclass(\(quoted))")
    guard let name = try found.first?.decode(String.self) else { return nil }
    self.owned = owned
    self.name = name
    self.quoted = quoted
    references = try await TableReferences.find(to: quoted, on: connection)
  }

  private var digest: String { RowText.digest(owned.valueColumns, of: "live") }
  private var live: String {
    "\(quoted) AS live JOIN seed_runner.owned_row AS owner "
      + "ON owner.table_id = \(owned.id) AND owner.key = \(RowText.key(owned.keyColumns, of: "live"))"
  }

  /// Removes what may go. Rows that refer to each other inside the table go leaf by leaf.
  func run(on connection: PostgresConnection) async throws -> RowCounts {
    let unreferred = references.map { "AND NOT \($0.isReferred)" }.joined(separator: " ")
    let match = owned.keyColumns.map { "live.\($0) = gone.\($0)" }.joined(separator: " AND ")
    let keys = owned.keyColumns.map { "live.\($0)" }.joined(separator: ", ")
    var deleted = 0
    while true {
      let removed = try await connection.queryOne(
        """
        WITH gone AS (
          SELECT \(unescaped: keys), owner.key AS seed_key FROM \(unescaped: live)
          WHERE owner.inserted AND owner.digest = \(unescaped: digest) \(unescaped: unreferred)
        ), removed AS (
          DELETE FROM \(unescaped: quoted) AS live USING gone WHERE \(unescaped: match) RETURNING gone.seed_key
        ), forgotten AS (
          DELETE FROM seed_runner.owned_row AS owner USING removed
          WHERE owner.table_id = \(owned.id) AND owner.key = removed.seed_key
        )
        SELECT count(*) FROM removed
        """
      ).decode(Int.self)
      deleted += removed
      guard removed > 0, references.contains(where: { $0.table == name }) else { break }
    }
    // Rows that are gone by another hand need no entry any more.
    try await connection.query(
      """
      DELETE FROM seed_runner.owned_row AS owner WHERE owner.table_id = \(owned.id) AND NOT EXISTS (
        SELECT FROM \(unescaped: quoted) AS live WHERE \(unescaped: RowText.key(owned.keyColumns, of: "live")) = owner.key)
      """)
    let kept = try await connection.queryOne("SELECT count(*) FROM \(unescaped: live)").decode(Int.self)
    return RowCounts(deleted: deleted, drifted: kept)
  }

  /// What is left, and why.
  func notes(on connection: PostgresConnection) async throws -> [String] {
    var reasons = [
      ("owner.digest <> \(digest)", "edited by hand since written"),
      ("NOT owner.inserted", "there before, only changed by the seeder"),
    ]
    reasons += references.map { ($0.isReferred, "referred to by \($0.table)") }
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
