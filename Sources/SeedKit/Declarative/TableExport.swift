import FoundationEssentials
public import Postgres

/// Reads the rows of a table as a declarative seeder that would make them.
public struct TableExport: Sendable {
  /// A column of a foreign key that is written as the natural key of the row it refers to.
  private struct Reference {
    let column: String
    let field: String
    let table: TableName
    let quotedTable: String
    let target: String
    let key: String
  }

  /// What `seeder.json` should say.
  public let definition: String
  /// The records, as the data file should have them.
  public let records: String
  /// How many there are.
  public let count: Int
  /// The name of the data file.
  public let fileName: String

  /// Reads a table, in one transaction that sees one state of it.
  ///
  /// Generated columns are left out, and so is a primary key that the database makes by itself unless it
  /// is the key. A foreign key to such a table becomes a reference by that table's own unique key.
  ///
  /// - Parameters:
  ///   - table: the table, with its schema if that is not found by the search path.
  ///   - key: the columns of the natural key.
  ///   - columns: which to write; all if empty.
  ///   - id: the id of the seeder.
  ///   - connection: the database.
  /// - Throws: ``FixtureError`` for what does not fit the table; `PostgresError`.
  public static func read(
    table: String, key: [String], columns: [String], id: SeederID, on connection: PostgresConnection
  ) async throws -> TableExport {
    let parts = table.split(separator: ".", maxSplits: 1).map(String.init)
    let name = TableName(schema: parts.count == 2 ? parts[0] : nil, name: parts[parts.count - 1])
    return try await connection.withTransaction(
      isolation: .repeatableRead, setup: [StableSettings.statement]
    ) { connection in
      guard let live = try await LiveTable.describe([name], on: connection)[name] else {
        throw fault("the table '\(table)'", expected: "a table that is in the database")
      }
      let unknown = (key + columns).filter { live[$0] == nil }
      guard unknown.isEmpty else {
        throw fault(
          "the column '\(unknown[0])'",
          expected: "one of " + live.columns.map(\.name.name).joined(separator: ", "))
      }
      guard live.uniqueKeys.contains(where: { Set($0) == Set(key) }) else {
        throw fault(
          "the key (\(key.joined(separator: ", "))), by which \(table) has no unique key",
          expected: "one of "
            + live.uniqueKeys.map { "(\($0.joined(separator: ", ")))" }.joined(separator: ", "))
      }
      let chosen = live.columns.filter { column in
        guard columns.isEmpty else {
          return columns.contains(column.name.name) || key.contains(column.name.name)
        }
        let isSurrogate = live.primaryKey == [column.name.name] && column.defaultExpression != nil
        return !column.isGenerated && (key.contains(column.name.name) || !isSurrogate)
      }
      let references = try await references(of: live, on: connection)
        .filter { reference in chosen.contains { $0.name.name == reference.column } }
      return try await read(
        live, key: key, columns: chosen, references: references, id: id, on: connection)
    }
  }

