import Postgres

/// Deletes rows of one seeder from its tables in one statement, so that they may reference each other in any way. A
/// row that is referenced from outside the set is kept, whatever its foreign key would do.
final class RowRemoval {
  /// The rows of a table to delete.
  struct Table {
    /// For reports.
    let name: String
    let canonicalName: String
    /// The table as SQL.
    let quoted: String
    /// The natural key, quoted.
    let key: [String]
    /// How the key identifies rows.
    let rule: KeyRule
    /// The table's entry in the records; nil if rows are not recorded.
    let ownedID: Int32?
    /// The rows: `k0`, `k1` and so on for the key, `seed_key` for its text.
    let rows: PostgresIdentifier
    /// Whether the rows are only deleted because rows that they reference are.
    var isCascaded = false
    /// FROM items for a removal in the statement that also updates rows: all rows of the table as they will be, and
    /// the rows that it writes. Nil if no rows are updated.
    var afterwards: (all: String, written: String)?
    var references: [TableReferences] = []
    /// The rules that would affect a DELETE.
    var rules: TableRules?

    func match(_ live: String, _ rows: String) -> String {
      ([rule.match(key.map { "\(live).\($0)" }, key.indices.map { "\(rows).k\($0)" })]
        + [rule.holds(for: live)].compactMap(\.self)).joined(separator: " AND ")
    }
  }

  /// Rows that are kept because others reference them, or because of a trigger or a policy.
  struct Kept {
    /// The rows' table, for reports.
    let table: String
    /// The reason, such as `, referenced by orders`.
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

  /// The select list of a table's rows: the key columns and the key's text.
  static func selection(_ key: [String], text: String) -> String {
    (key.enumerated().map { "live.\($1) AS k\($0)" } + ["\(text) AS seed_key"]).joined(separator: ", ")
  }

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

  /// Removes rows from the set that rows outside of it reference, until there are no more.
  func keepReferred() async throws {
    var isSettled = false
    while !isSettled {
      isSettled = true
      for table in tables {
        // All references to a row are reported, so they are collected before the row is removed from the set.
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
      // With NO ACTION, the reference may point to another row at the end of the statement.
      if reference.action == .noAction {
        referrers = """
          (SELECT other.* FROM \(referrers) AS other LEFT JOIN \(afterwards.written) AS live ON \(reference.match)
            WHERE live.\(reference.targets[0]) IS NULL)
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

  /// Keeps rows that would only be deleted with others, if those are kept.
  private func keepUncascaded(_ table: Table) async throws -> Bool {
    let parents = tables.flatMap { target in
      target.references.filter { $0.canonicalName == table.canonicalName && $0.action == .cascade }.map {
        (target, $0)
      }
    }
    return try await keepOnly(table, referencing: parents) > 0
  }

  /// Removes the rows from the set that reference no row of the given sets, so that they are kept.
  ///
  /// - Parameter parents: sets of rows, each with a foreign key of the table.
  /// - Returns: the number of removed rows.
  @discardableResult
  func keepOnly(
    _ table: Table, referencing parents: [(Table, TableReferences)]
  ) async throws -> Int {
    guard !parents.isEmpty else {
      return try await connection.query("DELETE FROM \(table.rows) RETURNING 1").count
    }
    let leaving = parents.map { parent, reference in
      """
      SELECT mine.seed_key FROM \(table.rows.quoted) AS mine JOIN \(table.quoted) AS other
        ON \(table.match("other", "mine")) JOIN \(parent.quoted) AS live ON \(reference.match)
        JOIN \(parent.rows.quoted) AS gone ON \(parent.match("live", "gone"))
      """
    }
    let keys = try await connection.query(PostgresQuery(unescaped: leaving.joined(separator: " UNION "))).map
    {
      try $0.decode(String.self)
    }
    return try await connection.query(
      "DELETE FROM \(table.rows) WHERE seed_key <> ALL(\(keys)) RETURNING 1"
    ).count
  }

  /// The first table with rules that would affect a DELETE of its rows.
  func refusing() async throws -> Table? {
    for table in tables where table.rules != nil {
      let hasRows = try await connection.queryOne("SELECT EXISTS (SELECT 1 FROM \(table.rows))").decode(
        Bool.self)
      if hasRows { return table }
    }
    return nil
  }

  /// Deletes the rows and their entries. Rows that a trigger or a policy keeps stay in both and are added to
  /// ``kept``.
  ///
  /// - Returns: the number of deleted rows of each table, in the order in which tables were added.
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

  /// The parts of a WITH that delete the rows and their entries. `removed0` and so on return the keys of the rows.
  var deletions: [String] {
    var parts: [String] = []
    for index in deletionOrder {
      let table = tables[index]
      guard table.rules == nil else {
        // Nothing to delete here, but the server would still refuse the statement.
        parts.append("removed\(index) AS (SELECT NULL::text AS seed_key WHERE false)")
        continue
      }
      // Citus deletes rows of a reference table only by a part of the statement, and not by a temporary table.
      parts.append("gone\(index) AS (SELECT * FROM \(table.rows.quoted))")
      parts.append(
        """
        removed\(index) AS (
          DELETE FROM \(table.quoted) AS live USING gone\(index) AS gone
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

  /// The tables, with those that reference others first. PostgreSQL checks foreign keys after the whole statement, but
  /// Citus after each part.
  private var deletionOrder: [Int] {
    var order: [Int] = []
    var seen: Set<Int> = []
    func visit(_ index: Int) {
      guard seen.insert(index).inserted else { return }
      for reference in tables[index].references {
        if let other = self.index(of: reference.canonicalName) { visit(other) }
      }
      order.append(index)
    }
    tables.indices.forEach(visit)
    return order
  }

  /// Adds rows to ``kept`` that still exist after the DELETE, with the reason.
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
    // Enabled BEFORE DELETE row triggers, including those of partitions: 1 is ROW, 2 BEFORE, 8 DELETE.
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
