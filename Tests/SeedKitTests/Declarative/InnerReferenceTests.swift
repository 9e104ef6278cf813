import Postgres
import SeedKit
import SeedTesting
import Testing

@Suite("A reference whose key contains a reference")
struct InnerReferenceTests {
  private static let sql = """
    CREATE TABLE tenant (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, code text UNIQUE NOT NULL);
    CREATE TABLE item (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, tenant_id int NOT NULL REFERENCES tenant,
      sku text NOT NULL, UNIQUE (tenant_id, sku));
    CREATE TABLE note (n int PRIMARY KEY, item_id int REFERENCES item);
    CREATE TABLE part (item_id int NOT NULL REFERENCES item, name text, PRIMARY KEY (item_id, name));
    """
  private static let tenant = #"{table: "tenant", files: "tenants.csv", key: "code"}"#
  private static let toTenant = #"references: {table: "tenant", key: "code"}"#
  private static let item = """
    {table: "item", files: "items.json", key: ["tenant_id", "sku"], columns: {
      tenant_id: {field: "tenant", \(toTenant)}},
     children: [{table: "part", field: "parts", parent: "item_id", key: ["item_id", "name"], policy: "sync",
       columns: {name: "$value"}}]}
    """
  private static let note = """
    {table: "note", files: "notes.csv", key: "n", columns: {item_id: {field: ["tenant", "item"], references: {
      table: "item", key: [{column: "tenant_id", \(toTenant)}, "sku"]}}}}
    """
  private static let files = [
    "tenants.csv": "code\nt1\nt2\n",
    "items.json": """
    [{"tenant": "t1", "sku": "a", "parts": ["x"]}, {"tenant": "t2", "sku": "a", "parts": ["y", "z"]},
     {"tenant": "t2", "sku": "b", "parts": []}]
    """,
    "notes.csv": "n,tenant,item\n1,t2,a\n2,t1,a\n3,,\n4,t2,b\n",
  ]
  private static let query = """
    SELECT ARRAY[n::text, code, sku, (SELECT string_agg(name, ',' ORDER BY name) FROM part WHERE part.item_id = item.id)]
    FROM note LEFT JOIN item ON item.id = item_id LEFT JOIN tenant ON tenant.id = tenant_id ORDER BY n
    """
  private static let rows = ["1│t2│a│y,z", "2│t1│a│x", "3│∅│∅│∅", "4│t2│b│∅"]

  private func with(
    tables: [String] = [note, item, tenant], files: [String: String] = files,
    _ body: (SeederFolder) async throws -> Void
  ) async throws {
    for major in [16, 18] {
      try await SeederFolder.with(
        Self.sql, tables: tables.joined(separator: ", "), files: files, major: major, body)
    }
  }

  @Test("finds rows of the same seeder, in the order of the references, also for children")
  func sameSeeder() async throws {
    try await with { folder in
      let first = try await folder.counts()
      #expect(first == RowCounts(inserted: 12))
      #expect(try await folder.rows(Self.query) == Self.rows)
      let before = try await folder.versions()
      let second = try await folder.counts()
      #expect(second == RowCounts(unchanged: 12))
      #expect(try await folder.versions() == before)
      try folder.edit("items.json", #""y", "z""#, #""y", "w""#)
      let third = try await folder.counts()
      #expect(third == RowCounts(inserted: 1, unchanged: 11, deleted: 1))
      try folder.write(#"[{"tenant": "t2", "sku": "a", "parts": []}]"#, to: "items.test.json")
      _ = try await folder.counts()
      try folder.write(#"[{"tenant": "t2", "sku": "a", "parts": ["v"]}]"#, to: "items.test.json")
      _ = try await folder.counts()
      #expect(try await folder.rows(Self.query)[0] == "1│t2│a│v")
    }
  }

  @Test("finds rows of other programs")
  func otherRows() async throws {
    try await with(tables: [Self.note]) { folder in
      try await folder.sql(
        """
        INSERT INTO tenant (code) VALUES ('t1'), ('t2');
        INSERT INTO item (tenant_id, sku) SELECT id, 'a' FROM tenant;
        INSERT INTO item (tenant_id, sku) SELECT id, 'b' FROM tenant WHERE code = 't2';
        """)
      let first = try await folder.counts()
      #expect(first == RowCounts(inserted: 4))
      #expect(
        try await folder.rows(Self.query).map { $0.prefix(6) } == ["1│t2│a", "2│t1│a", "3│∅│∅│", "4│t2│b"])
    }
  }

  @Test("compares by the expressions of the other key")
  func expressions() async throws {
    let sql = Self.sql.replacing(
      "code text UNIQUE NOT NULL);", with: "code text NOT NULL); CREATE UNIQUE INDEX ON tenant (lower(code));"
    )
    let tables = [Self.note, Self.item, Self.tenant].joined(separator: ", ")
    var files = Self.files
    files["notes.csv"] = "n,tenant,item\n1,T2,a\n2,t1,a\n"
    try await SeederFolder.with(sql, tables: tables, files: files) { folder in
      let first = try await folder.counts()
      #expect(first == RowCounts(inserted: 10))
      #expect(try await folder.rows(Self.query) == Array(Self.rows.prefix(2)))
    }
  }

  @Test("reports rows that are missing")
  func missing() async throws {
    try await with { folder in
      try folder.write("n,tenant,item\n1,t1,b\n2,t3,a\n3,t1,\n", to: "notes.csv")
      let faults = try await folder.faults()
      #expect(
        faults == [
          "notes.csv:2: record 1, field 'tenant, item': no row of item with tenant_id, sku 't1, b' in the database or the files",
          "notes.csv:3: record 2, field 'tenant, item': no row of item with tenant_id, sku 't3, a' in the database or the files",
        ])
    }
  }

  @Test("has a field for each value, and the same reference as the entry of its table")
  func faults() async throws {
    try await with { folder in
      try folder.define(Self.note.replacing(#"["tenant", "item"]"#, with: #""item""#))
      let fields = try await folder.faults()
      #expect(
        fields == [
          "seeder.json:1: field 'item_id': found 1 fields for a key of 2 columns; expected a field for each column of the key"
        ])
      try folder.define(
        [Self.note, Self.tenant, #"{table: "item", files: "items.csv", key: ["tenant_id", "sku"]}"#].joined(
          separator: ", "))
      try folder.write("tenant_id,sku\n", to: "items.csv")
      let entries = try await folder.faults()
      #expect(
        entries == [
          "seeder.json:1: field 'key': found the reference of 'tenant_id' to tenant, which differs from how the entry in line 2 "
            + "fills this column of item; expected the same reference in both"
        ])
    }
  }

  @Test("is named if a field seems to have the key of the other table")
  func hint() async throws {
    let plain = Self.note.replacing("{column: \"tenant_id\", \(Self.toTenant)}", with: "\"tenant_id\"")
    try await with(tables: [plain, Self.item, Self.tenant]) { folder in
      let faults = try await folder.faults()
      let hint =
        #"if the field has a key of tenant, use in the key {"column": "tenant_id", "references": {"table": "tenant", "key": …}} "#
        + #"instead of "tenant_id""#
      #expect(faults.count == 3 && faults.allSatisfy { $0.contains(hint) }, "\(faults)")
    }
  }
}