  private static func read(
    _ live: LiveTable, key: [String], columns: [LiveTable.Column], references: [Reference], id: SeederID,
    on connection: PostgresConnection
  ) async throws -> TableExport {
    var fields: [(name: String, isJSON: Bool, isBare: Bool)] = []
    var values: [String] = []
    var joins: [String] = []
    for column in columns {
      if let index = references.firstIndex(where: { $0.column == column.name.name }) {
        let reference = references[index]
        fields.append((reference.field, false, false))
        values.append("r\(index).\(try PostgresIdentifier(reference.key).quoted)::text")
        joins.append(
          "LEFT JOIN \(reference.quotedTable) AS r\(index) ON r\(index).\(try PostgresIdentifier(reference.target).quoted) = live.\(column.name.quoted)"
        )
        continue
      }
      let isJSON = ["json", "jsonb"].contains(column.baseType)
      let isBare = ["smallint", "integer", "bigint", "numeric", "boolean", "real", "double precision"]
        .contains(column.baseType)
      fields.append((column.name.name, isJSON, isBare))
      values.append("live.\(column.name.quoted)::text")
    }
    let order = try key.map { "live.\(try PostgresIdentifier($0).quoted)" }.joined(separator: ", ")
    try await connection.query(
      PostgresQuery(
        unescaped: "DECLARE seed_export NO SCROLL CURSOR FOR SELECT ARRAY[\(values.joined(separator: ", "))] "
          + "FROM \(live.quoted) AS live \(joins.joined(separator: " ")) ORDER BY \(order)"))
    var records: [String] = []
    while true {
      let rows = try await connection.query("FETCH 1000 FROM seed_export")
      guard !rows.isEmpty else { break }
      for row in rows {
        let texts = try row.decode([String?].self)
        let members = zip(fields, texts).map { field, text in
          var member = "  "
          JSONString.write(field.name, to: &member)
          member += ": "
          guard let text else { return member + "null" }
          // NaN and Infinity are numbers to PostgreSQL only.
          let isNumber =
            text.utf8.allSatisfy { !(0x41...0x5A).contains($0) } || text == "true" || text == "false"
          if field.isJSON || field.isBare && isNumber { return member + text }
          JSONString.write(text, to: &member)
          return member
        }
        records.append("{\n\(members.joined(separator: ",\n"))\n}")
      }
    }
    let fileName = "\(live.name.name).json"
    return TableExport(
      definition: definition(live, key: key, references: references, id: id, fileName: fileName),
      records: records.isEmpty ? "[]\n" : "[\n\(records.joined(separator: ",\n"))\n]\n", count: records.count,
      fileName: fileName)
  }

  private static func definition(
    _ live: LiveTable, key: [String], references: [Reference], id: SeederID, fileName: String
  ) -> String {
    func quoted(_ text: String) -> String {
      var quoted = ""
      JSONString.write(text, to: &quoted)
      return quoted
    }
    let rules = references.map { reference in
      """
              \(quoted(reference.column)): {
                "field": \(quoted(reference.field)),
                "references": {"table": \(quoted(reference.table.description)), "key": \(quoted(reference.key)), "column": \(quoted(reference.target))}
              }
      """
    }
    let columns = rules.isEmpty ? "" : ",\n      \"columns\": {\n\(rules.joined(separator: ",\n"))\n      }"
    return """
      {
        "id": \(quoted(id.rawValue)),
        "summary": \(quoted("Rows of \(live.name)")),
        "tables": [
          {
            "table": \(quoted(live.name.description)),
            "files": \(quoted(fileName)),
            "key": [\(key.map(quoted).joined(separator: ", "))]\(columns)
          }
        ]
      }

      """
  }

  /// The foreign keys of one column to tables that have one unique column beside the one referred to.
  private static func references(
    of live: LiveTable, on connection: PostgresConnection
  ) async throws -> [Reference] {
    let rows = try await connection.query(
      """
      SELECT a.attname::text, n.nspname::text, c.relname::text, t.attname::text, pg_table_is_visible(c.oid)
      FROM pg_constraint AS f JOIN pg_class AS c ON c.oid = f.confrelid JOIN pg_namespace AS n ON n.oid = c.relnamespace
      JOIN pg_attribute AS a ON a.attrelid = f.conrelid AND a.attnum = f.conkey[1]
      JOIN pg_attribute AS t ON t.attrelid = f.confrelid AND t.attnum = f.confkey[1]
      WHERE f.contype = 'f' AND f.conrelid = to_regclass(\(live.quoted)) AND cardinality(f.conkey) = 1
      ORDER BY f.conname
      """)
    var references: [Reference] = []
    for row in rows {
      let (column, schema, table, target, isVisible) = try row.decode(
        String.self, String.self, String.self, String.self, Bool.self)
      let name = TableName(schema: isVisible ? nil : schema, name: table)
      guard let other = try await LiveTable.describe([name], on: connection)[name],
        other[target]?.defaultExpression != nil,
        let key = other.uniqueKeys.first(where: { $0.count == 1 && $0 != [target] })?.first,
        !references.contains(where: { $0.column == column })
      else { continue }
      let stem = column.hasSuffix("_id") ? String(column.dropLast(3)) : column
      let field = live[stem] == nil ? stem : column
      references.append(
        Reference(
          column: column, field: field, table: name, quotedTable: other.quoted, target: target, key: key))
    }
    return references
  }

  private static func fault(_ found: String, expected: String) -> FixtureError {
    FixtureError([FixtureFault(file: "export", found: found, expected: expected)])
  }
}
