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
    var references: [TableReferences] = []

    func match(_ live: String, _ rows: String) -> String {
      key.enumerated().map { "\(live).\($1) = \(rows).k\($0)" }.joined(separator: " AND ")
    }
  }

  /// Rows that stay because others refer to them.
  struct Kept {
    /// The table of the rows, for reports.
    let table: String
    /// The table whose rows refer to them.
    let referrer: String
    let keys: [String]

    var note: String {
      let shown = keys.prefix(5).map { "'\($0)'" }.joined(separator: ", ")
      let rest = keys.count > 5 ? " and \(keys.count - 5) more" : ""
      return
        "\(table): \(keys.count) row\(keys.count == 1 ? "" : "s") kept, referred to by \(referrer): \(shown)\(rest)"
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
    table.references = try await TableReferences.find(to: table.quoted, on: connection)
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
          if !table.isCascaded { kept.append(Kept(table: table.name, referrer: reference.table, keys: keys)) }
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
    if let other = tables.first(where: { $0.canonicalName == reference.canonicalName }) {
      also =
        "LEFT JOIN \(other.rows.quoted) AS also ON \(other.match("other", "also")) WHERE also.seed_key IS NULL"
    }
    return try await connection.query(
      PostgresQuery(
        unescaped: """
          SELECT DISTINCT gone.seed_key FROM \(table.rows.quoted) AS gone
          JOIN \(table.quoted) AS live ON \(table.match("live", "gone"))
          JOIN \(reference.quoted) AS other ON \(reference.match) \(also) ORDER BY 1
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

  /// Deletes the rows and their entries in the history.
  ///
  /// - Returns: how many went, table by table in the order in which they were added.
  func delete() async throws -> [Int] {
    guard !tables.isEmpty else { return [] }
    var parts: [String] = []
    for (index, table) in tables.enumerated() {
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
    let counts = tables.indices.map { "(SELECT count(*) FROM removed\($0))" }.joined(separator: ", ")
    let numbers = try await connection.queryOne(
      PostgresQuery(unescaped: "WITH \(parts.joined(separator: ", ")) SELECT ARRAY[\(counts)]")
    ).decode([Int64].self)
    return numbers.map(Int.init)
  }
}
