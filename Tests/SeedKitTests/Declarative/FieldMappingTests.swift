import SeedKit
import Testing

@Suite("Which field fills which column")
struct FieldMappingTests {
  private static let accounts =
    "CREATE TABLE account (id serial PRIMARY KEY, email text UNIQUE NOT NULL, password text DEFAULT 'unset', name text)"
  private static let query = "SELECT ARRAY[id::text, email, password, name] FROM account ORDER BY id"

  private static let ignoring: [(name: String, files: [String: String], table: String)] = [
    (
      "names in CSV, also a text for an integer",
      ["a.csv": "id,email,password,name\next_1,a@x,secret,Ada\n"],
      #""files": "a.csv", "ignore": ["id", "password"]"#
    ),
    (
      "names in JSON",
      ["a.json": #"[{"id": "ext_1", "email": "a@x", "password": ["secret"], "name": "Ada"}]"#],
      #""files": "a.json", "ignore": ["id", "password"]"#
    ),
    (
      "every field that is not mapped, by an asterisk",
      ["a.jsonl": #"{"id": 77, "Mail": "a@x", "password": "secret", "name": "Ada", "more": {}}"#],
      #""files": "a.jsonl", "ignore": ["*"], "columns": {"email": "Mail", "name": "name"}"#
    ),
    (
      "fields without a name, behind trailing delimiters",
      ["a.csv": "email,name,,\na@x,Ada,,\n"], #""files": "a.csv", "ignore": [""]"#
    ),
    (
      "a column's own field, while another one fills it",
      ["a.csv": "email,Full name,name,id\na@x,Ada,ignored,5\n"],
      #""files": "a.csv", "ignore": ["name", "id"], "columns": {"name": "Full name"}"#
    ),
  ]

  @Test("ignores fields under 'ignore'", arguments: ignoring.indices, [nil, 16])
  func ignored(_ index: Int, _ major: Int?) async throws {
    let example = Self.ignoring[index]
    try await SeederFolder.with(
      Self.accounts, tables: #"{"table": "account", "key": "email", \#(example.table)}"#,
      files: example.files, major: major
    ) { folder in
      let counts = try await folder.counts()
      #expect(counts == RowCounts(inserted: 1), "\(example.name)")
      #expect(try await folder.rows(Self.query) == ["1│a@x│unset│Ada"], "\(example.name)")
    }
  }

  private static let shops = """
    CREATE TABLE country (code text PRIMARY KEY);
    CREATE TABLE shop (id int PRIMARY KEY, name text, country text REFERENCES country);
    CREATE TABLE shelf (shop int REFERENCES shop, label text, width int, PRIMARY KEY (shop, label));
    INSERT INTO country VALUES ('NO');
    """
  private static let reference = #"{"field": "Land", "references": {"table": "country", "key": "code"}}"#
  private static let unmatched: [(files: [String: String], table: String, expected: [String])] = [
    (
      ["s.csv": "id,Name\n1,Quay\n"],
      #""files": "s.csv", "ignore": ["Name"], "columns": {"name": "Nmae"}"#,
      ["field 'name': found the field 'Nmae', which no record has; expected 'Name'"]
    ),
    (
      ["s.csv": "id\n"], #""files": "s.csv", "columns": {"name": "Name"}"#,
      ["field 'name': found the field 'Name', which no record has; expected a field of the files"]
    ),
    (
      ["s.json": #"[{"id": 1, "Country": "NO"}, {"id": 2}]"#],
      #""files": "s.json", "ignore": ["Country"], "columns": {"country": \#(reference)}"#,
      ["field 'country': found the field 'Land', which no record has; expected a field of the files"]
    ),
    (
      ["s.jsonl": #"{"id": 1, "shelves": [{"label": "a", "Width": 3}]}"#],
      #"""
      "files": "s.jsonl", "children": [{"table": "shelf", "field": "shelves", "parent": "shop",
        "key": ["shop", "label"], "ignore": ["Width"], "columns": {"width": "Widht"}}]
      """#,
      ["field 'width': found the field 'Widht', which no record has; expected 'Width'"]
    ),
  ]

  @Test("reports a column whose field is in no record also if the file has the column itself")
  func missingBesideUnknown() async throws {
    try await SeederFolder.with(
      Self.shops,
      tables: #"{"table": "shop", "key": "id", "files": "s.csv", "columns": {"name": "Title"}}"#,
      files: ["s.csv": "id,name\n1,Quay\n"]
    ) { folder in
      let found = try await folder.faults()
      #expect(found.count == 2, "\(found)")
      #expect(found.first?.hasPrefix("s.csv:1: field 'name': found an unknown field") == true)
      #expect(found.last?.contains("found the field 'Title', which no record has") == true)
    }
  }

  @Test("reports a column whose field is in no record", arguments: unmatched.indices, [nil, 16])
  func missing(_ index: Int, _ major: Int?) async throws {
    let example = Self.unmatched[index]
    try await SeederFolder.with(
      Self.shops, tables: #"{"table": "shop", "key": "id", \#(example.table)}"#, files: example.files,
      major: major
    ) { folder in
      let found = try await folder.faults()
      #expect(found.map { String($0.drop { $0 != " " }.dropFirst()) } == example.expected, "\(found)")
      #expect(found.allSatisfy { $0.hasPrefix("seeder.json:") }, "\(found)")
      // The linter finds the same without a database.
      let lint = #expect(throws: FixtureError.self) {
        _ = try DeclarativeSeeder(directory: folder.path).validate(FixtureStore(files: [:]))
      }
      #expect(
        lint?.faults.map(\.field) == [
          example.expected[0].split(separator: "'").dropFirst().first.map(String.init)
        ])
    }
  }

  private static let matched: [(files: [String: String], table: String)] = [
    (["s.json": "[]"], #""files": "s.json", "columns": {"name": "Name"}"#),
    (
      ["s.json": #"[{"id": 1}]"#, "s.test.json": #"[{"id": 1, "Name": "Quay"}]"#],
      #""files": "s.json", "columns": {"name": "Name"}"#
    ),
    (
      ["s.csv": "id,Name\n1,Quay\n", "t.csv": "id\n2\n"],
      #""files": ["s.csv", "t.csv"], "columns": {"name": "Name"}"#
    ),
  ]

  @Test(
    "accepts a missing field if there are no records or another file has it",
    arguments: matched.indices, [nil, 16])
  func present(_ index: Int, _ major: Int?) async throws {
    let example = Self.matched[index]
    try await SeederFolder.with(
      Self.shops, tables: #"{"table": "shop", "key": "id", \#(example.table)}"#, files: example.files,
      major: major
    ) { folder in
      let report = try await folder.run()
      #expect(report.failure == nil, "\(report.failure?.details ?? "")")
    }
  }

  @Test("is checked before a bulk load", arguments: [nil, 16])
  func direct(_ major: Int?) async throws {
    try await SeederFolder.with(
      Self.shops,
      tables:
        #"{table: "shop", key: "id", files: "s.csv", columns: {name: "Nmae"}, ownership: "table"}"#,
      files: ["s.csv": "id\n1\n"], major: major
    ) { folder in
      let report = try await folder.run()
      #expect(report.failure?.faults.count == 1)
    }
  }

  @Test("rejects a field for a column that 'touch' sets", arguments: [nil, 16])
  func touched(_ major: Int?) async throws {
    try await SeederFolder.with(
      "CREATE TABLE t (id int PRIMARY KEY, a text, seen timestamptz)",
      tables: #"{"table": "t", "files": "t.csv", "key": "id", "touch": "seen"}"#,
      files: ["t.csv": "id,a,seen\n1,x,2019-01-13\n"], major: major
    ) { folder in
      let found = try await folder.faults()
      #expect(
        found == [
          "t.csv:1: field 'seen': found the column 'seen', which 'touch' sets; expected no such field, or the field under 'ignore'"
        ])
    }
  }
}
