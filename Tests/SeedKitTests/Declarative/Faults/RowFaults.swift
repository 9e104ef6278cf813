/// Rows that the table or related tables reject.
enum RowFaults {
  static let all = [
    FaultCase(
      name: "duplicate keys in one file and in two",
      sql: "CREATE TABLE t (a text, b int, c text, PRIMARY KEY (a, b))",
      tables: #"{table: "t", files: ["t.csv", "t.jsonl"], key: ["a", "b"]}"#,
      files: ["t.csv": "a,b\nx,1\ny,1\nx,1\nx,01\n", "t.jsonl": #"{"a": "y", "b": 1}"#],
      expected: [
        "t.csv:4: record 3: duplicate key \"{x,1}\" (first in record 1)",
        "t.csv:5: record 4: duplicate key \"{x,1}\" (first in record 1)",
        "t.jsonl:1: record 1: duplicate key \"{y,1}\" (first in t.csv:3: record 2)",
      ]),
    FaultCase(
      name: "equal keys with different texts",
      sql: "CREATE TABLE t (weight numeric PRIMARY KEY)",
      tables: #"{table: "t", files: "t.csv", key: "weight"}"#,
      files: ["t.csv": "weight\n1.0\n2\n1.00\n"],
      expected: ["t.csv:4: record 3: duplicate key \"1.00\" (first in record 1)"]),
    FaultCase(
      name: "NULL in a key and where the column is NOT NULL",
      sql: "CREATE TABLE t (id int PRIMARY KEY, a text NOT NULL, b text NOT NULL DEFAULT 'x', c text UNIQUE)",
      tables: #"{table: "t", files: ["t.json", "t.csv"], key: "c"}"#,
      files: [
        "t.json":
          #"[{"id": 1, "a": null, "b": null, "c": "1"}, {"id": 2, "a": "", "c": null}, {"id": 3, "a": "x"}, {"id": 4, "c": "4"}]"#,
        "t.csv": "id,a,b,c\n,x,,5\n",
      ],
      expected: [
        "t.csv:2: record 1, field 'id' is missing; expected a value, because the column is NOT NULL",
        "t.json:1: record 1, field 'a' is missing; expected a value, because the column is NOT NULL",
        "t.json:1: record 4, field 'a' is missing; expected a value, because the column is NOT NULL",
        "t.json:1: record 1, field 'b' is missing; expected a value, because the column is NOT NULL",
        "t.csv:2: record 1, field 'b' is missing; expected a value, because the column is NOT NULL",
        "t.json:1: record 2, field 'c' is missing; expected a value, because it is part of the key",
        "t.json:1: record 3, field 'c' is missing; expected a value, because it is part of the key",
      ]),
    FaultCase(
      name: "required columns that no file fills",
      sql: "CREATE TABLE t (id int PRIMARY KEY, a text NOT NULL, b int NOT NULL, c int NOT NULL DEFAULT 0)",
      files: ["t.csv": "id\n1\n"],
      expected: [
        "seeder.json:1: found no value for 'a', 'b' of t; expected a field for each, because the columns are NOT NULL without a default"
      ]),
    FaultCase(
      name: "a key that no field fills", files: ["t.csv": "a,n\nx,1\n"],
      expected: [
        "seeder.json:1: field 'key': found the key column 'id', which no field fills; expected a column that a field fills"
      ]),
    FaultCase(
      name: "check constraints, also if other records lack the field",
      sql: """
        CREATE TABLE t (id int PRIMARY KEY, low int, high int DEFAULT 9, name text CONSTRAINT "not empty" CHECK (name <> ''),
          CONSTRAINT "order" CHECK (low < high))
        """,
      tables: #"{table: "t", files: "t.jsonl", key: "id"}"#,
      files: [
        "t.jsonl": """
        {"id": 1, "low": 1, "high": 2, "name": "x"}
        {"id": 2, "low": 3, "high": 2, "name": ""}
        {"id": 3, "low": 4, "name": null}
        {"id": 4, "low": null, "high": 1, "name": ""}
        """
      ],
      expected: [
        "t.jsonl:2: record 2, field 'name': found a value that violates the check constraint 'not empty'; expected (name <> ''::text)",
        "t.jsonl:4: record 4, field 'name': found a value that violates the check constraint 'not empty'; expected (name <> ''::text)",
        "t.jsonl:2: record 2, field 'low, high': found a value that violates the check constraint 'order'; expected (low < high)",
      ]),
    FaultCase(
      name: "dangling references with one and two columns, in arrays, and beside valid ones",
      sql: """
        CREATE TABLE users (id serial PRIMARY KEY, email text UNIQUE); INSERT INTO users (email) VALUES ('there@x');
        CREATE TABLE places (id serial PRIMARY KEY, country text, town text, UNIQUE (country, town));
        CREATE TABLE tags (id serial PRIMARY KEY, name text UNIQUE);
        CREATE TABLE t (id int PRIMARY KEY, user_id int REFERENCES users, place_id int REFERENCES places);
        CREATE TABLE t_tags (t_id int, tag_id int, PRIMARY KEY (t_id, tag_id));
        """,
      tables: """
        {table: "t", files: ["t.json", "t.csv"], key: "id", columns: {
          user_id: {field: "user", references: {table: "users", key: "email"}},
          place_id: {field: ["country", "town"], references: {table: "places", key: ["country", "town"]}}},
          children: [{table: "t_tags", field: "tags", parent: "t_id", key: ["t_id", "tag_id"],
            columns: {tag_id: {field: "$value", references: {table: "tags", key: "name"}}}}]},
        {table: "tags", files: "tags.csv", key: "name"}
        """,
      files: [
        "t.json":
          #"[{"id": 1, "user": "there@x", "tags": ["a", "b"]}, {"id": 2, "user": "gone@x", "country": "DE", "town": "Ort"}]"#,
        "t.csv": "id,user\n3,GONE@x\n4,\n", "tags.csv": "name\na\n",
      ],
      expected: [
        "t.json:1: record 2, field 'user': no row of users with email 'gone@x' in the database or the files",
        "t.csv:2: record 1, field 'user': no row of users with email 'GONE@x' in the database or the files",
        "t.json:1: record 2, field 'country, town': no row of places with country, town 'DE, Ort' in the database or the files",
        "t.json:1: record 1, field 'tags[2]': no row of tags with name 'b' in the database or the files",
      ]),
    FaultCase(
      name: "array elements of the wrong kind",
      sql: """
        CREATE TABLE t (id int PRIMARY KEY); CREATE TABLE kids (t_id int, n int, name text NOT NULL, PRIMARY KEY (t_id, n));
        """,
      tables: """
        {table: "t", files: "t.json", key: "id", children: [{table: "kids", field: "kids", parent: "t_id", key: ["t_id", "n"],
          columns: {n: "$position"}}]}
        """,
      files: [
        "t.json":
          "[{\"id\": 1, \"kids\": [{\"name\": \"x\"},\n {\"nam\": \"y\"}, 7]}, {\"id\": 2, \"kids\": {\"name\": \"z\"}}]"
      ],
      expected: [
        "t.json:2: record 1, field 'kids[2].nam': found an unknown field; expected 'name'",
        "t.json:2: record 1, field 'kids[3]': found number 7; expected an object",
        "t.json:2: record 2, field 'kids': found an object; expected an array",
      ]),
    FaultCase(
      name: "array elements that columns reject, each with its position",
      sql: """
        CREATE TABLE t (id int PRIMARY KEY); CREATE TABLE good (n int PRIMARY KEY); INSERT INTO good VALUES (1), (2);
        CREATE TABLE names (t_id int, name text NOT NULL, PRIMARY KEY (t_id, name));
        CREATE TABLE numbers (t_id int, place int, n int NOT NULL REFERENCES good, size int CHECK (size < 9),
          PRIMARY KEY (t_id, n));
        """,
      tables: """
        {table: "t", files: "t.json", key: "id", children: [
          {table: "names", field: "also called", parent: "t_id", key: ["t_id", "name"], columns: {name: "$value"}},
          {table: "numbers", field: "list", parent: "t_id", key: ["t_id", "n"], columns: {place: "$position"}}]}
        """,
      files: [
        "t.json": """
        [{"id": 1, "also called": ["Christiania", null]},
         {"id": 2, "also called": ["x", "Christiania", "Christiania"]},
         {"id": 3, "list": [{"n": 1}, {"n": 2, "size": 9}, {"n": 1}, {"n": "many"}, {"n": 7}, {"size": 1}]}]
        """
      ],
      expected: [
        "t.json:3: record 3, field 'list[4].n': found 'many'; expected a value of type integer (invalid input syntax for type integer: \"many\")",
        "t.json:1: record 1, field 'also called[2]' is missing; expected a value, because it is part of the key",
        "t.json:2: record 2, field 'also called[3]': duplicate key \"{2,Christiania}\" (first in record 2, field 'also called[2]')",
        "t.json:3: record 3, field 'list[6].n' is missing; expected a value, because it is part of the key",
        "t.json:3: record 3, field 'list[3]': duplicate key \"{3,1}\" (first in record 3, field 'list[1]')",
        "t.json:3: record 3, field 'list[2].size': found a value that violates the check constraint 'numbers_size_check'; expected (size < 9)",
        "t.json:3: record 3, field 'list[5].n': no row of public.good with n '7' in the database or the files (foreign key 'numbers_n_fkey')",
      ]),
  ]
}
