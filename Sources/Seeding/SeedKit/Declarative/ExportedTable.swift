import Postgres

/// One table of an export: its columns, and how references to other tables are written.
struct ExportedTable {
  /// A foreign key of one column.
  struct Target {
    let column: String
    let live: LiveTable
    /// The referenced column.
    let targetColumn: String
    /// The natural key of the other table, with the record's field for each column; empty if the value itself is
    /// written.
    var key: [(column: String, field: String)] = []
  }

  let live: LiveTable
  let key: [String]
  private let uniqueKey: LiveTable.UniqueKey
  let columns: [LiveTable.Column]
  private(set) var targets: [Target] = []
  private(set) var notes: [String] = []
  var fileName = ""

  init(_ request: TableExport.Request, on connection: PostgresConnection) async throws {
    let name = request.table
    guard let live = try await LiveTable.find(name, on: connection) else {
      throw TableExportError(
        missing: name.description, known: try await RelationKind.Known.read(on: connection))
    }
    if let inheriting = live.inheriting {
      throw TableExportError(
        "\(name) has child tables: \(inheriting.names.joined(separator: ", "))",
        fix: "export a table without child tables: their rows would become rows of \(name)")
    }
    try live.requireColumns(request.key + request.columns)
    guard let found = request.key.isEmpty ? live.exportKey : try live.requireKey(request.key) else {
      throw live.withoutKey
    }
    let key = request.key.isEmpty ? found.columns : request.key
    self.live = live
    self.key = key
    uniqueKey = found
    columns = live.columns.filter { column in
      let isKey = key.contains(column.name.name)
      guard request.columns.isEmpty else { return request.columns.contains(column.name.name) || isKey }
      return !column.isGenerated && (isKey || !live.isSurrogate(column.name.name))
    }
    targets = try await findTargets(on: connection)
    guard let predicate = found.predicate else { return }
    let others = try await connection.queryOne(
      PostgresQuery(
        unescaped: "SELECT count(*) FROM \(live.ownRows) WHERE (\(predicate)) IS NOT TRUE")
    ).decode(Int.self)
    if others > 0 {
      notes.append(
        "\(others) \(others == 1 ? "row" : "rows") of \(live.name) not exported: the key covers rows "
          + "WHERE \(predicate); --key names another one")
    }
  }

  private mutating func findTargets(on connection: PostgresConnection) async throws -> [Target] {
    let rows = try await connection.query(
      """
      SELECT a.attname::text, n.nspname::text, c.relname::text, t.attname::text, pg_table_is_visible(c.oid)
      FROM pg_constraint AS f JOIN pg_class AS c ON c.oid = f.confrelid JOIN pg_namespace AS n ON n.oid = c.relnamespace
      CROSS JOIN LATERAL unnest(f.conkey, f.confkey) AS k (own, other)
      JOIN pg_attribute AS a ON a.attrelid = f.conrelid AND a.attnum = k.own
      JOIN pg_attribute AS t ON t.attrelid = f.confrelid AND t.attnum = k.other
      WHERE f.contype = 'f' AND f.conrelid = to_regclass(\(live.quoted)) 
        AND NOT EXISTS (SELECT FROM pg_constraint AS p WHERE p.oid = f.conparentid AND p.conrelid = f.conrelid)
      ORDER BY cardinality(f.conkey), f.conname, k.own
      """)
    var targets: [Target] = []
    for row in rows {
      let (column, schema, table, targetColumn, isVisible) = try row.decode(
        String.self, String.self, String.self, String.self, Bool.self)
      let name = TableName(schema: isVisible ? nil : schema, name: table)
      guard columns.contains(where: { $0.name.name == column }),
        !targets.contains(where: { $0.column == column }),
        let other = try await LiveTable.describe([name], on: connection)[name]
      else { continue }
      var target = Target(column: column, live: other, targetColumn: targetColumn)
      if other.isSurrogate(targetColumn) {
        if let key = other.naturalKey, try await !Self.hasNumbers(key, of: other, on: connection) {
          target.key = zip(key, fields(for: column, key: key)).map { ($0, $1) }
        } else {
          notes.append(
            "\(live.name).\(column) contains ids of \(other.name), which has no natural key: "
              + "export that table with --key \(targetColumn) to keep its ids")
        }
      }
      targets.append(target)
    }
    return targets
  }

  /// Whether a key contains a foreign key to generated ids, which differ between databases.
  private static func hasNumbers(
    _ key: [String], of table: LiveTable, on connection: PostgresConnection
  ) async throws -> Bool {
    try await connection.queryOne(
      """
      SELECT EXISTS (
        SELECT FROM pg_constraint AS f CROSS JOIN LATERAL unnest(f.conkey, f.confkey) AS k (own, other)
        JOIN pg_attribute AS a ON a.attrelid = f.conrelid AND a.attnum = k.own
        JOIN pg_attribute AS t ON t.attrelid = f.confrelid AND t.attnum = k.other
        JOIN pg_index AS i ON i.indrelid = f.confrelid AND i.indisprimary AND i.indkey::text = k.other::text
        WHERE f.contype = 'f' AND f.conrelid = to_regclass(\(table.quoted)) AND a.attname::text = ANY(\(key))
          AND (t.atthasdef OR t.attidentity <> ''))
      """
    ).decode(Bool.self)
  }

