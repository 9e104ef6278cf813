import Postgres
import SeedTesting
import Testing

@testable import SeedKit

@Suite("Constraints of generated rows")
struct GeneratedConstraintTests {
  @Test("unique pairs of references, and unique columns of small domains")
  func pairs() async throws {
    let sql = """
      CREATE TABLE a (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY);
      CREATE TABLE b (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, code text UNIQUE NOT NULL);
      CREATE TABLE ab (a_id int REFERENCES a, b_id int REFERENCES b, PRIMARY KEY (a_id, b_id));
      CREATE TABLE seat (flight int, row int, letter text, UNIQUE (flight, row, letter));
      """
    let tables = #"""
      {table: "a", generate: {rows: 40}}, {table: "b", generate: {rows: 100, columns: {code: {pattern: "##"}}}},
      {table: "ab", generate: {rows: 4000}},
      {table: "seat", generate: {rows: 120, columns: {
        flight: {integer: [1, 4]}, row: {integer: [1, 5]}, letter: {pick: ["A", "B", "C", "D", "E", "F"]}}}}
      """#
    try await GeneratedFolder.with(sql, tables: tables) { folder in
      let counts = try await folder.counts()
      #expect(counts == RowCounts(inserted: 4_260))
      #expect(try await folder.number("SELECT count(DISTINCT (flight, row, letter)) FROM seat") == 120)
    }
  }

  @Test("pairs in the order that a constraint wants, each once")
  func sortedPairs() async throws {
    let sql = """
      CREATE TABLE person (id uuid PRIMARY KEY); CREATE TABLE club (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY);
      CREATE TABLE chat (a uuid REFERENCES person, b uuid REFERENCES person, CHECK (a < b), PRIMARY KEY (a, b));
      CREATE TABLE match (home int REFERENCES club, away int REFERENCES club, CHECK (home > away), PRIMARY KEY (away, home));
      """
    let tables = #"""
      {table: "person", generate: {rows: 12}}, {table: "club", generate: {rows: 20}},
      {table: "chat", generate: {rows: 66}}, {table: "match", generate: {rows: 190}}
      """#
    try await GeneratedFolder.with(sql, tables: tables) { folder in
      let counts = try await folder.counts()
      #expect(counts == RowCounts(inserted: 12 + 20 + 66 + 190))
    }
  }

  @Test("cycles of tables, and a reset of them")
  func cycle() async throws {
    let sql = """
      CREATE TABLE team (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL, lead_id int);
      CREATE TABLE member (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, team_id int NOT NULL REFERENCES team);
      ALTER TABLE team ADD FOREIGN KEY (lead_id) REFERENCES member;
      INSERT INTO team (name) VALUES ('by hand');
      """
    let tables = #"""
      {table: "team", generate: {rows: 30, columns: {name: "company"}}}, {table: "member", generate: {rows: 600}}
      """#
    try await GeneratedFolder.with(sql, tables: tables) { folder in
      _ = try await folder.counts()
      #expect(try await folder.number("SELECT count(*) FROM team WHERE lead_id IS NULL") == 1)
      let second = try await folder.counts()
      #expect(second == RowCounts(unchanged: 630))
      let reset = try await folder.reset()
      #expect(reset.tables.total == RowCounts(deleted: 630))
      #expect(try await folder.number("SELECT count(*) FROM member") == 0)
      #expect(try await folder.text("SELECT string_agg(name, ',') FROM team") == "by hand")
    }
  }

  @Test("foreign keys that share a tenant")
  func tenants() async throws {
    let sql = """
      CREATE TABLE tenant (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY);
      CREATE TABLE customer (
        tenant_id int NOT NULL REFERENCES tenant, id int GENERATED ALWAYS AS IDENTITY, PRIMARY KEY (tenant_id, id));
      CREATE TABLE item (
        tenant_id int NOT NULL REFERENCES tenant, id int GENERATED ALWAYS AS IDENTITY, parent_id int,
        PRIMARY KEY (tenant_id, id), FOREIGN KEY (tenant_id, parent_id) REFERENCES item);
      CREATE TABLE purchase (
        id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, tenant_id int NOT NULL, customer_id int NOT NULL, item_id int NOT NULL,
        FOREIGN KEY (tenant_id, customer_id) REFERENCES customer, FOREIGN KEY (tenant_id, item_id) REFERENCES item);
      """
    let tables = ["tenant", "customer", "item", "purchase"].enumerated().map {
      #"{table: "\#($1)", generate: {rows: \#([5, 300, 400, 3000][$0])}}"#
    }.joined(separator: ",")
    try await GeneratedFolder.with(sql, tables: tables) { folder in
      let counts = try await folder.counts()
      #expect(counts == RowCounts(inserted: 3_705))
      #expect(try await folder.number("SELECT count(*) FROM item WHERE parent_id IS NOT NULL") > 300)
      #expect(try await folder.number("SELECT count(DISTINCT tenant_id) FROM purchase") == 5)
    }
  }

  @Test("what cannot be met is said before the first row")
  func refused() async throws {
    let sql = """
      CREATE TABLE parent (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY);
      CREATE TABLE t (
        id int PRIMARY KEY REFERENCES parent, code text UNIQUE, note text UNIQUE, size int NOT NULL, other int NOT NULL,
        CONSTRAINT small CHECK (size < 10));
      """
    try await GeneratedFolder.with(
      sql,
      tables: #"""
        {table: "parent", generate: {rows: 3}}, {table: "t", generate: {rows: 20, columns: {
          code: {pattern: "#"}, note: "sentence", size: {integer: [1, 100]}, colour: "color", sizes: {integer: [5, 1]}}}}
        """#
    ) { folder in
      let faults = try await folder.faults()
      #expect(faults.count == 3, "\(faults)")
      try folder.define(
        #"""
        {table: "parent", generate: {rows: 3}}, {table: "t", generate: {rows: 20, columns: {
          code: {pattern: "#"}, note: "sentence", size: {integer: [1, 100]}, other: "position"}}}
        """#)
      let more = try await folder.faults()
      #expect(more.count == 3, "\(more)")
      try folder.define(
        #"""
        {table: "parent", generate: {rows: 30}}, {table: "t", generate: {rows: 20, columns: {
          code: {pattern: "##"}, size: {integer: [1, 100]}, other: "position"}}}
        """#)
      let check = try await folder.faults()
      #expect(check.count == 1 && check[0].contains("(constraint 'small')"), "\(check)")
      #expect(try await folder.number("SELECT count(*) FROM t") == 0)
    }
  }

  @Test("long texts are shortened to the length of the column")
  func lengths() async throws {
    try await GeneratedFolder.with(
      "CREATE TABLE t (id int PRIMARY KEY, name varchar(7) NOT NULL, letter char(1) NOT NULL)",
      tables: #"""
        {table: "t", generate: {rows: 300, locale: "ja", columns: {id: "sequence", name: "address.line", letter: "word"}}}
        """#
    ) { folder in
      _ = try await folder.counts()
      #expect(try await folder.number("SELECT max(length(name)) FROM t") == 7)
    }
  }

  @Test("references that a CHECK constraint keeps apart, within a tenant")
  func apart() async throws {
    let sql = """
      CREATE TABLE person (tenant int, no int, PRIMARY KEY (tenant, no));
      CREATE TABLE task (
        id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, tenant int NOT NULL, author int NOT NULL, reviewer int NOT NULL,
        CHECK (author <> reviewer), FOREIGN KEY (tenant, author) REFERENCES person,
        FOREIGN KEY (tenant, reviewer) REFERENCES person);
      CREATE TABLE follow (
        tenant int, a int, b int, CHECK (a <> b), PRIMARY KEY (tenant, a, b),
        FOREIGN KEY (tenant, a) REFERENCES person, FOREIGN KEY (tenant, b) REFERENCES person);
      """
    let tables = #"""
      {table: "person", generate: {rows: 60, columns: {tenant: {integer: [1, 6]}, no: {integer: [1, 60], unique: true}}}},
      {table: "task", generate: {rows: 2000}}, {table: "follow", generate: {rows: 300}}
      """#
    try await GeneratedFolder.with(sql, tables: tables) { folder in
      let counts = try await folder.counts()
      #expect(counts == RowCounts(inserted: 2_360))
    }
  }

  @Test("a row refers to tenants that have rows in all tables that it needs")
  func matchingRows() async throws {
    let sql = """
      CREATE TABLE tenant (id int PRIMARY KEY);
      CREATE TABLE person (tenant int REFERENCES tenant, no int, PRIMARY KEY (tenant, no));
      CREATE TABLE project (tenant int REFERENCES tenant, no int, PRIMARY KEY (tenant, no));
      CREATE TABLE task (
        id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, tenant int NOT NULL, person int NOT NULL, project int NOT NULL,
        FOREIGN KEY (tenant, person) REFERENCES person, FOREIGN KEY (tenant, project) REFERENCES project);
      """
    let tables = #"""
      {table: "tenant", generate: {rows: 50, columns: {id: "sequence"}}},
      {table: "person", generate: {rows: 60, columns: {no: "sequence"}}},
      {table: "project", generate: {rows: 20, columns: {no: "sequence"}}}, {table: "task", generate: {rows: 1000}}
      """#
    try await GeneratedFolder.with(sql, tables: tables) { folder in
      let counts = try await folder.counts()
      #expect(counts == RowCounts(inserted: 1_130))
    }
  }

  @Test("unique keys with a reference to the table itself")
  func uniqueSelfReferences() async throws {
    let sql = """
      CREATE TABLE category (
        id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, parent_id int REFERENCES category, name text NOT NULL,
        replaced_by int UNIQUE REFERENCES category, CHECK (replaced_by <> id), CHECK (replaced_by <> parent_id),
        UNIQUE (parent_id, name));
      """
    let tables = #"{table: "category", generate: {rows: 6000, columns: {name: {pattern: "????"}}}}"#
    try await GeneratedFolder.with(sql, tables: tables) { folder in
      let counts = try await folder.counts()
      #expect(counts == RowCounts(inserted: 6_000))
      #expect(try await folder.number("SELECT count(*) FROM category WHERE replaced_by IS NOT NULL") > 2_000)
    }
  }

  @Test("columns with generators that a CHECK constraint keeps apart")
  func differentValues() async throws {
    let sql = """
      CREATE TABLE route (id int PRIMARY KEY, a text NOT NULL, b text NOT NULL, n int, m int, CHECK (a <> b AND n <> m));
      """
    let tables = #"""
      {table: "route", generate: {rows: 5000, columns: {
        id: "sequence", a: {pick: ["x", "y", "z"]}, b: {pick: ["x", "y", "z"]}, n: {integer: [1, 3]},
        m: {integer: [1, 3], null: 0.2}}}}
      """#
    try await GeneratedFolder.with(sql, tables: tables) { folder in
      let counts = try await folder.counts()
      #expect(counts == RowCounts(inserted: 5_000))
      #expect(try await folder.number("SELECT count(DISTINCT (a, b)) FROM route") == 6)
    }
  }

  @Test("a partial unique key does not apply to rows with the default of its flag")
  func partialKey() async throws {
    let sql = """
      CREATE TABLE person (id int PRIMARY KEY);
      CREATE TABLE address (
        id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, person_id int NOT NULL REFERENCES person,
        is_primary boolean NOT NULL DEFAULT false);
      CREATE UNIQUE INDEX ON address (person_id) WHERE is_primary;
      """
    let tables = #"""
      {table: "person", generate: {rows: 10, columns: {id: "sequence"}}}, {table: "address", generate: {rows: 500}}
      """#
    try await GeneratedFolder.with(sql, tables: tables) { folder in
      let counts = try await folder.counts()
      #expect(counts == RowCounts(inserted: 510))
    }
  }

  @Test("unique keys that contain another one, and references to rows of the same tree")
  func containedKeys() async throws {
    let sql = """
      CREATE TABLE node (
        tree int NOT NULL, id int NOT NULL, parent int, kind text NOT NULL, PRIMARY KEY (tree, id), UNIQUE (tree, id, kind),
        FOREIGN KEY (tree, parent) REFERENCES node (tree, id));
      """
    let tables = #"""
      {table: "node", generate: {rows: 4000, columns: {
        tree: {integer: [1, 50]}, id: {integer: [1, 99]}, kind: {pick: ["a", "b"]}}}}
      """#
    try await GeneratedFolder.with(sql, tables: tables) { folder in
      let counts = try await folder.counts()
      #expect(counts == RowCounts(inserted: 4_000))
      #expect(try await folder.number("SELECT count(*) FROM node WHERE parent IS NOT NULL") > 500)
    }
  }

  @Test("a reference that is named, to a table without rows, is a fault")
  func emptyTable() async throws {
    let sql =
      "CREATE TABLE country (id int PRIMARY KEY); CREATE TABLE t (id int PRIMARY KEY, c int REFERENCES country)"
    let tables = #"{table: "t", generate: {rows: 9, columns: {id: "sequence", c: {reference: "country"}}}}"#
    try await GeneratedFolder.with(sql, tables: tables) { folder in
      let faults = try await folder.faults()
      #expect(faults.first?.contains("a reference to country, which has no rows") == true, "\(faults)")
    }
  }

  @Test("a row without a partition is a fault, also below the first level")
  func partitions() async throws {
    let sql = """
      CREATE TABLE event (id int, region text, at date NOT NULL, PRIMARY KEY (id, region, at)) PARTITION BY LIST (region);
      CREATE TABLE event_eu PARTITION OF event FOR VALUES IN ('eu') PARTITION BY RANGE (at);
      CREATE TABLE event_eu_2025 PARTITION OF event_eu FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
      """
    func table(_ year: Int) -> String {
      #"{table: "event", generate: {rows: 90, columns: {id: "sequence", region: {pick: ["eu"]}, at: {date: ["\#(year)-02-01", "2025-03-01"]}}}}"#
    }
    try await GeneratedFolder.with(sql, tables: table(2024)) { folder in
      let faults = try await folder.faults()
      #expect(faults.first?.contains("a generated row for which event has no partition") == true, "\(faults)")
      try folder.define(table(2025))
      let counts = try await folder.counts()
      #expect(counts == RowCounts(inserted: 90))
    }
  }
}
