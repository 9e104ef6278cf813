/// What JSON has and CSV does not: missing fields, null, nested values.
enum JSONCases {
  static let all = [nothing, nested, lines, ndjson]

  static let nothing = AwkwardCase(
    "an empty string, null and a missing key",
    sql: """
      CREATE DOMAIN colour AS text DEFAULT 'blue';
      CREATE TABLE t (
        code text PRIMARY KEY, a text DEFAULT 'standard', at timestamptz DEFAULT now(),
        id int GENERATED ALWAYS AS IDENTITY, number serial, shade colour, twice int GENERATED ALWAYS AS (2 * length(code)) STORED);
      """,
    tables: #"{table: "t", files: "t.json", key: "code"}"#,
    files: [
      "t.json": #"""
      [{"code": "empty", "a": "", "at": "2024-01-01T00:00:00Z", "shade": "red"}, {"code": "missing"},
       {"code": "null", "a": null, "at": null, "shade": null}]
      """#
    ],
    query: """
      SELECT ARRAY[code, a, CASE WHEN at > '2025-01-01' THEN 'now' ELSE at::text END, shade, id::text, number::text,
        twice::text] FROM t ORDER BY code
      """,
    rows: [
      "empty││2024-01-01 00:00:00+00│red│1│1│10", "missing│standard│now│blue│2│2│14", "null│∅│∅│∅│3│3│8",
    ],
    edit: .init(file: "t.json", old: #""a": null, "#, new: #""a": "", "#), edited: "null││∅│∅│3│3│8")

  static let nested = AwkwardCase(
    "nested values in json, jsonb and arrays",
    sql:
      "CREATE TABLE t (id int PRIMARY KEY, j json, b jsonb, texts text[], matrix int[][], objects jsonb[], raw json[])",
    tables: #"{table: "t", files: "t.json", key: "id"}"#,
    files: [
      "t.json": #"""
      [{"id": 1, "j": {"b": 1.10, "a": [ 9007199254740993, null, true ], "a b": "\u00e9\n\"\\ 🦉"},
        "b": {"deep": {"er": [1.10, {"x": []}]}}, "texts": ["a", null, "NULL", "", "a\"b\\c", "{,}", " ", "\"\u0301"],
        "matrix": [[1, 2], [3, 4]], "objects": [{"k": "v\"w"}, [1], "text", 7, null], "raw": [{"z": 1, "a": 2.50}]},
       {"id": 2, "j": "text", "b": "\"quoted\"", "texts": [], "matrix": "{{5},{6}}", "objects": []},
       {"id": 3, "j": 12.50, "b": false, "texts": "{x,\"y z\"}", "matrix": [[null]]}]
      """#
    ],
    query: """
      SELECT ARRAY[id::text, j::text, b::text, texts::text, texts[5], matrix::text, objects::text, raw::text]
      FROM t ORDER BY id
      """,
    rows: [
      #"1│{"b":1.10,"a":[9007199254740993,null,true],"a b":"é\n\"\\ 🦉"}│{"deep": {"er": [1.10, {"x": []}]}}│"#
        + #"{a,NULL,"NULL","","a\"b\\c","{,}"," ","\"\#u{301}"}│a"b\c│{{1,2},{3,4}}│"#
        + #"{"{\"k\": \"v\\\"w\"}",[1],"\"text\"",7,NULL}│{"{\"z\":1,\"a\":2.50}"}"#,
      #"2│"text"│"\"quoted\""│{}│∅│{{5},{6}}│{}│∅"#, #"3│12.50│false│{x,"y z"}│∅│{{NULL}}│∅│∅"#,
    ],
    edit: .init(file: "t.json", old: "12.50", new: "12.5"), edited: #"3│12.5│false│{x,"y z"}│∅│{{NULL}}│∅│∅"#)

  static let lines = AwkwardCase(
    "JSONL with blank lines, CRLF and a byte order mark",
    sql: "CREATE TABLE t (id int PRIMARY KEY, a text)",
    tables: #"{table: "t", files: "t.jsonl", key: "id"}"#,
    files: [
      "t.jsonl": "\u{FEFF}{\"id\": 1, \"a\": \"x\\ny\"}\r\n\r\n  {\"a\": null, \"id\": 2}  \n\n{\"id\": 3}"
    ],
    query: "SELECT ARRAY[id::text, a] FROM t ORDER BY id", rows: ["1│x\ny", "2│∅", "3│∅"],
    edit: .init(file: "t.jsonl", old: "null", new: "\"null\""), edited: "2│null")

  static let ndjson = AwkwardCase(
    "a file with the extension .ndjson, in a subfolder, with an uppercase name",
    sql: "CREATE TABLE t (id int PRIMARY KEY, a text)",
    tables: #"{table: "t", files: ["data/T.NDJSON"], key: "id"}"#,
    files: ["data/T.NDJSON": "{\"id\": 1, \"a\": \"x\"}\n{\"id\": 2, \"a\": \"y\"}\n"],
    query: "SELECT ARRAY[id::text, a] FROM t ORDER BY id", rows: ["1│x", "2│y"],
    edit: .init(file: "data/T.NDJSON", old: "\"y\"", new: "\"z\""), edited: "2│z")
}
