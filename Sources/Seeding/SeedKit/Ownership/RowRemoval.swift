import Postgres

/// Removes rows of one seeder from its tables, all in one statement, so that they may refer to each other
/// in any way. A row that a row outside of the set refers to stays, whatever its foreign key would do.
final class RowRemoval {
  /// The rows of a table that may go.
  struct Table {
    /// For reports.
    let name: String
    let canonicalName: String
    /// The table as SQL.
    let quoted: String
    /// The natural key, quoted.
    let key: [String]
    /// The table's entry in the history; nil if no rows are remembered.
    let ownedID: Int32?
    /// The rows: `k0`, `k1` and so on for the key, `seed_key` for its text.
    let rows: PostgresIdentifier
    /// Whether the rows only go because those go that they refer to.
    var isCascaded = false
    /// FROM items for a removal in the statement that updates other rows: the table's rows as they will be, and
    /// those of them that it writes. Nil if the rows stay as they are.
    var afterwards: (all: String, written: String)?
    var references: [TableReferences] = []
    /// The rules that a DELETE would run into.
    var rules: TableRules?

    func match(_ live: String, _ rows: String) -> String {
      key.enumerated().map { "\(live).\($1) = \(rows).k\($0)" }.joined(separator: " AND ")
    }
  }

  /// Rows that stay because others refer to them, or because a trigger or a policy keeps them.
  struct Kept {
    /// The table of the rows, for reports.
    let table: String
    /// Why they stay: `, referenced by orders`.
    let reason: String
    let keys: [String]

    var note: String {
      let shown = keys.prefix(5).map { "'\($0)'" }.joined(separator: ", ")
      let rest = keys.count > 5 ? " and \(keys.count - 5) more" : ""
      return
        "\(table): \(keys.count) row\(keys.count == 1 ? "" : "s") kept\(reason): \(shown)\(rest)"
    }
  }

  private let connection: PostgresConnection
  private(set) var tables: [Table] = []
  private(set) var kept: [Kept] = []

  init(on connection: PostgresConnection) { self.connection = connection }

  /// The select list of a table's rows: its key and the text of that.
  static func selection(_ key: [String], text: String) -> String {
    (key.enumerated().map { "live.\($1) AS k\($0)" } + ["\(text) AS seed_key"]).joined(separator: ", ")
  }

  /// Adds rows of a table.
  func add(_ table: Table) async throws {
    var table = table
    let found = try await connection.pipeline([
      TableReferences.query(to: table.quoted), TableRules.query(table.quoted),
    ])
    table.references = try TableReferences.decode(found[0])
    table.rules = try TableRules(Array(found[1]), of: table.name, for: [.delete])
    tables.append(table)
  }

  func index(of canonicalName: String) -> Int? {
    tables.firstIndex { $0.canonicalName == canonicalName }
  }

  /// Takes the rows out of the set that rows outside of it refer to, until none is left.
  func keepReferred() async throws {
    var isSettled = false
    while !isSettled {
      isSettled = true
      for table in tables {
        // All that refer to a row are told, so that they are asked before it leaves the set.
        var referred: [String] = []
        for reference in table.references {
          let keys = try await referredKeys(table, reference)
          guard !keys.isEmpty else { continue }
          referred += keys
          if !table.isCascaded {
            kept.append(Kept(table: table.name, reason: ", referenced by \(reference.table)", keys: keys))
          }
        }
        if !referred.isEmpty {
          isSettled = false
          try await connection.query("DELETE FROM \(table.rows) WHERE seed_key = ANY(\(referred))")
        }
        if table.isCascaded, try await keepUncascaded(table) { isSettled = false }
      }
    }
  }

  private func referredKeys(_ table: Table, _ reference: TableReferences) async throws -> [String] {
    var also = ""
    var referrers = reference.quoted
    if let afterwards = table.afterwards {
      if reference.canonicalName == table.canonicalName { referrers = afterwards.all }
      // A reference may lead to another row in the end.
      if reference.action == .noAction {
        referrers = """
          (SELECT other.* FROM \(referrers) AS other WHERE NOT EXISTS (
            SELECT FROM \(afterwards.written) AS live WHERE \(reference.match)))
          """
      }
    }
    if let other = tables.first(where: { $0.canonicalName == reference.canonicalName }) {
      also =
        "LEFT JOIN \(other.rows.quoted) AS also ON \(other.match("other", "also")) WHERE also.seed_key IS NULL"
    }
    return try await connection.query(
      PostgresQuery(
        unescaped: """
          SELECT DISTINCT gone.seed_key FROM \(table.rows.quoted) AS gone
          JOIN \(table.quoted) AS live ON \(table.match("live", "gone"))
          JOIN \(referrers) AS other ON \(reference.match) \(also) ORDER BY 1
          """)
    ).map { try $0.decode(String.self) }
  }

