/// Definitions that do not match the tables of the server.
enum NameFaults {
  private static let long = String(repeating: "n", count: 70)

  static let all = [
    FaultCase(
      name: "tables outside the search path",
      sql: "CREATE SCHEMA b; CREATE SCHEMA a; CREATE TABLE b.t (id int); CREATE TABLE a.t (id int)",
      tables: #"{table: "t", files: "t.csv", key: "id"}, {table: "T", files: "t.csv", key: "id"}"#,
      files: ["t.csv": "id\n1\n"],
      expected: [
        "seeder.json:1: field 'table': found no table 't' in the search_path (\"$user\", public), but a.t; expected \"table\": \"a.t\", or that schema in the search_path",
        "seeder.json:1: field 'table': no table 'T' in the database 'DATABASE'; create it or correct the name",
      ]),
    FaultCase(
      name: "fields without a name, with invisible characters or invalid bytes in it",
      tables: #"{table: "t", files: ["a.csv", "b.csv", "t.json"], key: "id"}"#,
      files: [
        "a.csv": "\u{FEFF}\u{FEFF}id,a\n1,x\n", "b.csv": "id,a\u{200B},\u{2060}n,caf\u{FFFD}\n2,x,1,\n",
        "t.json": #"[{"id": 3, "": 1}]"#,
      ],
      expected: [
        "a.csv:1: field '\u{FEFF}id': found the invisible character U+FEFF in the name; expected the name without it",
        "b.csv:1: field 'a\u{200B}': found the invisible character U+200B in the name; expected the name without it",
        "b.csv:1: field '\u{2060}n': found the invisible character U+2060 in the name; expected the name without it",
        "b.csv:1: field 'caf\u{FFFD}': found a name with bytes that are not UTF-8; expected a UTF-8 file, or \"encoding\" next to \"files\" in seeder.json",
        "t.json:1: record 1, field '\"\"': found an unknown field; expected a column of t, or an entry under 'columns' or 'ignore'",
      ]),
    FaultCase(
      name: "unknown tables and columns, with suggestions",
      sql: """
        CREATE SCHEMA s; CREATE TABLE s.orders (id int PRIMARY KEY);
        CREATE TABLE people (id int PRIMARY KEY, email text UNIQUE, team int);
        """,
      tables: """
        {table: "peple", files: "t.csv", key: "id"},
        {table: "s.order", files: "t.csv", key: "id"},
        {table: "people", files: "t.csv", key: "emial", columns: {tem: "x",
          team: {references: {table: "orders", key: "id"}},
          id: {references: {table: "people", key: "mail", column: "idd"}}}, touch: "updated"}
        """,
      files: ["t.csv": "id\n1\n"],
      expected: [
        "seeder.json:1: field 'table': found no table 'peple' in the database 'DATABASE'; expected 'people'",
        "seeder.json:2: field 'table': found no table 's.order' in the database 'DATABASE'; expected 's.orders'",
        "seeder.json:3: field 'tem': found an unknown column 'tem' of people; expected 'team'",
        "seeder.json:4: field 'table': found no table 'orders' in the search_path (\"$user\", public), but s.orders; expected \"table\": \"s.orders\", or that schema in the search_path",
        "seeder.json:5: field 'mail': found an unknown column 'mail' of people; expected 'email'",
        "seeder.json:3: field 'key': found an unknown column 'emial' of people; expected 'email'",
        "seeder.json:5: field 'touch': found an unknown column 'updated' of people; expected one of id, email, team",
      ]),
    FaultCase(
      name: "keys without a unique index",
      sql: """
        CREATE TABLE t (id int PRIMARY KEY, a text, b text, c text, d text UNIQUE DEFERRABLE);
        CREATE UNIQUE INDEX ON t (lower(a)); CREATE UNIQUE INDEX ON t (b) WHERE b > ''; CREATE INDEX ON t (c);
        CREATE UNIQUE INDEX ON t (a, b) INCLUDE (c); CREATE TABLE bare (x int);
        """,
      tables: """
        {table: "t", files: "t.csv", key: "c"}, {table: "t", files: "t.csv", key: ["b"], index: "t_a_b_c_idx"},
        {table: "t", files: "t.csv", key: ["b", "a", "c"]}, {table: "t", files: "t.csv", key: "d"},
        {table: "bare", files: "t.csv", key: "x"}, {table: "t", files: "t.csv", key: ["b", "a"],
          columns: {c: {references: {table: "t", key: "c"}}, d: {references: {table: "bare", key: "x"}}}}
        """,
      files: ["t.csv": "id\n1\n"],
      expected: [
        "seeder.json:1: field 'key': found the key (c), but t has no unique key on it; expected one of (id), (lower(a)), (b) WHERE (b > ''::text), (a, b); or create one: CREATE UNIQUE INDEX ON t (c)",
        "seeder.json:1: field 'index': found the key (b), but t has no unique index 't_a_b_c_idx' on it; expected one of 't_b_idx'",
        "seeder.json:2: field 'key': found the key (b, a, c), but t has no unique key on it; expected one of (id), (lower(a)), (b) WHERE (b > ''::text), (a, b); or create one: CREATE UNIQUE INDEX ON t (b, a, c)",
        "seeder.json:2: field 'key': found the key (d), but t has no unique key on it; expected one of (id), (lower(a)), (b) WHERE (b > ''::text), (a, b); the unique constraint 't_d_key' is deferrable; the key needs one that is not",
        "seeder.json:3: field 'key': found the key (x), but bare has no unique key on it; expected a unique key (the table has none); or create one: CREATE UNIQUE INDEX ON bare (x)",
        "seeder.json:4: field 'references': found a reference by (c), but t has no unique key on it; expected one of (id), (lower(a)), (b) WHERE (b > ''::text), (a, b)",
        "seeder.json:4: field 'references': found a reference by (x), but bare has no unique key on it; expected a unique key (the table has none)",
        "seeder.json:4: field 'references': found no 'column', and bare has no single-column primary key; expected the column whose value is used",
      ]),
    FaultCase(
      name: "a generated column, in the definition and in files",
      sql: "CREATE TABLE t (id int PRIMARY KEY, twice int GENERATED ALWAYS AS (id * 2) STORED)",
      tables: """
        {table: "t", files: "t.csv", key: "id", columns: {twice: "double"}}
        """,
      files: ["t.csv": "id,twice\n1,2\n"],
      expected: [
        "seeder.json:1: field 'twice': found the generated column 'twice' of t; expected another column, or no field for it"
      ]),
    FaultCase(
      name: "a field with the name of a generated column",
      sql: "CREATE TABLE t (id int PRIMARY KEY, twice int GENERATED ALWAYS AS (id * 2) STORED)",
      tables: #"{table: "t", files: ["t.csv", "t.json"], key: "id"}"#,
      files: ["t.csv": "id,twice\n1,2\n", "t.json": "[{\"id\": 3,\n\"twice\": 6}]"],
      expected: [
        "t.csv:1: field 'twice': found the generated column 'twice' of t; expected no such field, or the field under 'ignore'",
        "t.json:2: record 1, field 'twice': found the generated column 'twice' of t; expected no such field, or the field under 'ignore'",
      ]),
    FaultCase(
      name: "missing tables and columns, each with its line",
      sql: "CREATE TABLE t (id int PRIMARY KEY, made int GENERATED ALWAYS AS (id) STORED)",
      tables: """
        {table: "t",
          files: "t.csv",
          key: ["id", "nowhere"],
          touch: "updated"},
        {files: "t.csv",
          key: "id",
          table: "prices"},
        {table: "t", files: "t.csv", key: "id",
          touch: "made"}
        """,
      files: ["t.csv": "id\n1\n"],
      expected: [
        "seeder.json:3: field 'key': found an unknown column 'nowhere' of t; expected one of id, made",
        "seeder.json:4: field 'touch': found an unknown column 'updated' of t; expected one of id, made",
        "seeder.json:7: field 'table': no table 'prices' in the database 'DATABASE'; create it or correct the name",
        "seeder.json:9: field 'touch': found the generated column 'made' of t; expected another column, or no field for it",
      ]),
    FaultCase(
      name: "names of seventy bytes",
      tables: #"{table: "\#(long)", files: "t.csv", key: "id", columns: {"\#(long)": "x"}}"#,
      files: [:],
      expected: [
        "seeder.json:1: found '\(long)'; expected a name of 1 to 63 bytes",
        "seeder.json:1: found '\(long)'; expected a name of 1 to 63 bytes",
      ]),
    FaultCase(
      name: "an internal table of seed-runner, which the search path finds",
      sql: """
        DO $$ BEGIN
          EXECUTE format('ALTER DATABASE %I SET search_path = public, seed_runner', current_database());
        END $$
        """,
      tables: #"{table: "history", files: "t.csv", key: "id"}"#, files: ["t.csv": "id\n1\n"],
      expected: [
        "seeder.json:1: field 'table': found 'history', an internal table of seed-runner; expected one of your tables"
      ]),
    FaultCase(
      name: "a view", sql: "CREATE TABLE t (id int PRIMARY KEY); CREATE VIEW v AS SELECT * FROM t",
      tables: #"{table: "v", files: "t.csv", key: "id"}"#, files: ["t.csv": "id\n1\n"],
      expected: ["seeder.json:1: field 'table': found 'v', which is a view; expected a table"]),
    FaultCase(
      name: "a materialized view",
      sql: "CREATE TABLE t (id int PRIMARY KEY); CREATE MATERIALIZED VIEW v AS SELECT * FROM t",
      tables: #"{table: "v", files: "t.csv", key: "id"}"#, files: ["t.csv": "id\n1\n"],
      expected: ["seeder.json:1: field 'table': found 'v', which is a materialized view; expected a table"]),
    FaultCase(
      name: "a foreign table",
      sql: """
        CREATE FOREIGN DATA WRAPPER w; CREATE SERVER s FOREIGN DATA WRAPPER w; CREATE FOREIGN TABLE v (id int) SERVER s
        """,
      tables: #"{table: "v", files: "t.csv", key: "id"}"#, files: ["t.csv": "id\n1\n"],
      expected: ["seeder.json:1: field 'table': found 'v', which is a foreign table; expected a table"]),
  ]
}
