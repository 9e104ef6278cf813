/// Combinations of files for a table.
enum FileCases {
  static let all = [several, overlays]

  static let several = AwkwardCase(
    "one table from files of all formats with different fields",
    sql: "CREATE TABLE t (id int PRIMARY KEY, a text DEFAULT 'default', b text)",
    tables: #"{table: "t", files: ["1.csv", "2.json", "3.jsonl", "4.csv", "5.json"], key: "id"}"#,
    files: [
      "1.csv": "id\n1\n", "2.json": #"[{"id": 2, "b": "json"}]"#, "3.jsonl": #"{"id": 3, "a": null}"#,
      "4.csv": "b,id\n,4\n", "5.json": "[]",
    ],
    query: "SELECT ARRAY[id::text, a, b] FROM t ORDER BY id",
    rows: ["1│default│∅", "2│default│json", "3│∅│∅", "4│default│∅"],
    edit: .init(file: "3.jsonl", old: "null", new: "\"\""), edited: "3││∅")

  static let overlays = AwkwardCase(
    "an overlay over base files",
    sql: "CREATE TABLE t (id int PRIMARY KEY, a text, b text)",
    tables: #"{table: "t", files: ["t.json", "more.csv"], key: "id"}"#,
    files: [
      "t.json": #"[{"id": 1, "a": "one", "b": "kept"}, {"id": 2, "a": "two", "b": "away"}]"#,
      "more.csv": "id,a,b\n3,three,\n",
      "t.test.json": #"[{"id": 1, "a": "test"}, {"id": 2, "b": null}, {"id": 9, "a": "only here"}]"#,
      "more.test.csv": "id,b\n3,laid\n", "t.dev.json": "not even JSON",
    ],
    query: "SELECT ARRAY[id::text, a, b] FROM t ORDER BY id",
    rows: ["1│test│kept", "2│two│∅", "3│three│laid", "9│only here│∅"],
    edit: .init(file: "t.test.json", old: "\"test\"", new: "\"TEST\""), edited: "1│TEST│kept")
}
