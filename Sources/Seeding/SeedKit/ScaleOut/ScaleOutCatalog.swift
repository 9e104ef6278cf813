package import Postgres

/// What the plan of a distribution depends on, from the server's catalog.
package struct ScaleOutCatalog: Sendable, Hashable {
  /// A table of the declaration, or one that has a foreign key to it.
  package struct Table: Sendable, Hashable {
    /// Schema and name.
    package let name: String
    /// Schema and name as SQL.
    let quoted: String
    let columns: [String]
    /// Generated columns, by which no table can be distributed.
    let generated: Set<String>
    /// Identity columns, with which Citus moves no table that it already knows.
    var identities: [String] = []
    let triggers: [String]
    package let placement: Sharding.Placement
    /// The size of the rows that the coordinator itself has.
    package let localBytes: Int
    var uniqueIndexes: [UniqueIndex] = []
    var vectorIndexes: [VectorIndex] = []
  }

  /// A unique index or an exclusion constraint.
  struct UniqueIndex: Sendable, Hashable {
    let name: String
    let columns: [String]
    let isExclusion: Bool
  }

  /// An index for nearest-neighbor search, which takes long to fill row by row.
  struct VectorIndex: Sendable, Hashable {
    /// Schema and name as SQL.
    let quoted: String
    /// The statement that creates it.
    let definition: String
  }

  /// A foreign key from or to a table of the declaration.
  struct ForeignKey: Sendable, Hashable {
    let name: String
    /// Schema and name of the table that has it.
    let table: String
    /// The same as SQL.
    let quoted: String
    let columns: [String]
    let target: String
    let targetColumns: [String]
    /// The constraint as SQL.
    let definition: String
  }

  /// The tables by their names in the declaration. Tables that do not exist are missing.
  let tables: [TableName: Table]
  let foreignKeys: [ForeignKey]
  /// Steps of an earlier run that are left.
  package var remaining: [ScaleOutPlan.Step] = []

  subscript(name: TableName) -> Table? { tables[name] }
}

