import SeedKit
import Testing

@Suite("Names that look the same but have different bytes")
struct ExactNameTests {
  /// The same letter as one character, and as a letter with a combining accent.
  private static let composed = "caf\u{E9}"
  private static let decomposed = "cafe\u{301}"

  private static let cases: [(name: String, file: String, text: String, table: String, expected: String)] = [
    (
      "a field of CSV", "t.csv", "id,\(decomposed)\n1,x\n", #""key": "id""#, "1│∅│x"
    ),
    (
      "a field of JSON", "t.json", #"[{"id": 1, "cafe\u0301": "x"}]"#, #""key": "id""#, "1│∅│x"
    ),
    (
      "both in one line of CSV", "t.csv", "id,\(composed),\(decomposed)\n1,x,y\n", #""key": "id""#, "1│x│y"
    ),
    (
      "one that is ignored", "t.csv", "id,\(composed),\(decomposed)\n1,x,y\n",
      #""key": "id", "ignore": ["\#(composed)"]"#, "1│∅│y"
    ),
    (
      "one that is mapped", "t.csv", "id,\(composed)\n1,x\n",
      #""key": "id", "columns": {"id": "id", "\#(decomposed)": "\#(composed)"}, "ignore": ["*"]"#, "1│∅│x"
    ),
    (
      "a column of the key", "t.csv", "id,\(composed),\(decomposed)\n1,x,y\n", #""key": "\#(decomposed)""#,
      "1│x│y"
    ),
    (
      "all of a table that is owned as a whole", "t.csv", "id,\(decomposed),\(composed)\n1,x,y\n",
      #""key": "id", "ownership": "table""#, "1│y│x"
    ),
  ]

  @Test("are different columns, as in PostgreSQL", arguments: cases.indices, [nil, 16])
  func different(_ index: Int, _ major: Int?) async throws {
    let example = Self.cases[index]
    try await SeederFolder.with(
      """
      CREATE TABLE t (id int UNIQUE, "\(Self.composed)" text UNIQUE, "\(Self.decomposed)" text UNIQUE);
      """,
      tables: #"{"table": "t", "files": "\#(example.file)", \#(example.table)}"#,
      files: [example.file: example.text], major: major
    ) { folder in
      let report = try await folder.run()
      #expect(
        report.tables.total == RowCounts(inserted: 1), "\(example.name): \(report.failure?.details ?? "")")
      let rows = try await folder.rows(
        "SELECT ARRAY[id::text, \"\(Self.composed)\", \"\(Self.decomposed)\"] FROM t")
      #expect(rows == [example.expected], "\(example.name)")
    }
  }

  @Test("are unknown if the table only has the other one")
  func unknown() async throws {
    try await SeederFolder.with(
      #"CREATE TABLE t (id int PRIMARY KEY, "\#(Self.composed)" text)"#,
      tables: #"{"table": "t", "files": "t.csv", "key": "id"}"#,
      files: ["t.csv": "id,\(Self.decomposed)\n1,x\n"]
    ) { folder in
      let faults = try await folder.faults()
      #expect(faults.count == 1)
      #expect(faults.first?.contains("unknown field") == true)
    }
  }
}