  /// Rows that would only go with others stay when those do.
  private func keepUncascaded(_ table: Table) async throws -> Bool {
    let remains = tables.flatMap { target in
      target.references.filter { $0.canonicalName == table.canonicalName && $0.action == .cascade }.map {
        """
        EXISTS (SELECT FROM \(target.rows.quoted) AS gone JOIN \(target.quoted) AS live
          ON \(target.match("live", "gone")) WHERE \($0.match))
        """
      }
    }
    return try await connection.queryOne(
      PostgresQuery(
        unescaped: """
          WITH kept AS (
            DELETE FROM \(table.rows.quoted) AS mine USING \(table.quoted) AS other
            WHERE \(table.match("other", "mine")) AND NOT (\((["false"] + remains).joined(separator: " OR ")))
            RETURNING 1
          ) SELECT EXISTS (SELECT FROM kept)
          """)
    ).decode(Bool.self)
  }

  /// The first table with rules that a DELETE of its rows would run into.
  func refusing() async throws -> Table? {
    for table in tables where table.rules != nil {
      let hasRows = try await connection.queryOne("SELECT EXISTS (SELECT FROM \(table.rows))").decode(
        Bool.self)
      if hasRows { return table }
    }
    return nil
  }

  /// Deletes the rows and their entries in the history. What a trigger or a policy keeps stays in both, and is added
  /// to ``kept``.
  ///
  /// - Returns: how many went, table by table in the order in which they were added.
  /// - Throws: `PostgresError`, also for a table with rules for DELETE.
  func delete() async throws -> [Int] {
    guard !tables.isEmpty else { return [] }
    if let rules = try await refusing()?.rules { throw rules.error }
    let counts = tables.indices.map { "(SELECT count(*) FROM removed\($0))" }.joined(separator: ", ")
    let wanted = tables.map { "(SELECT count(*) FROM \($0.rows.quoted))" }.joined(separator: ", ")
    let (removed, candidates) = try await connection.queryOne(
      PostgresQuery(
        unescaped: "WITH \(deletions.joined(separator: ", ")) SELECT ARRAY[\(counts)], ARRAY[\(wanted)]")
    ).decode([Int64].self, [Int64].self)
    for (table, (removed, wanted)) in zip(tables, zip(removed, candidates)) where removed < wanted {
      try await noteRemaining(table)
    }
    return removed.map(Int.init)
  }

  /// The parts of a WITH that delete the rows and their entries in the history: `removed0` and so on return the
  /// keys of the rows.
  var deletions: [String] {
    var parts: [String] = []
    for (index, table) in tables.enumerated() {
      guard table.rules == nil else {
        // It has no rows to delete, and the server would refuse the statement all the same.
        parts.append("removed\(index) AS (SELECT NULL::text AS seed_key WHERE false)")
        continue
      }
      parts.append(
        """
        removed\(index) AS (
          DELETE FROM \(table.quoted) AS live USING \(table.rows.quoted) AS gone
          WHERE \(table.match("live", "gone")) RETURNING gone.seed_key)
        """)
      guard let owned = table.ownedID else { continue }
      parts.append(
        """
        forgotten\(index) AS (
          DELETE FROM seed_runner.owned_row AS owner USING removed\(index) AS removed
          WHERE owner.table_id = \(owned) AND owner.key = removed.seed_key)
        """)
    }
    return parts
  }

  /// Notes the rows that are still there after they were deleted, and what has kept them.
  private func noteRemaining(_ table: Table) async throws {
    let keys: [String] = try await connection.query(
      PostgresQuery(
        unescaped: """
          WITH still AS (
            SELECT gone.seed_key FROM \(table.rows.quoted) AS gone
            JOIN \(table.quoted) AS live ON \(table.match("live", "gone"))
          ), left_out AS (
            DELETE FROM \(table.rows.quoted) AS gone USING still WHERE gone.seed_key = still.seed_key
          ) SELECT seed_key FROM still ORDER BY 1
          """)
    ).map { try $0.decode(String.self) }
    guard !keys.isEmpty else { return }
    // Enabled BEFORE DELETE triggers for rows, those of partitions among them: 1 is ROW, 2 BEFORE, 8 DELETE.
    let triggers = try await connection.query(
      """
      SELECT DISTINCT tgname::text FROM pg_trigger
      WHERE tgrelid IN (
          SELECT to_regclass(\(table.quoted)) UNION SELECT relid FROM pg_partition_tree(to_regclass(\(table.quoted))))
        AND NOT tgisinternal AND tgenabled IN ('O', 'A') AND tgtype & 11 = 11
      ORDER BY 1
      """
    ).map { "'\(try $0.decode(String.self))'" }
    let reason =
      triggers.isEmpty
      ? ", hidden by row-level security"
      : " by the BEFORE DELETE trigger\(triggers.count == 1 ? "" : "s") \(triggers.joined(separator: ", "))"
    kept.append(Kept(table: table.name, reason: reason, keys: keys))
  }
}
