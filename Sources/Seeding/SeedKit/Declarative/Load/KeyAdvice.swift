import Postgres

/// Suggests a fix for a natural key without a unique index.
enum KeyAdvice {
  /// A key of a table.
  struct Place: Hashable {
    let table: TableName
    let key: [String]
  }

  /// - Returns: a suggestion for each key of the definition that is not unique.
  /// - Throws: `PostgresError`.
  static func read(
    _ definition: SeederDefinition, tables: [TableName: LiveTable], on connection: PostgresConnection
  ) async throws -> [Place: String] {
    var advice: [Place: String] = [:]
    for table in definition.tables.flatMap({ [$0] + $0.children }) {
      guard let live = tables[table.table], table.key.allSatisfy({ live[$0] != nil }),
        !live.keys.contains(where: { Set($0.columns) == Set(table.key) })
      else { continue }
      advice[Place(table: table.table, key: table.key)] = try await text(
        for: table.key, of: live, on: connection)
    }
    return advice
  }

  private static func text(
    for key: [String], of live: LiveTable, on connection: PostgresConnection
  ) async throws -> String? {
    // A unique index on these columns that cannot be used: deferrable or invalid.
    let indexes = try await connection.query(
      """
      SELECT c.relname::text, i.indimmediate, i.indisvalid,
        CASE WHEN c.relkind = 'i' THEN c.oid::regclass::text END
      FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid
      CROSS JOIN LATERAL (SELECT ARRAY(
        SELECT a.attname::text FROM pg_attribute AS a
        WHERE a.attrelid = i.indrelid AND a.attnum > 0 AND (
          a.attnum = ANY ((i.indkey::int2[])[0:i.indnkeyatts - 1]) OR i.indexprs IS NOT NULL AND EXISTS (
            SELECT FROM pg_depend AS d WHERE d.classid = 'pg_class'::regclass AND d.objid = i.indexrelid
              AND d.refclassid = 'pg_class'::regclass AND d.refobjid = i.indrelid AND d.refobjsubid = a.attnum))
      ) AS names) AS used
      WHERE i.indrelid = to_regclass(\(live.quoted)) AND i.indisunique AND used.names @> \(key) AND used.names <@ \(key)
      ORDER BY c.relname
      """)
    if let first = indexes.first {
      let (name, isImmediate, isValid, plainIndex) = try first.decode(
        String.self, Bool.self, Bool.self, String?.self)
      if !isValid {
        return plainIndex.map { "the unique index '\(name)' is not valid: REINDEX INDEX \($0)" }
          ?? "the unique index '\(name)' is not valid until an index of each partition is attached to it"
      }
      if !isImmediate {
        return "the unique constraint '\(name)' is deferrable; the key needs one that is not"
      }
    }
    let (table, columns, partition) = try await connection.queryOne(
      """
      SELECT c.oid::regclass::text,
        (SELECT string_agg(quote_ident(name), ', ' ORDER BY place)
         FROM unnest(\(key)) WITH ORDINALITY AS k (name, place)),
        (SELECT array_agg(a.attname::text ORDER BY k.place)
         FROM pg_partitioned_table AS p CROSS JOIN LATERAL unnest(p.partattrs::int2[]) WITH ORDINALITY AS k (number, place)
         LEFT JOIN pg_attribute AS a ON a.attrelid = p.partrelid AND a.attnum = k.number WHERE p.partrelid = c.oid)
      FROM pg_class AS c WHERE c.oid = to_regclass(\(live.quoted))
      """
    ).decode(String.self, String.self, [String?]?.self)
    guard let partition else { return "or create one: CREATE UNIQUE INDEX ON \(table) (\(columns))" }
    let names = partition.compactMap(\.self)
    guard names.count == partition.count else {
      return "a table that is partitioned by an expression cannot have a unique key over all partitions"
    }
    let missing = names.filter { !key.contains($0) }
    guard !missing.isEmpty else { return "or create one: CREATE UNIQUE INDEX ON \(table) (\(columns))" }
    return
      "the table is partitioned, so a unique key must include \(missing.map { "'\($0)'" }.joined(separator: ", "))"
  }
}
