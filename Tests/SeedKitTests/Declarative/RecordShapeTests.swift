import FoundationEssentials
import Postgres
import SeedTesting
import Testing

@testable import SeedKit

@Suite("Records in other places than an array")
struct RecordShapeTests {
  private static let sql = """
    CREATE TABLE t (code text PRIMARY KEY, name text, area numeric, tags jsonb);
    CREATE TABLE tag (t_code text REFERENCES t, name text, PRIMARY KEY (t_code, name));
    """
  private static let query = "SELECT ARRAY[code, name, area::text, tags::text] FROM t ORDER BY code"

  private func with(
    _ table: String, _ files: [String: String], _ body: (SeederFolder) async throws -> Void
  ) async throws {
    try await SeederFolder.with(Self.sql, tables: table, files: files, body)
  }

  private func check(_ table: String, _ files: [String: String], _ rows: [String]) async throws {
    try await with(table, files) { folder in
      let first = try await folder.counts()
      #expect(first == RowCounts(inserted: rows.count))
      #expect(try await folder.rows(Self.query) == rows)
      let second = try await folder.counts()
      #expect(second == RowCounts(unchanged: rows.count))
      let lint = try await OfflineFaults.find(
        table, files.filter { !$0.key.contains("/") }.mapValues { Array($0.utf8) })
      #expect(files.keys.contains { $0.contains("/") } || lint == [])
    }
  }

