/// Files that do not match the declared dialect, and files whose dialect is not declared.
enum DialectFaults {
  private static let setting = "next to \"files\" in seeder.json"

  static let all = [
    FaultCase(
      name: "a decimal comma that is not declared",
      sql: "CREATE TABLE t (id int PRIMARY KEY, a numeric(10,2), n int)",
      tables: #"{table: "t", files: "t.csv", key: "id", delimiter: ";"}"#,
      files: ["t.csv": "id;a;n\n1;12,50;\n2;1.199,00;\n3;1,2,3;\n4;;1,5\n"],
      expected: [
        "t.csv:2: record 1, field 'a': found '12,50'; expected a value of type numeric(10,2) (invalid input syntax for type numeric: \"12,50\"); \"decimal\": \",\" reads it as a number",
        "t.csv:3: record 2, field 'a': found '1.199,00'; expected a value of type numeric(10,2) (invalid input syntax for type numeric: \"1.199,00\"); \"decimal\": \",\" and \"thousands\": \".\" read it as a number",
        "t.csv:4: record 3, field 'a': found '1,2,3'; expected a value of type numeric(10,2) (invalid input syntax for type numeric: \"1,2,3\")",
        "t.csv:5: record 4, field 'n': found '1,5'; expected a value of type integer (invalid input syntax for type integer: \"1,5\")",
      ]),
    FaultCase(
      name: "numbers that do not match the declared separators",
      sql: "CREATE TABLE t (id int PRIMARY KEY, a numeric(10,2), n int)",
      tables: #"{table: "t", files: "t.csv", key: "id", delimiter: ";", decimal: ",", thousands: "."}"#,
      files: ["t.csv": "id;a;n\n1;12.50;\n2;1.1990,00;\n3;1,;\n4;1,005;\n5;0;1,5\n"],
      expected: [
        "t.csv:2: record 1, field 'a': found '12.50'; expected a number with ',' before the decimals and '.' between groups of three digits",
        "t.csv:3: record 2, field 'a': found '1.1990,00'; expected a number with ',' before the decimals and '.' between groups of three digits",
        "t.csv:4: record 3, field 'a': found '1,'; expected a number with ',' before the decimals and '.' between groups of three digits",
        "t.csv:5: record 4, field 'a': found '1,005'; expected at most 2 decimal places, as numeric(10,2) stores",
        "t.csv:6: record 5, field 'n': found '1,5'; expected an integer",
      ]),
    FaultCase(
      name: "dates that do not match the declared format",
      sql: "CREATE TABLE t (id int PRIMARY KEY, a date, n int)",
      tables: #"{table: "t", files: ["t.csv", "t.json"], key: "id", dateFormat: "DD.MM.YYYY"}"#,
      files: [
        "t.csv": "id,a\n1,2024-01-02\n2,1.2.24\n3,30.02.2024x\n", "t.json": #"[{"id": 4, "a": "1/2/2024"}]"#,
      ],
      expected: [
        "t.csv:2: record 1, field 'a': found '2024-01-02'; expected a date as DD.MM.YYYY",
        "t.csv:3: record 2, field 'a': found '1.2.24'; expected a date as DD.MM.YYYY",
        "t.csv:4: record 3, field 'a': found '30.02.2024x'; expected a date as DD.MM.YYYY",
        "t.json:1: record 1, field 'a': found '1/2/2024'; expected a date as DD.MM.YYYY",
      ]),
    FaultCase(
      name: "formats for columns of other types",
      tables:
        #"{table: "t", files: "t.csv", key: "id", columns: {a: {decimal: ","}, n: {dateFormat: "YYYYMMDD"}}}"#,
      files: ["t.csv": "id,a,n\n"],
      expected: [
        "seeder.json:1: field 'a': found 'decimal' or 'thousands' for a column of type text; expected a column of a number type",
        "seeder.json:1: field 'n': found 'dateFormat' for a column of type integer; expected a column of type date or timestamp",
      ]),
    FaultCase(
      name: "names in the definition that no column has",
      tables: #"{table: "t", files: "t.csv", key: "id", header: ["id", "aa", "n", "n", ""]}"#,
      files: ["t.csv": "1,x,2,3,4\n"],
      expected: [
        "seeder.json:1: field 'aa': found an unknown field; expected a column of t, or an entry under 'columns' or 'ignore'",
        "seeder.json:1: field 'n': duplicate field name",
        "seeder.json:1: found an empty name for field 5; expected a name, \"\" under 'ignore', or \"allow\": [\"trailing-delimiter\"] \(setting)",
      ]),
    FaultCase(
      name: "records with other numbers of fields than the names in the definition",
      tables: #"{table: "t", files: "t.csv", key: "id", header: ["id", "a"], allow: ["trailing-delimiter"]}"#,
      files: ["t.csv": "1,x,\n2\n3,x,,\n4,x,\"\"\n"],
      expected: [
        "t.csv:2: record 2: found 1 field; expected 2, as in 'header' of seeder.json",
        "t.csv:3: record 3: found 4 fields; expected 2, as in 'header' of seeder.json",
        "t.csv:4: record 4: found 3 fields; expected 2, as in 'header' of seeder.json",
      ]),
    FaultCase(
      name: "positions that no column has",
      tables: #"{table: "t", files: "t.csv", key: "id", header: false, columns: {id: "1", a: "3"}}"#,
      files: ["t.csv": "1,x\n2,y,z\n"],
      expected: [
        "t.csv:1: field '2': found an unknown field; expected a column of t, or an entry under 'columns' or 'ignore'",
        "seeder.json:1: field 'a': found the field '3', which no record has; expected a field of the files",
      ]),
    FaultCase(
      name: "an empty element of a list",
      sql:
        "CREATE TABLE t (id int PRIMARY KEY); CREATE TABLE k (t_id int REFERENCES t, v text, PRIMARY KEY (t_id, v))",
      tables:
        #"{table: "t", files: ["t.csv", "t.json"], key: "id", children: [{table: "k", field: "kids", parent: "t_id", key: ["t_id", "v"], split: ";", columns: {v: "$value"}}]}"#,
      files: ["t.csv": "id,kids\n1,a;b\n2,a; ;b\n3,c;\n", "t.json": #"[{"id": 4, "kids": 5}]"#],
      expected: [
        "t.csv:3: record 2, field 'kids': found an empty element in 'a; ;b'; expected a value between two ';'",
        "t.csv:4: record 3, field 'kids': found an empty element in 'c;'; expected a value between two ';'",
        "t.json:1: record 1, field 'kids': found number 5; expected an array",
      ]),
    FaultCase(
      name: "lines after the end of COPY data",
      tables: #"{table: "t", files: ["t.copy", "u.copy"], format: "copy", header: ["id", "a"], key: "id"}"#,
      files: ["t.copy": "1\tx\n\\.\n2\ty\n", "u.copy": "3\tx\n4\ty\\"],
      expected: [
        "t.copy:3: found a line after the end mark \\. of line 2; expected the data of one table",
        "u.copy:2: record 2, field 'a': found a backslash at the end of the line; expected a character after it",
      ]),
  ]
}
