/// Files whose contents do not match their extensions.
enum FormFaults {
  static let all = [
    FaultCase(
      name: "an array in CSV", sql: "CREATE TABLE t (id int PRIMARY KEY, a text UNIQUE, n int)",
      tables:
        #"{table: "t", files: "t.csv", key: "id", children: [{table: "t", field: "n", parent: "id", key: "a"}]}"#,
      files: ["t.csv": "id,n\n1,2\n"],
      expected: [
        "t.csv:1: field 'n': found a field of 'children': CSV has no arrays; expected the key 'split' under 'children', or arrays in a .json or .jsonl file"
      ]),
    FaultCase(
      name: "a NUL in JSON", tables: #"{table: "t", files: "t.json", key: "id"}"#,
      files: ["t.json": #"[{"id": 1, "a": "x\u0000y"}]"#],
      expected: [
        "t.json:1:19: record 1, field 'a': found the character NUL; expected a string without it; PostgreSQL cannot store NUL in a string"
      ]),
    FaultCase(
      name: "lines that end with a carriage return only", files: ["t.csv": "id,a\r1,x\r"],
      expected: [
        "t.csv:1: found lines that end with a carriage return only; expected lines that end with LF or CRLF, or \"allow\": [\"carriage-returns\"] next to \"files\" in seeder.json"
      ]),
    FaultCase(
      name: "a missing comma in JSON", tables: #"{table: "t", files: "t.json", key: "id"}"#,
      files: ["t.json": "[{\"id\": 1\n  \"a\": \"x\"}]"],
      expected: [#"t.json:2:3: record 1: found '"'; expected ',' or '}'"#]),
    FaultCase(
      name: "lines with too few and too many fields",
      files: ["t.csv": "id,a,n\n1,x\n2,\"two\nlines\",3\n3,x,1,\n\n4,,\n"],
      expected: [
        "t.csv:2: record 1: found 2 fields; expected 3, as in the header",
        "t.csv:5: record 3: found 4 fields; expected 3, as in the header, or \"allow\": [\"trailing-delimiter\"] next to \"files\" in seeder.json",
        "t.csv:6: found an empty line; expected 3 fields, or \"allow\": [\"blank-lines\"] next to \"files\" in seeder.json",
      ]),
    FaultCase(
      name: "an unclosed quote", files: ["t.csv": "id,a,n\n1,x,1\n2,\"x,2\n3,y,3\n"],
      expected: ["t.csv:3: an unclosed quote"]),
    FaultCase(
      name: "a quote inside a field", files: ["t.csv": "id,a,n\n1,x \"y\",1\n"],
      expected: [
        "t.csv:2: record 1, field 'a': found a quote in an unquoted field; expected the whole field in quotes, with inner quotes doubled, or \"allow\": [\"bare-quotes\"] next to \"files\" in seeder.json"
      ]),
    FaultCase(
      name: "text after a closing quote, and a fault in another file",
      tables: #"{table: "t", files: ["t.csv", "u.json"], key: "id"}"#,
      files: ["t.csv": "id,a,n\n1,\"x\" ,1\n", "u.json": "[{\"id\": 1},\n {\"id\": 2,}]"],
      expected: [
        "t.csv:2: record 1, field 'a': found a character after the closing quote of a field; expected a delimiter or the end of the line; quotes inside a field are doubled",
        "u.json:2:10: record 2: found a trailing comma; expected no comma before the closing bracket; JSON does not allow trailing commas",
      ]),
    FaultCase(
      name: "an empty CSV file", files: ["t.csv": ""],
      expected: ["t.csv:1: found an empty file; expected a header line with the field names"]),
    FaultCase(
      name: "a header with empty, duplicate and unknown names",
      sql: "CREATE TABLE t (id int PRIMARY KEY, a text, name text)",
      files: ["t.csv": "id,,a,a,nane,whatever is this\n1,,,,,\n"],
      expected: [
        "t.csv:1: found an empty name for field 2; expected a name, or \"\" under 'ignore'",
        "t.csv:1: field 'a': duplicate field name",
        "t.csv:1: field 'nane': found an unknown field; expected 'name'",
        "t.csv:1: field 'whatever is this': found an unknown field; expected a column of t, or an entry under 'columns' or 'ignore'",
      ]),
    FaultCase(
      name: "JSON that is not an array of objects",
      tables: #"{table: "t", files: ["a.json", "b.json", "c.jsonl"], key: "id"}"#,
      files: [
        "a.json": "{\"id\": 1}", "b.json": "[{\"id\": 1},\n 7, null,\n [{\"id\": 2}]]",
        "c.jsonl": "{\"id\": 4}\n\n[{\"id\": 5}]\n{\"id\": 6\n\"x\"\n{\"id\": 7} {\"id\": 8}\n",
      ],
      expected: [
        "a.json:1: found an object; expected a list: an array of objects, or \"path\" with the place of the list",
        "b.json:2: record 2: found number 7; expected an object",
        "b.json:2: record 3: found null; expected an object",
        "b.json:3: record 4: found an array; expected an object",
        "c.jsonl:3: record 2: found an array; expected an object",
        "c.jsonl:4:9: record 3: found the end of the line; expected ',' or '}'; The object that starts at line 4, column 1 is not closed",
        "c.jsonl:5: record 4: found a string; expected an object",
        "c.jsonl:6:11: record 5: found '{'; expected the end of the line; A line contains one value",
      ]),
    FaultCase(
      name: "excessive nesting", tables: #"{table: "t", files: ["a.json", "b.jsonl"], key: "id"}"#,
      files: [
        "a.json": "[{\"id\": 1, \"a\": " + String(repeating: "[", count: 100_000),
        "b.jsonl": "{\"id\": 1}\n" + String(repeating: "{\"a\":", count: 100_000),
      ],
      expected: [
        "a.json:1:144: record 1, field 'a[1][1]…': found more than 128 levels of nesting; expected arrays and objects nested at most 128 deep",
        "b.jsonl:2:641: record 2, field 'a.a.a…': found more than 128 levels of nesting; expected arrays and objects nested at most 128 deep",
      ]),
    FaultCase(
      name: "duplicate keys in an object, and lone surrogates",
      tables: #"{table: "t", files: ["a.jsonl"], key: "id"}"#,
      files: [
        "a.jsonl": "\n" + #"{"id": 1, "a": "x", "a": "y"}"# + "\n" + #"{"id": 1, "a": "\ud800"}"# + "\n"
          + #"{"id": 2, "a": "\u0000"}"#
      ],
      expected: [
        "a.jsonl:2:21: record 1, field 'a': duplicate key \"a\" (first at line 2, column 11)",
        "a.jsonl:3:17: record 2, field 'a': found \\ud800, half of a surrogate pair; expected both halves, such as \\uD83D\\uDE00; PostgreSQL cannot store half of a character",
        "a.jsonl:4:17: record 3, field 'a': found the character NUL; expected a string without it; PostgreSQL cannot store NUL in a string",
      ]),
    FaultCase(
      name: "headers with another delimiter than the configured one",
      sql: "CREATE TABLE t (id int PRIMARY KEY, a text, b text)",
      tables: """
        {table: "t", files: ["s.csv", "t.csv", "q.csv"], key: "id"}, {table: "t", files: "p.csv", key: "id", delimiter: ";"}
        """,
      files: [
        "s.csv": "id;a;b\n1;x,y;z\n", "t.csv": "id\ta\n1\tx\n", "q.csv": "\"id\";\"a\"\n1;x\n",
        "p.csv": "id|a|b\n1|x|y\n",
      ],
      expected: [
        "s.csv:1: found no ',' but 2 ';' in the header; expected \"delimiter\": \";\" next to \"files\" in seeder.json",
        "t.csv:1: found no ',' but 1 tab in the header; expected \"delimiter\": \"\\t\" next to \"files\" in seeder.json",
        "q.csv:1: found ';' after the first name, not ','; expected \"delimiter\": \";\" next to \"files\" in seeder.json",
        "p.csv:1: found no ';' but 2 '|' in the header; expected \"delimiter\": \"|\" next to \"files\" in seeder.json",
      ]),
    FaultCase(
      name: "paths outside the folder",
      tables: #"{table: "t", files: ["../t.csv", "a/../../t.csv"], key: "id"}"#, files: [:],
      expected: [
        "seeder.json:1: field 'files': found '../t.csv'; expected a path inside the seeder's folder",
        "seeder.json:1: field 'files': found 'a/../../t.csv'; expected a path inside the seeder's folder",
      ]),
    FaultCase(
      name: "an unknown key in the definition",
      tables: #"{table: "t", file: "t.csv", key: "id", polcy: "sync"}"#, files: [:],
      expected: [
        "seeder.json:1: field 'files' is missing; expected a string or an array of strings",
        "seeder.json:1: field 'file': found an unknown key; expected 'files'",
        "seeder.json:1: field 'polcy': found an unknown key; expected 'policy'",
      ]),
  ]
}
