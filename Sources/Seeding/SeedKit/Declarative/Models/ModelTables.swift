import Postgres

/// The tables that the models of fixtures refer to: join tables, and those that natural keys identify.
struct ModelTables {
  /// A table that links rows of two tables.
  struct Join {
    let live: LiveTable
    /// The column with the key of the record's row.
    let parentColumn: String
    /// The column with the key of the other row.
    let column: LiveTable.Column
    /// Schema and name of the other table.
    let target: String
  }

  /// The tables of the definition, and those that were found.
  private(set) var tables: [TableName: LiveTable]
  private var canonical: [String: LiveTable] = [:]
  private var joins: [String: [String: Join]] = [:]
  /// For each field, the join tables if there are several.
  private var choices: [String: [String: [TableName]]] = [:]

  init(_ tables: [TableName: LiveTable]) {
    self.tables = tables
    for table in tables.values { canonical[table.canonicalName] = table }
  }

  /// The join table for a field of a table.
  func join(_ field: String, of live: LiveTable) -> Join? { joins[live.canonicalName]?[field] }

  /// The tables among which the definition must choose one for a field.
  func choices(for field: String, of live: LiveTable) -> [TableName] {
    choices[live.canonicalName]?[field] ?? []
  }

  func target(of column: LiveTable.Column, in live: LiveTable) -> String? {
    live.foreignKeys.first { $0.columns.count == 1 && column.name.isNamed($0.columns[0]) }?.target
  }

  /// The reference by the natural key of a table; nil if the key is unknown.
  ///
  /// - Parameter target: schema and name of the table.
  func naturalReference(
    to target: String, _ fixtures: ModelFixtures, line: Int, depth: Int = 0
  ) -> ReferenceRule? {
    guard let live = canonical[target], let key = fixtures.naturalKey(of: live), depth < 8 else { return nil }
    let parts = key.map { name in
      live[name].flatMap { self.target(of: $0, in: live) }
        .flatMap { naturalReference(to: $0, fixtures, line: line, depth: depth + 1) }
    }
    return ReferenceRule(
      line: line, table: Self.name(of: target), key: key, parts: parts, index: nil, column: nil)
  }

  /// Describes the table of a foreign key, and those in its natural key.
  mutating func describe(
    _ target: String, _ fixtures: ModelFixtures, depth: Int = 0, on connection: PostgresConnection
  ) async throws {
    let name = Self.name(of: target)
    if tables[name] == nil {
      guard let live = try await LiveTable.describe([name], on: connection)[name] else { return }
      tables[name] = live
      canonical[target] = live
    }
    guard let live = canonical[target], depth < 8 else { return }
    for column in fixtures.naturalKey(of: live) ?? [] {
      guard let inner = live[column].flatMap({ self.target(of: $0, in: live) }) else { continue }
      try await describe(inner, fixtures, depth: depth + 1, on: connection)
    }
  }

  /// Looks up the join table for a field: in Django `TABLE_FIELD`, in Rails the only table with foreign keys to this
  /// table and to the one that the field names.
  mutating func findJoin(
    _ field: String, of live: LiveTable, _ framework: ModelFixtures.Framework,
    on connection: PostgresConnection
  ) async throws {
    let own = Self.name(of: live.canonicalName)
    var names = [TableName(schema: own.schema, name: "\(own.name)_\(field)")]
    if framework == .rails {
      names = try await connection.query(
        """
        SELECT DISTINCT n.nspname::text, j.relname::text
        FROM pg_constraint AS p JOIN pg_constraint AS t ON t.conrelid = p.conrelid AND t.oid <> p.oid
        JOIN pg_class AS o ON o.oid = t.confrelid
        JOIN pg_class AS j ON j.oid = p.conrelid JOIN pg_namespace AS n ON n.oid = j.relnamespace
        WHERE p.contype = 'f' AND t.contype = 'f' AND p.confrelid = to_regclass(\(live.quoted)) AND o.relname = \(field)
        """
      ).map { row in
        let (schema, name) = try row.decode(String.self, String.self)
        return TableName(schema: schema, name: name)
      }
    }
    guard names.count == 1 else {
      choices[live.canonicalName, default: [:]][field] = names
      return
    }
    // Without its schema if the search path finds it, as the definition would name it.
    let plain = TableName(schema: nil, name: names[0].name)
    let found = try await LiveTable.describe([plain, names[0]], on: connection)
    guard let qualified = found[names[0]] else { return }
    let isPlain = found[plain]?.canonicalName == qualified.canonicalName && live.name.schema == nil
    guard let table = isPlain ? found[plain] : qualified else { return }
    let keys = table.foreignKeys.filter { $0.columns.count == 1 }
    // In Django, the columns of a table that links a model with itself begin with from_ and to_.
    let ofParent = keys.filter { $0.target == live.canonicalName }
    let parent = ofParent.first { $0.columns[0].hasPrefix("from_") } ?? ofParent.first
    let others = keys.filter { key in
      key != parent && (framework == .django || key.target.hasSuffix(".\(field)"))
    }
    guard let parent, others.count == 1, let column = table[others[0].columns[0]] else { return }
    tables[table.name] = table
    canonical[table.canonicalName] = table
    joins[live.canonicalName, default: [:]][field] = Join(
      live: table, parentColumn: parent.columns[0], column: column, target: others[0].target)
  }

  private static func name(of canonical: String) -> TableName {
    TableName(
      schema: String(canonical.prefix { $0 != "." }),
      name: String(canonical.drop { $0 != "." }.dropFirst()))
  }
}