extension ScaleOutCatalog {
  /// Reads the catalog.
  ///
  /// - Throws: `PostgresError`.
  package static func read(
    _ declaration: ScaleOutDeclaration, _ sharding: Sharding, on connection: PostgresConnection
  ) async throws -> ScaleOutCatalog {
    let names = declaration.tables
    let quoted = try names.map { try $0.quoted() }
    let asked: PostgresQuery = "unnest(\(quoted)::text[]) WITH ORDINALITY AS asked (name, place)"
    let rows = try await connection.pipeline([
      """
      SELECT asked.place, n.nspname || '.' || c.relname, quote_ident(n.nspname) || '.' || quote_ident(c.relname),
        ARRAY(SELECT attname::text FROM pg_attribute WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped
          ORDER BY attnum),
        ARRAY(SELECT attname::text FROM pg_attribute WHERE attrelid = c.oid AND attgenerated <> ''),
        ARRAY(SELECT attname::text FROM pg_attribute WHERE attrelid = c.oid AND attidentity <> '' AND NOT attisdropped),
        ARRAY(SELECT tgname::text FROM pg_trigger WHERE tgrelid = c.oid AND NOT tgisinternal ORDER BY tgname),
        pg_relation_size(c.oid)
      FROM \(asked) JOIN pg_class AS c ON c.oid = to_regclass(asked.name)
      JOIN pg_namespace AS n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p') ORDER BY asked.place
      """,
      """
      SELECT asked.place, c.relname::text, i.indisexclusion, ARRAY(
          SELECT a.attname::text FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS k (number, place)
          JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = k.number
          WHERE k.place <= i.indnkeyatts ORDER BY k.place)
      FROM \(asked) JOIN pg_index AS i ON i.indrelid = to_regclass(asked.name)
      JOIN pg_class AS c ON c.oid = i.indexrelid WHERE i.indisunique OR i.indisexclusion ORDER BY 1, 2
      """,
      """
      SELECT asked.place, quote_ident(n.nspname) || '.' || quote_ident(c.relname), pg_get_indexdef(c.oid)
      FROM \(asked) JOIN pg_index AS i ON i.indrelid = to_regclass(asked.name)
      JOIN pg_class AS c ON c.oid = i.indexrelid JOIN pg_namespace AS n ON n.oid = c.relnamespace
      JOIN pg_am ON pg_am.oid = c.relam WHERE pg_am.amname IN ('hnsw', 'ivfflat') ORDER BY 1, 2
      """,
      """
      SELECT c.conname::text, sn.nspname || '.' || s.relname, quote_ident(sn.nspname) || '.' || quote_ident(s.relname),
        ARRAY(SELECT a.attname::text FROM unnest(c.conkey) WITH ORDINALITY AS k (n, o)
          JOIN pg_attribute AS a ON a.attrelid = c.conrelid AND a.attnum = k.n ORDER BY k.o),
        tn.nspname || '.' || t.relname,
        ARRAY(SELECT a.attname::text FROM unnest(c.confkey) WITH ORDINALITY AS k (n, o)
          JOIN pg_attribute AS a ON a.attrelid = c.confrelid AND a.attnum = k.n ORDER BY k.o),
        pg_get_constraintdef(c.oid)
      FROM pg_constraint AS c
      JOIN pg_class AS s ON s.oid = c.conrelid JOIN pg_namespace AS sn ON sn.oid = s.relnamespace
      JOIN pg_class AS t ON t.oid = c.confrelid JOIN pg_namespace AS tn ON tn.oid = t.relnamespace
      WHERE c.contype = 'f' AND c.conparentid = 0 AND (
        c.conrelid IN (SELECT to_regclass(name) FROM unnest(\(quoted)::text[]) AS name)
        OR c.confrelid IN (SELECT to_regclass(name) FROM unnest(\(quoted)::text[]) AS name))
      ORDER BY 2, 1
      """,
      "SELECT to_regclass('seed_runner.scale_out_step') IS NOT NULL",
    ])
    var tables: [TableName: Table] = [:]
    for row in rows[0] {
      let (place, name, quoted, columns, generated, identities, triggers, bytes) = try row.decode(
        Int.self, String.self, String.self, [String].self, [String].self, [String].self, [String].self,
        Int.self)
      tables[names[place - 1]] = Table(
        name: name, quoted: quoted, columns: columns, generated: Set(generated),
        identities: identities, triggers: triggers, placement: sharding[name], localBytes: bytes)
    }
    for row in rows[1] {
      let (place, name, isExclusion, columns) = try row.decode(
        Int.self, String.self, Bool.self, [String].self)
      tables[names[place - 1]]?.uniqueIndexes.append(
        UniqueIndex(name: name, columns: columns, isExclusion: isExclusion))
    }
    for row in rows[2] {
      let (place, quoted, definition) = try row.decode(Int.self, String.self, String.self)
      tables[names[place - 1]]?.vectorIndexes.append(VectorIndex(quoted: quoted, definition: definition))
    }
    let keys = try rows[3].map { row in
      let (name, table, quoted, columns, target, targetColumns, definition) = try row.decode(
        String.self, String.self, String.self, [String].self, String.self, [String].self, String.self)
      return ForeignKey(
        name: name, table: table, quoted: quoted, columns: columns, target: target,
        targetColumns: targetColumns, definition: definition)
    }
    var catalog = ScaleOutCatalog(tables: tables, foreignKeys: keys)
    let isUnfinished: Bool = try rows[4].first?.decode(Bool.self) ?? false
    if isUnfinished {
      catalog.remaining = try await connection.query(
        "SELECT statement, reason FROM seed_runner.scale_out_step ORDER BY position"
      ).map { row in
        let (statement, reason) = try row.decode(String.self, String.self)
        return ScaleOutPlan.Step(statement: statement, reason: reason)
      }
    }
    return catalog
  }
}
