import SeedTesting
import Testing

@testable import SeedKit

@Suite("Bytes in strings, and strings that mean NULL")
struct SmallValueTests {
  @Test("base64 and hexadecimal digits fill bytea columns, of a table or a column")
  func bytes() async throws {
    let tables = """
      {table: "t", files: ["t.csv", "t.json"], key: "id", bytes: "base64", columns: {b: {bytes: "hex"}}}
      """
    let files = [
      "t.csv": "id,a,b,c\n1,aGk=,6869,aGk=\n2,\"aG\nk=\",\\x6869,\n",
      "t.json": #"[{"id": 3, "a": "", "b": "", "c": "x"}, {"id": 4, "a": null, "b": "00Ff", "c": "y"}]"#,
    ]
    let sql = "CREATE TABLE t (id int PRIMARY KEY, a bytea, b bytea, c text)"
    try await SeederFolder.with(sql, tables: tables, files: files) { folder in
      #expect(try await folder.counts().inserted == 4)
      #expect(
        try await folder.rows("SELECT ARRAY[id::text, a::text, b::text, c] FROM t ORDER BY id")
          == ["1│\\x6869│\\x6869│aGk=", "2│\\x6869│\\x6869│∅", "3│\\x│\\x│x", "4│∅│\\x00ff│y"])
      #expect(try await folder.counts().unchanged == 4)
      try folder.write("id,a,b,c\n1,aGk,686,x\n2,a\\Gk=,zz,x\n", to: "t.csv")
      #expect(
        try await folder.faults() == [
          "t.csv:2: record 1, field 'a': found 'aGk'; expected bytes as base64",
          "t.csv:2: record 1, field 'b': found '686'; expected bytes as hexadecimal digits",
          "t.csv:3: record 2, field 'a': found 'a\\Gk='; expected bytes as base64",
          "t.csv:3: record 2, field 'b': found 'zz'; expected bytes as hexadecimal digits",
        ])
      try folder.define(#"{table: "t", files: "t.csv", key: "id", columns: {c: {bytes: "hex"}}}"#)
      #expect(
        try await folder.faults().first
          == "seeder.json:1: field 'c': found 'bytes' for a column of type text; expected a column of type bytea"
      )
      try folder.define(#"{table: "t", files: "t.csv", key: "id"}"#)
      try folder.write("id,a\n1,aGk=\n", to: "t.csv")
      #expect(
        try await folder.faults() == [
          #"t.csv:2: record 1, field 'a': found 'aGk='; expected bytes in hexadecimal, such as \x1f8b, or "bytes": "base64" for base64"#
        ])
    }
  }

  @Test("the key null applies to strings of JSON and YAML, and without it they are values")
  func nulls() async throws {
    let sql = """
      CREATE TABLE t (id text PRIMARY KEY, n int, a text, j jsonb);
      CREATE TABLE c (t text REFERENCES t, k text, v text, PRIMARY KEY (t, k));
      """
    let tables = #"""
      {table: "t", files: ["1.json", "2.yml", "3.jsonl"], key: "id", null: ["NA", "-99", ""], children: [
        {table: "c", field: "list", parent: "t", key: ["t", "k"]}]}
      """#
    let files = [
      "1.json":
        #"[{"id": "a", "n": "NA", "a": "", "j": "NA", "list": [{"k": "x", "v": "NA"}]}, {"id": "b", "n": -99, "j": ["NA"]}]"#,
      "2.yml": "- {id: c, n: -99, a: 'NA', j: [NA]}\n", "3.jsonl": #"{"id": "d", "n": 1, "a": "NAN"}"#,
    ]
    try await SeederFolder.with(sql, tables: tables, files: files) { folder async throws in
      #expect(try await folder.counts().inserted == 5)
      let query = "SELECT ARRAY[id, n::text, a, j::text] FROM t ORDER BY id"
      #expect(
        try await folder.rows(query)
          == ["a│∅│∅│∅", "b│-99│∅│[\"NA\"]", "c│∅│∅│[\"NA\"]", "d│1│NAN│∅"])
      #expect(try await folder.rows("SELECT ARRAY[k, v] FROM c") == ["x│∅"])
    }
    try await SeederFolder.with(
      "CREATE TABLE t (id int PRIMARY KEY, a text)", tables: #"{table: "t", files: "t.json", key: "id"}"#,
      files: ["t.json": #"[{"id": 1, "a": ""}, {"id": 2, "a": "NULL"}]"#]
    ) { folder in
      _ = try await folder.counts()
      #expect(try await folder.rows("SELECT ARRAY[id::text, a] FROM t ORDER BY id") == ["1│", "2│NULL"])
    }
  }
}
