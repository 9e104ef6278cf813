import Postgres
import SeedKit
import SeedTesting
import Testing

@Suite("Outdated statistics that say the tables are empty")
struct StaleStatisticsTests {
  /// A quarter of the children has the same position, so a join by position alone has a quarter of a billion rows.
  /// The limit is only a safeguard: the right plan takes less than a second.
  @Test("do not make writing child rows quadratic", arguments: [nil, 16])
  func children(major: Int?) async throws {
    let parents = 8_000
    let children = 32_000
    try await SeederFolder.with(
      """
      CREATE TABLE parent (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, code text UNIQUE NOT NULL, name text);
      CREATE TABLE child (parent_id int REFERENCES parent, pos int, name text, PRIMARY KEY (parent_id, pos));
      """,
      tables: #"""
        {table: "parent", key: "code", files: "parent.csv"},
        {table: "child", key: ["parent_id", "pos"], files: "child.csv",
          columns: {"parent_id": {"field": "parent", "references": {"table": "parent", "key": "code"}}}}
        """#,
      files: [
        "parent.csv": "code,name\n" + (0..<parents).map { "p\($0),name of \($0)\n" }.joined(),
        "child.csv": "parent,pos,name\n"
          + (0..<children).map { "p\($0 % parents),\($0 / parents),name of \($0)\n" }.joined(),
      ], major: major
    ) { folder in
      try await folder.sql(
        """
        INSERT INTO parent (code, name) SELECT 'x' || i, repeat('y', 30) FROM generate_series(1, \(parents)) AS i;
        INSERT INTO child SELECT 1 + i % \(parents), i, repeat('y', 30) FROM generate_series(1, \(children)) AS i;
        DELETE FROM child; DELETE FROM parent;
        """)
      for table in ["child", "parent"] { try await folder.sql("VACUUM (TRUNCATE off) \(table)") }
      // Otherwise autovacuum could correct them before the run.
      try await folder.sql(
        """
        ALTER TABLE child SET (autovacuum_enabled = off); ALTER TABLE parent SET (autovacuum_enabled = off);
        ALTER DATABASE "\(folder.database.name)" SET statement_timeout = '60s'
        """)
      let statistics = try await folder.rows(
        """
        SELECT ARRAY[relname::text, (relpages > 0)::text, reltuples::text] FROM pg_class
        WHERE relname = 'parent'
        """)
      #expect(statistics == ["parent│true│0"])
      #expect(try await folder.counts() == RowCounts(inserted: parents + children))
      #expect(try await folder.counts() == RowCounts(unchanged: parents + children))
    }
  }
}
