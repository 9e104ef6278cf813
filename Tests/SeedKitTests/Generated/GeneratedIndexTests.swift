import Postgres
import SeedTesting
import Testing

@testable import SeedKit

@Suite("Indexes of generated tables")
struct GeneratedIndexTests {
  private static let sql = """
    CREATE EXTENSION vector;
    CREATE SCHEMA shop;
    CREATE FUNCTION shop.half(value int) RETURNS int IMMUTABLE LANGUAGE sql RETURN value / 2;
    CREATE TABLE shop.item (
      id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, code int NOT NULL, note text UNIQUE, place vector(3) NOT NULL);
    CREATE INDEX "Code ON ONLY it" ON shop.item (shop.half(code) DESC) WITH (fillfactor = 80);
    CREATE INDEX near ON shop.item USING hnsw (place vector_cosine_ops);
    CREATE INDEX lists ON shop.item USING ivfflat (place vector_l2_ops) WITH (lists = 2);
    CREATE UNIQUE INDEX pair ON shop.item (id, code);
    CREATE INDEX clustered ON shop.item (code);
    ALTER TABLE shop.item CLUSTER ON clustered;
    COMMENT ON INDEX shop.near IS 'it''s near';
    """

  private static func tables(_ rows: Int, _ indexes: String = #", indexes: "rebuild""#) -> String {
    #"""
    {table: "shop.item", generate: {rows: \#(rows)\#(indexes),
      columns: {code: {integer: [1, 99]}, place: {pick: ["[1,0,0]", "[0,1,0]", "[1,2,3]"]}}}}
    """#
  }

  /// The definitions and comments of all indexes.
  private static let definitions = """
    SELECT string_agg(concat(pg_get_indexdef(indexrelid), indisvalid, obj_description(indexrelid, 'pg_class')), E'\\n'
      ORDER BY pg_get_indexdef(indexrelid)) FROM pg_index JOIN pg_class AS c ON c.oid = indexrelid
    WHERE c.relnamespace IN ('shop'::regnamespace, 'public'::regnamespace)
    """
  /// Remembers the indexes before a load.
  private static let remember = """
    CREATE TABLE known AS SELECT indexrelid AS oid, relname FROM pg_index JOIN pg_class AS c ON c.oid = indexrelid
    WHERE c.relnamespace IN ('shop'::regnamespace, 'public'::regnamespace)
    """

  private func kept(_ folder: GeneratedFolder) async throws -> String {
    try await folder.text(
      """
      SELECT coalesce(string_agg(known.relname, ',' ORDER BY known.relname COLLATE "C"), '')
      FROM known JOIN pg_class USING (oid)
      """)
  }

  @Test("are dropped before a large load and built afterwards, except those of constraints")
  func rebuild() async throws {
    try await GeneratedFolder.with(Self.sql, tables: Self.tables(100)) { folder in
      try await folder.database.withConnection { try await $0.runScript(Self.remember) }
      let before = try await folder.text(Self.definitions)
      let first = try await folder.counts()
      #expect(first == RowCounts(inserted: 100))
      #expect(try await folder.text(Self.definitions) == before)
      #expect(try await kept(folder) == "clustered,item_note_key,item_pkey,pair")
      #expect(try await folder.text("SELECT indexes::text FROM seed_runner.bulk_load") == "{}")
      // More rows exist than are added.
      try await folder.database.withConnection {
        try await $0.runScript("DROP TABLE known; " + Self.remember)
      }
      try folder.define(Self.tables(150))
      let second = try await folder.counts()
      #expect(second == RowCounts(inserted: 50, unchanged: 100))
      #expect(
        try await kept(folder)
          == "Code ON ONLY it,clustered,item_note_key,item_pkey,lists,near,pair")
    }
  }

  @Test("stay without the option")
  func absent() async throws {
    try await GeneratedFolder.with(Self.sql, tables: Self.tables(20, "")) { folder in
      try await folder.database.withConnection { try await $0.runScript(Self.remember) }
      _ = try await folder.counts()
      #expect(
        try await kept(folder)
          == "Code ON ONLY it,clustered,item_note_key,item_pkey,lists,near,pair")
    }
  }

  @Test("of partitions keep their names and are attached again")
  func partitions() async throws {
    let sql = """
      CREATE TABLE visit (id int, day date, n int, PRIMARY KEY (id, day)) PARTITION BY RANGE (day);
      CREATE TABLE visit_1 PARTITION OF visit FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
      CREATE TABLE visit_2 PARTITION OF visit FOR VALUES FROM ('2026-02-01') TO ('2026-03-01')
        PARTITION BY RANGE (day);
      CREATE TABLE visit_2a PARTITION OF visit_2 FOR VALUES FROM ('2026-02-01') TO ('2026-03-01');
      CREATE INDEX "my n" ON visit_1 (n);
      CREATE INDEX visit_n ON visit (n);
      ALTER INDEX visit_2a_n_idx RENAME TO renamed;
      CREATE TABLE expected AS SELECT inhparent::regclass::text AS parent, inhrelid::regclass::text AS child
        FROM pg_inherits JOIN pg_class AS c ON c.oid = inhrelid WHERE c.relkind IN ('i', 'I');
      """
    let tables = #"""
      {table: "visit", generate: {rows: 500, indexes: "rebuild", columns: {
        id: "sequence", day: {date: {between: ["2026-01-01", "2026-02-28"]}}, n: {integer: [1, 9]}}}}
      """#
    try await GeneratedFolder.with(sql, tables: tables) { folder in
      let oid = try await folder.number("SELECT 'visit_n'::regclass::oid::bigint")
      _ = try await folder.counts()
      #expect(try await folder.number("SELECT 'visit_n'::regclass::oid::bigint") != oid)
      #expect(
        try await folder.text(
          """
          SELECT coalesce(string_agg(DISTINCT concat_ws(' ', e.parent, e.child), ',' ), '') FROM expected AS e
          WHERE NOT EXISTS (SELECT FROM pg_inherits WHERE inhparent::regclass::text = e.parent
            AND inhrelid::regclass::text = e.child)
          """) == "")
      #expect(
        try await folder.number(
          "SELECT count(*) FROM pg_index WHERE indrelid = 'visit'::regclass AND indisvalid AND NOT indisprimary"
        )
          == 1)
    }
  }

  @Test("are built by whatever ends the load: a later run without the option, or a reset")
  func interrupted() async throws {
    for resets in [false, true] {
      try await GeneratedFolder.with(Self.sql, tables: Self.tables(4_000)) { folder in
        let before = try await folder.text(Self.definitions)
        try await folder.database.withConnection {
          try await $0.runScript(GeneratedInterruption.sql("shop.item", 3_000))
        }
        let failure = try await folder.run().failure
        #expect(failure?.message.contains("interrupted") == true, "\(String(describing: failure))")
        #expect(try await folder.text(Self.definitions) != before)
        try await folder.database.withConnection {
          try await $0.runScript("DROP TRIGGER interruption ON shop.item")
        }
        if resets {
          let rows = try await folder.number("SELECT count(*) FROM shop.item")
          let reset = try await folder.reset()
          #expect(reset.tables.total.deleted == rows)
        } else {
          try folder.define(Self.tables(3_500, ""))
          _ = try await folder.counts()
        }
        #expect(try await folder.text(Self.definitions) == before)
      }
    }
  }
}