  /// `user` for `user_id`; `user_region` and `user_code` for a key with two columns.
  private func fields(for column: String, key: [String]) -> [String] {
    let stem = column.hasSuffix("_id") ? String(column.dropLast(3)) : column
    let names = key.count == 1 ? [stem] : key.map { "\(stem)_\($0)" }
    guard names.allSatisfy({ $0 == column || live[$0] == nil }) else {
      return key.count == 1 ? [column] : key.indices.map { "\(column)_key\($0 + 1)" }
    }
    return names
  }

  private struct Field {
    let name: String
    let isJSON: Bool
    let isBare: Bool
    let sql: String
  }

  /// The contents of a data file.
  struct Data {
    let format: DataFormat
    let text: String
    let count: Int
  }

  /// The records in the order of the key: as JSON, or as CSV if a JSON column contains the JSON value null, which a
  /// JSON file cannot distinguish from NULL.
  func data(on connection: PostgresConnection) async throws -> Data {
    var fields: [Field] = []
    var joins: [String] = []
    for column in columns {
      let target = targets.firstIndex { $0.column == column.name.name && !$0.key.isEmpty }
      guard let target else {
        fields.append(Self.field(column.name.name, of: column, sql: "live.\(column.name.quoted)"))
        continue
      }
      let other = targets[target]
      for (name, field) in other.key {
        guard let keyColumn = other.live[name] else { continue }
        fields.append(Self.field(field, of: keyColumn, sql: "r\(target).\(keyColumn.name.quoted)"))
      }
      joins.append(
        "LEFT JOIN \(other.live.ownRows) AS r\(target) "
          + "ON r\(target).\(try PostgresIdentifier(other.targetColumn).quoted) = live.\(column.name.quoted)")
    }
    let values = fields.map { "\($0.sql)::text" }.joined(separator: ", ")
    let order = try key.map { "live.\(try PostgresIdentifier($0).quoted)" }.joined(separator: ", ")
    // In a query of its own, because the condition names columns without their table.
    let rows = uniqueKey.predicate.map { "(SELECT * FROM \(live.ownRows) WHERE \($0))" } ?? live.ownRows
    try await connection.query(
      PostgresQuery(
        unescaped: "DECLARE seed_export NO SCROLL CURSOR FOR SELECT ARRAY[\(values)]::text[] "
          + "FROM \(rows) AS live \(joins.joined(separator: " ")) ORDER BY \(order)"))
    var records: [[String?]] = []
    var hasNull = false
    while true {
      let rows = try await connection.query("FETCH 1000 FROM seed_export")
      guard !rows.isEmpty else { break }
      for row in rows {
        let texts = try row.decode([String?].self)
        hasNull = hasNull || zip(fields, texts).contains { $0.isJSON && Self.isNull($1) }
        records.append(texts)
      }
    }
    try await connection.query("CLOSE seed_export")
    guard !hasNull else {
      let lines = [fields.map(\.name)] + records
      return Data(format: .csv, text: lines.map(Self.csv).joined(), count: records.count)
    }
    let objects = records.map { Self.json(fields, $0) }
    return Data(
      format: .json, text: objects.isEmpty ? "[]\n" : "[\n\(objects.joined(separator: ",\n"))\n]\n",
      count: records.count)
  }

  private static func isNull(_ text: String?) -> Bool {
    // The type json keeps whitespace.
    text?.utf8.filter { ![0x20, 0x09, 0x0A, 0x0D].contains($0) } == Array("null".utf8)
  }

  /// A line of CSV. Only NULL is not quoted.
  private static func csv(_ texts: [String?]) -> String {
    texts.map { $0.map { "\"\($0.replacing("\"", with: "\"\""))\"" } ?? "" }.joined(separator: ",") + "\n"
  }

  private static let bareTypes: Set<String> = [
    "smallint", "integer", "bigint", "numeric", "boolean", "real", "double precision",
  ]

  private static func field(_ name: String, of column: LiveTable.Column, sql: String) -> Field {
    Field(
      name: name, isJSON: ["json", "jsonb"].contains(column.baseType),
      isBare: bareTypes.contains(column.baseType), sql: sql)
  }

  private static func json(_ fields: [Field], _ texts: [String?]) -> String {
    let members = zip(fields, texts).map { field, text in
      let member = "  \(JSONOutput.quoted(field.name)): "
      guard let text else { return member + "null" }
      // NaN and Infinity are not numbers in JSON.
      let isNumber = text.utf8.allSatisfy { !(0x41...0x5A).contains($0) } || text == "true" || text == "false"
      return member + (field.isJSON || field.isBare && isNumber ? text : JSONOutput.quoted(text))
    }
    return "{\n\(members.joined(separator: ",\n"))\n}"
  }

  /// The table's part of `seeder.json`.
  var definition: String {
    let rules = targets.filter { !$0.key.isEmpty }.map { target in
      """
              \(JSONOutput.quoted(target.column)): {
                "field": \(DefinitionText.oneOrMore(target.key.map(\.field))),
                "references": {"table": \(JSONOutput.quoted(target.live.name.description)), "key": \(DefinitionText.oneOrMore(target.key.map(\.column))), "column": \(JSONOutput.quoted(target.targetColumn))}
              }
      """
    }
    let columns = rules.isEmpty ? "" : ",\n      \"columns\": {\n\(rules.joined(separator: ",\n"))\n      }"
    let index = live.index(for: uniqueKey).map { ",\n      \"index\": \(JSONOutput.quoted($0))" } ?? ""
    return """
          {
            "table": \(JSONOutput.quoted(live.name.description)),
            "files": \(JSONOutput.quoted(fileName)),
            "key": \(DefinitionText.list(key))\(index)\(columns)
          }
      """
  }
}
