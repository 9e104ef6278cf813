/// Values that their columns cannot store.
enum ValueFaults {
  static let all = [
    FaultCase(
      name: "wrong types in several rows, files and tables",
      sql:
        "CREATE TABLE t (id int PRIMARY KEY, d date, u uuid); CREATE TABLE o (id int PRIMARY KEY, b boolean)",
      tables:
        #"{table: "t", files: ["t.csv", "t.json"], key: "id"}, {table: "o", files: "o.jsonl", key: "id"}"#,
      files: [
        "t.csv": "id,d,u\none,2024-02-30,\n2,,x\n3,2024-01-01,\n",
        "t.json": "[{\"id\": 1.5},\n{\"id\": 5, \"d\": true}]",
        "o.jsonl": "{\"id\": 1, \"b\": \"maybe\"}\n{\"id\": 9007199254740993}\n",
      ],
      expected: [
        "t.csv:2: record 1, field 'id': found 'one'; expected a value of type integer (invalid input syntax for type integer: \"one\")",
        "t.json:1: record 1, field 'id': found '1.5'; expected a value of type integer (invalid input syntax for type integer: \"1.5\")",
        "t.csv:2: record 1, field 'd': found '2024-02-30'; expected a value of type date (date/time field value out of range: \"2024-02-30\")",
        "t.json:2: record 2, field 'd': found 'true'; expected a value of type date (invalid input syntax for type date: \"true\")",
        "t.csv:3: record 2, field 'u': found 'x'; expected a value of type uuid (invalid input syntax for type uuid: \"x\")",
        "o.jsonl:2: record 2, field 'id': found '9007199254740993'; expected a value of type integer (value \"9007199254740993\" is out of range for type integer)",
        "o.jsonl:1: record 1, field 'b': found 'maybe'; expected a value of type boolean (invalid input syntax for type boolean: \"maybe\")",
      ]),
    FaultCase(
      name: "strings that are one character too long",
      sql: "CREATE TABLE t (id int PRIMARY KEY, v varchar(4), c char(2), b bit(3), list varchar(1)[])",
      files: ["t.csv": "id,v,c,b,list\n1,🦉🦉🦉🦉🦉,ab,101,{a}\n2,abcd,😀😀😀,10,\"{a,bc}\"\n3,abc  ,ab,101,\n"],
      expected: [
        "t.csv:4: record 3, field 'v': found 'abc  '; expected at most 4 characters, with the spaces at the end",
        "t.csv:2: record 1, field 'v': found '🦉🦉🦉🦉🦉'; expected a value of type character varying(4) (value too long for type character varying(4))",
        "t.csv:3: record 2, field 'c': found '😀😀😀'; expected a value of type character(2) (value too long for type character(2))",
        "t.csv:3: record 2, field 'b': found '10'; expected a value of type bit(3) (bit string length 2 does not match type bit(3))",
        "t.csv:3: record 2, field 'list': found '{a,bc}'; expected a value of type character varying(1)[] (value too long for type character varying(1))",
      ]),
    FaultCase(
      name: "of every kind in one file",
      sql: "CREATE TABLE t (id int PRIMARY KEY, v text NOT NULL CHECK (v <> 'bad'))",
      files: ["t.csv": "id,v\n1,x\n2\nmany,y\n1,z\n,w\n3,\n4,bad\n"],
      expected: [
        "t.csv:3: record 2: found 1 field; expected 2, as in the header",
        "t.csv:4: record 3, field 'id': found 'many'; expected a value of type integer (invalid input syntax for type integer: \"many\")",
        "t.csv:6: record 5, field 'id' is missing; expected a value, because it is part of the key",
        "t.csv:7: record 6, field 'v' is missing; expected a value, because the column is NOT NULL",
        "t.csv:5: record 4: duplicate key \"1\" (first in record 1)",
        "t.csv:8: record 7, field 'v': found a value that violates the check constraint 't_v_check'; expected (v <> 'bad'::text)",
      ]),
    FaultCase(
      name: "values that the column would silently round or truncate",
      sql: """
        CREATE DOMAIN price AS numeric(10,2);
        CREATE TABLE t (id int PRIMARY KEY, n numeric(10,2), p price, list numeric(3,1)[], v varchar(3),
          at timestamptz(0), i interval(2))
        """,
      files: [
        "t.csv": """
        id,n,p,list,v,at,i
        1,1.005,2.345,"{1.25,1}",abc ,2024-01-01 00:00:00.5Z,0.125 s
        2,1.10,2.340,"{1.2,1.0}",ab ,2024-01-01 00:00:00.000Z,0.12 s
        """
      ],
      expected: [
        "t.csv:2: record 1, field 'n': found '1.005'; expected at most 2 decimal places, as numeric(10,2) stores",
        "t.csv:2: record 1, field 'p': found '2.345'; expected at most 2 decimal places, as numeric(10,2) stores",
        "t.csv:2: record 1, field 'list': found '{1.25,1}'; expected at most 1 decimal place, as numeric(3,1) stores",
        "t.csv:2: record 1, field 'v': found 'abc '; expected at most 3 characters, with the spaces at the end",
        "t.csv:2: record 1, field 'at': found '2024-01-01 00:00:00.5Z'; expected no more decimal places than timestamp(0) with time zone stores",
        "t.csv:2: record 1, field 'i': found '0.125 s'; expected no more decimal places than interval(2) stores",
      ]),
    FaultCase(
      name:
        "values that domains refuse, NULL among them, in records that have the field and beside others that have not",
      sql: """
        CREATE DOMAIN positive AS int NOT NULL CHECK (VALUE > 0);
        CREATE TABLE t (id int PRIMARY KEY, p positive, q positive DEFAULT 1, d date)
        """,
      tables: #"{table: "t", files: "t.jsonl", key: "id"}"#,
      files: [
        "t.jsonl": """
        {"id": 1, "p": 1, "q": 0}
        {"id": 2, "p": -1}
        {"id": 3, "p": null, "q": null, "d": "soon"}
        {"id": 4, "p": 4, "q": 4, "d": null}
        """
      ],
      expected: [
        "t.jsonl:2: record 2, field 'p': found '-1'; expected a value of type positive (value for domain positive violates check constraint \"positive_check\")",
        "t.jsonl:3: record 3, field 'p' is missing; expected a value of type positive (domain positive does not allow null values)",
        "t.jsonl:1: record 1, field 'q': found '0'; expected a value of type positive (value for domain positive violates check constraint \"positive_check\")",
        "t.jsonl:3: record 3, field 'q' is missing; expected a value of type positive (domain positive does not allow null values)",
        "t.jsonl:3: record 3, field 'd': found 'soon'; expected a value of type date (invalid input syntax for type date: \"soon\")",
      ]),
    FaultCase(
      name: "only a value that a domain rejects, in a field that other records lack",
      sql: """
        CREATE DOMAIN short AS varchar(2) CHECK (VALUE <> 'no'); CREATE TABLE t (id int PRIMARY KEY, s short);
        """,
      tables: #"{table: "t", files: "t.jsonl", key: "id"}"#,
      files: ["t.jsonl": "{\"id\": 1}\n{\"id\": 2, \"s\": \"no\"}\n{\"id\": 3, \"s\": null}\n"],
      expected: [
        "t.jsonl:2: record 2, field 's': found 'no'; expected a value of type short (value for domain short violates check constraint \"short_check\")"
      ]),
    FaultCase(
      name: "nested values for plain columns, and plain ones for arrays",
      sql: "CREATE TABLE t (id int PRIMARY KEY, a text, list int[], m int[][])",
      tables: #"{table: "t", files: "t.json", key: "id"}"#,
      files: [
        "t.json":
          "[{\"id\": 1, \"a\": {\"b\": 1}, \"list\": 5,\n\"m\": [[1], [2, {}]]}, {\"id\": [2], \"a\": [], \"list\": {}}]"
      ],
      expected: [
        "t.json:1: record 1, field 'a': found an object; expected a value of type text",
        "t.json:1: record 1, field 'list': found a number; expected a value of type integer[]",
        "t.json:2: record 1, field 'm': found an array; expected a value of type integer[]",
        "t.json:2: record 2, field 'id': found an array; expected a value of type integer",
        "t.json:2: record 2, field 'a': found an array; expected a value of type text",
        "t.json:2: record 2, field 'list': found an object; expected a value of type integer[]",
      ]),
    FaultCase(
      name: "arrays that are not rectangular, enums, bytes",
      sql:
        "CREATE TYPE mood AS ENUM ('sad'); CREATE TABLE t (id int PRIMARY KEY, m int[][], e mood, b bytea)",
      tables: #"{table: "t", files: "t.json", key: "id"}"#,
      files: ["t.json": #"[{"id": 1, "m": [[1], [2, 3]], "e": "Sad", "b": "\\xzz"}]"#],
      expected: [
        "t.json:1: record 1, field 'm': found '{{\"1\"},{\"2\",\"3\"}}'; expected a value of type integer[] (malformed array literal: \"{{\"1\"},{\"2\",\"3\"}}\")",
        "t.json:1: record 1, field 'e': found 'Sad'; expected a value of type mood (invalid input value for enum mood: \"Sad\")",
        "t.json:1: record 1, field 'b': found '\\xzz'; expected a value of type bytea (invalid hexadecimal digit: \"z\")",
      ]),
    FaultCase(
      name: "the string null in columns of other types",
      sql: "CREATE TABLE t (id int PRIMARY KEY, n int)",
      tables: #"{table: "t", files: "t.csv", key: "id", null: "NULL"}"#,
      files: ["t.csv": "id,n\n1,\n2,NULL\n3,null\n"],
      expected: [
        "t.csv:2: record 1, field 'n': found ''; expected a value of type integer (invalid input syntax for type integer: \"\")",
        "t.csv:4: record 3, field 'n': found 'null'; expected a value of type integer (invalid input syntax for type integer: \"null\")",
      ]),
  ]
}