  @Test("are found in YAML, too")
  func yaml() async throws {
    let table = #"{table: "t", files: "a.yml", path: "all.items", keyField: "code", key: "code"}"#
    let file = "base: &base {name: NO}\nall:\n  items:\n    a: {<<: *base, area: 1.50}\n    b: {tags: [x]}\n"
    try await check(table, ["a.yml": file], ["a│NO│1.50│∅", #"b│∅│∅│["x"]"#])
    try await with(table, ["a.yml": "all:\n  items:\n    - {code: a}\n"]) { folder in
      var faults = try await folder.faults()
      #expect(
        faults == [
          "a.yml:3: field 'all.items': found an array; expected an object whose values are the records"
        ])
      try folder.define(#"{table: "t", files: "a.yml", key: "code"}"#)
      faults = try await folder.faults()
      #expect(
        faults == [
          """
          a.yml:1:1: found a mapping; expected a list of mappings, or "path" with the place of the list, or "keyField" for the \
          keys of the records
          """
        ])
    }
  }

  @Test("are found at a path, also several lists of one file")
  func path() async throws {
    let file =
      #"{"meta": {"n": 2}, "data": {"items": [{"code": "a", "name": "A"}], "my.more": [[], [{"code": "b"}]]}}"#
    try await check(
      #"""
      {table: "t", files: "f.json", key: "code", path: "data.items"},
      {table: "t", files: "f.json", key: "code", path: "/data/my.more/1"}
      """#, ["f.json": file], ["a│A│∅│∅", "b│∅│∅│∅"])
  }

  @Test("are the values of an object")
  func object() async throws {
    try await check(
      #"{table: "t", files: "f.json", key: "code", keyField: "code"}"#,
      ["f.json": #"{"NO": {"name": "Norway"}, "SE": {"name": "Sweden"}}"#],
      ["NO│Norway│∅│∅", "SE│Sweden│∅│∅"])
    try await check(
      #"{table: "t", files: "f.json", key: "code", path: "all", keyField: "cca2", columns: {code: "cca2"}}"#,
      ["f.json": #"{"all": {"NO": {"name": "Norway"}}}"#], ["NO│Norway│∅│∅"])
  }

  @Test("stand in the definition")
  func rows() async throws {
    let table = """
      {table: "t", key: "code", rows: [{code: "a", name: 'A', area: 1.50}, {code: "b",
        tags: [1, null]}]}
      """
    try await check(table, [:], ["a│A│1.50│∅", "b│∅│∅│[1, null]"])
    try await with(table.replacing("1.50", with: "'x'").replacing("code: \"b\"", with: "cod: \"b\""), [:]) {
      folder in
      let faults = try await folder.faults()
      #expect(
        faults.first == "seeder.json:1: record 2, field 'cod': found an unknown field; expected 'code'",
        "\(faults)")
      try folder.define(table.replacing("1.50", with: "'x'"))
      let value = try await folder.faults()
      #expect(
        value.count == 1 && value[0].hasPrefix("seeder.json:1: record 1, field 'area': found 'x'"), "\(value)"
      )
    }
  }

  @Test("have fields inside of others")
  func fields() async throws {
    let table = """
      {table: "t", files: "f.jsonl", key: "code", columns: {
        code: "id.code", name: "name.common", area: "/geo/area.km2", tags: "name.native.0"}}
      """
    let file = """
      {"id": {"code": "a"}, "name": {"common": "A", "official": "AA", "native": [{"x": 1}]}, "geo": {"area.km2": 1.5}}
      {"id": {"code": "b"}, "name": null, "geo": {}}
      {"id": {"code": "c"}, "name.common": "literal", "name": {"common": "nested"}}

      """
    try await check(table, ["f.jsonl": file], ["a│A│1.5│{\"x\": 1}", "b│∅│∅│∅", "c│literal│∅│∅"])
    try await with(
      table,
      [
        "f.jsonl": file + #"{"id": "d", "name": {"common": "D"}}"# + "\n"
          + #"{"id": {"code": "e"}, "other": 1}"#
      ]
    ) {
      folder in
      let faults = try await folder.faults()
      #expect(
        faults.map { String($0.prefix(80)) }
          == [
            "f.jsonl:4: record 4, field 'id.code': found a string; expected an object with 'co",
            "f.jsonl:5: record 5, field 'other': found an unknown field; expected a column of ",
          ].map { String($0.prefix(80)) }, "\(faults)")
    }
  }

  @Test("have no unknown field next to a field with the name of the path")
  func literal() async throws {
    let table = #"{table: "t", files: "f.json", key: "code", columns: {name: "name.common"}}"#
    try await with(table, ["f.json": #"[{"code": "a", "name.common": "A", "name": {"common": "B"}}]"#]) {
      folder in
      let faults = try await folder.faults()
      #expect(
        faults[0].hasPrefix("f.json:1: record 1, field 'name': found an unknown field"),
        "\(faults)")
    }
  }

  @Test("have arrays for children inside of others")
  func children() async throws {
    let table = """
      {table: "t", files: "f.json", key: "code", children: [
        {table: "tag", field: "meta.tags", parent: "t_code", key: ["t_code", "name"], columns: {name: "label.en"}}]}
      """
    try await with(table, ["f.json": #"[{"code": "a", "meta": {"tags": [{"label": {"en": "x"}}]}}]"#]) {
      folder in
      let first = try await folder.counts()
      #expect(first == RowCounts(inserted: 2))
      #expect(try await folder.rows("SELECT ARRAY[t_code, name] FROM tag") == ["a│x"])
    }
  }

  @Test("are in all files that match a pattern, in order, without overlays")
  func pattern() async throws {
    let files = [
      "d/2.json": #"[{"code": "b", "name": "B"}]"#, "d/1.json": #"[{"code": "a", "name": "A"}]"#,
      "d/1.test.json": #"[{"code": "a", "name": "test"}]"#, "d/2.dev.json": #"[{"code": "x"}]"#,
      "d/.hidden.json": "{", "d/x.txt": "", "e/c.json": #"[{"code": "c"}]"#, "0.json": "[]",
    ]
    try await check(
      #"{table: "t", files: ["*/*.json", "*.json", "d/2.json"], key: "code"}"#, files,
      ["a│test│∅│∅", "b│B│∅│∅", "c│∅│∅│∅"])
    try await with(#"{table: "t", files: "d/*.json", key: "code"}"#, files) { folder in
      let before = try DeclarativeSeeder(directory: folder.path).fingerprintInputs
      try folder.write("[]", to: "d/3.json")
      let after = try DeclarativeSeeder(directory: folder.path).fingerprintInputs
      #expect(before != after)
      try folder.define(#"{table: "t", files: "d/*.csv", key: "code"}"#)
      let faults = try await folder.faults()
      #expect(
        faults == [
          "seeder.json:1: field 'files': found no file 'd/*.csv'; expected a pattern with at least one file"
        ])
    }
  }

  @Test(
    "do not match a pattern in an overlay",
    arguments: [
      "a.dev.json", "a.test.csv.gz", "a.ci.yaml.zst", "a.b.production.jsonl", "stops.dev", "stops.dev.gz",
    ])
  func overlayNames(name: String) {
    #expect(DataFormat.isOverlay(name))
  }

  @Test(
    "match a pattern in other files", arguments: ["dev.json", "a.json", "a.csv.gz", "stops", "a.dev.b.json"])
  func otherNames(name: String) {
    #expect(!DataFormat.isOverlay(name))
  }

  @Test("are distinct if a field is NULL in one and missing in another")
  func distinctNull() async throws {
    try await with(
      #"{table: "t", files: ["a.json", "b.json"], key: "code", distinct: true}"#,
      [
        "a.json": #"[{"code": "a"}, {"code": "a"}]"#, "b.json": #"[{"code": "b"}]"#,
        "b.test.json": #"[{"code": "a", "name": null}]"#,
      ]
    ) { folder in
      let counts = try await folder.counts()
      #expect(counts == RowCounts(inserted: 2))
    }
  }

  @Test("give a row for each distinct value of a field")
  func distinct() async throws {
    let table =
      #"{table: "t", files: ["f.csv", "f.json"], key: "code", distinct: true, columns: {code: "kind"}, ignore: ["*"]}"#
    try await check(
      table,
      [
        "f.csv": "id,kind\n1,x\n2,\n3,y\n4,x\n",
        "f.json": #"[{"kind": "y"}, {"kind": null}, {"id": 7}, {"kind": "z"}]"#,
      ],
      ["x│∅│∅│∅", "y│∅│∅│∅", "z│∅│∅│∅"])
    try await with(
      #"{table: "t", files: "f.csv", key: "code", distinct: true, columns: {code: "kind"}, ignore: ["id"]}"#,
      ["f.csv": "id,kind,name\n1,x,X\n2,x,X\n3,x,Y\n"]
    ) { folder in
      let faults = try await folder.faults()
      #expect(faults == ["f.csv:4: record 3: duplicate key \"x\" (first in record 1)"])
    }
  }

  static let faults: [(key: String, file: String, fault: String)] = [
    (
      #"path: "a.b""#, "{\n\"a\": {}}",
      "f.json:1: field 'a.b': found nothing at 'a.b'; expected the records, or another 'path'"
    ),
    (
      #"path: "a.b""#, "{\n\"a\": 1}",
      "f.json:2: field 'a.b': found number 1; expected an object with 'b', or another 'path'"
    ),
    (
      #"path: "a""#, "{\"a\": {}}",
      "f.json:1: field 'a': found an object; expected a list: an array of objects"
    ),
    (
      #"keyField: "code""#, "[]", "f.json:1: found an array; expected an object whose values are the records"
    ),
    (
      #"keyField: "code""#, "{\"a\": 1, \"b\": {\"code\": 2}}",
      """
      f.json:1: record 1: found number 1; expected an object
      f.json:1: record 2, field 'code': found a field that 'keyField' fills; expected another name for 'keyField'
      """
    ),
    (#"path: "a""#, "{\"a\": [], \"a\": []}", "f.json:1:11: duplicate key"),
    (#"path: "a""#, "{\"a\": [] ", "f.json:1"),
  ]

  @Test("report another shape", arguments: faults.indices)
  func shapes(_ index: Int) async throws {
    let example = Self.faults[index]
    let found = try await OfflineFaults.find(
      "{table: \"t\", files: \"f.json\", key: \"code\", \(example.key)}", ["f.json": Array(example.file.utf8)]
    )
    #expect(found.joined(separator: "\n").hasPrefix(example.fault), "\(found)")
  }

  @Test(
    "match patterns",
    arguments: [
      ("*", "abc", true), ("a*c", "abc", true), ("a*c", "ac", true), ("a*c", "acb", false),
      ("*a*b*", "xaxbx", true),
      ("a**b", "ab", true), ("", "", true), ("*.csv", ".csv", true), ("ab", "a", false),
      ("*aab", "aaaab", true),
    ])
  func matches(pattern: String, name: String, isMatch: Bool) {
    #expect(FilePattern.isMatch(Array(name.utf8), Array(pattern.utf8)) == isMatch)
  }
}
