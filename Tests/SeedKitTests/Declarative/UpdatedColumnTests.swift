import SeedKit
import SeedTesting
import Testing

@Suite("An update")
struct UpdatedColumnTests {
  private static let list = #"{table: "t", files: "t.csv", key: "id"}"#
  private static let audited = """
    ; CREATE FUNCTION audit() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
    CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON t FOR EACH ROW EXECUTE FUNCTION audit()
    """
  private static func followed(_ name: String, _ type: String, _ more: String = "") -> ChangeCase {
    ChangeCase(
      name: name,
      sql: """
        CREATE TABLE t (id int PRIMARY KEY, v \(type) UNIQUE);
        CREATE TABLE other (k int PRIMARY KEY, v \(type.split(separator: " ")[0]) REFERENCES t (v) ON UPDATE CASCADE)\(more)
        """,
      tables: list, files: ["t.csv": "id,v\n1,1\n2,2\n3,3\n"],
      between: "INSERT INTO other VALUES (1, '1'), (2, '2'), (3, '3')",
      changed: ["t.csv": "id,v\n1,2\n2,3\n3,1\n"],
      query: "SELECT ARRAY[k::text, v::text] FROM other ORDER BY k", expected: ["1│2", "2│3", "3│1"])
  }

  static let followers: [ChangeCase] = [
    followed("a text that may be NULL", "text"),
    followed("a text that may be NULL, with a trigger", "text", audited),
    followed("a number that may be NULL, with a trigger", "int", audited),
    followed("a number that may not be NULL", "int NOT NULL"),
  ]

  @Test(
    "that swaps values also updates referencing rows with ON UPDATE CASCADE:", arguments: followers, [16, 18])
  func follows(_ example: ChangeCase, major: Int) async throws { try await example.check(major: major) }

  static let untouched: [ChangeCase] = [
    ChangeCase(
      name: "a trigger rejects updates of the key",
      sql: """
        CREATE TABLE t (id int PRIMARY KEY, v text, w text);
        CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE ''ids are immutable''; END';
        CREATE TRIGGER no BEFORE UPDATE OF id ON t FOR EACH ROW EXECUTE FUNCTION no()
        """,
      tables: list, files: ["t.csv": "id,v,w\n1,a,a\n2,b,b\n"], changed: ["t.csv": "id,v,w\n1,c,a\n2,b,b\n"],
      query: "SELECT ARRAY[id::text, v] FROM t ORDER BY id", expected: ["1│c", "2│b"]),
    ChangeCase(
      name: "a trigger rejects updates of an unchanged column",
      sql: """
        CREATE TABLE t (id int PRIMARY KEY, v text, w text);
        CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE ''w is immutable''; END';
        CREATE TRIGGER no BEFORE UPDATE OF w ON t FOR EACH ROW EXECUTE FUNCTION no()
        """,
      tables: list, files: ["t.csv": "id,v,w\n1,a,a\n2,b,b\n"], changed: ["t.csv": "id,v,w\n1,c,a\n2,d,b\n"],
      query: "SELECT ARRAY[id::text, v] FROM t ORDER BY id", expected: ["1│c", "2│d"]),
  ]

  @Test("sets only changed columns, even if", arguments: untouched, [16, 18])
  func columns(_ example: ChangeCase, major: Int) async throws { try await example.check(major: major) }

  static let fixed: [(name: String, before: String, after: String, faults: [String])] = [
    (
      "another number", "id,code\n10,a\n11,b\n", "id,code\n20,a\n11,b\n",
      ["record 1, field 'id': found 20, but the row 'a' of t has 10"]
    ),
    (
      "swapped numbers", "id,code\n10,a\n11,b\n", "id,code\n11,a\n10,b\n",
      [
        "record 1, field 'id': found 11, but the row 'a' of t has 10",
        "record 2, field 'id': found 10, but the row 'b' of t has 11",
      ]
    ),
    (
      "a number for a row with a generated one", "code\na\nb\n", "id,code\n7,a\n8,c\n",
      ["record 1, field 'id': found 7, but the row 'a' of t has 1"]
    ),
  ]

  @Test("of a GENERATED ALWAYS AS IDENTITY column is rejected:", arguments: fixed, [16, 18])
  func identity(
    _ example: (name: String, before: String, after: String, faults: [String]), major: Int
  ) async throws {
    try await SeederFolder.with(
      "CREATE TABLE t (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, code text UNIQUE NOT NULL)",
      tables: #"{table: "t", files: "t.csv", key: "code"}"#, files: ["t.csv": example.before], major: major
    ) { folder in
      _ = try await folder.counts()
      let before = try await folder.versions()
      try folder.write(example.after, to: "t.csv")
      let report = try await folder.run()
      let found = report.failure?.faults.map(\.description) ?? []
      #expect(found.count == example.faults.count, "\(found)")
      for (fault, part) in zip(found, example.faults) { #expect(fault.contains(part)) }
      #expect(try await folder.versions() == before)
    }
  }
}
