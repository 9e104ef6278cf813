/// Files in dialects that the definition declares.
enum DialectCases {
  static let all = [
    decimals, money, positions, table, comments, bareQuotes, pandas, lists, dates, returns, copy, nulls,
    strings,
    overlay, references,
  ]

  static let decimals = AwkwardCase(
    "a decimal comma and points between thousands",
    sql: "CREATE TABLE price (sku text PRIMARY KEY, amount numeric(10,2), units int, label text)",
    tables:
      #"{table: "price", files: "prices.csv", key: "sku", delimiter: ";", decimal: ",", thousands: "."}"#,
    files: [
      "prices.csv": "sku;amount;units;label\nA;12,50;1.000;1,5\nB;1.199,00;7;x\nC;-,5;;\nD;NaN;+12;1.000\n"
    ],
    query: "SELECT ARRAY[sku, amount::text, units::text, label] FROM price ORDER BY sku",
    rows: ["A│12.50│1000│1,5", "B│1199.00│7│x", "C│-0.50│∅│∅", "D│NaN│12│1.000"],
    edit: .init(file: "prices.csv", old: "12,50", new: "12,51"), edited: "A│12.51│1000│1,5")

  static let money = AwkwardCase(
    "a decimal comma for one column of type money",
    sql: "CREATE TABLE fee (code text PRIMARY KEY, amount money NOT NULL, rate float8)",
    tables:
      #"{table: "fee", files: "fees.csv", key: "code", delimiter: ";", columns: {amount: {decimal: ",", thousands: " "}}}"#,
    files: ["fees.csv": "code;amount;rate\nsmall;12,50;0.5\nlarge;1 199,00;1e3\n"],
    query: "SELECT ARRAY[code, amount::numeric::text, rate::text] FROM fee ORDER BY code DESC",
    rows: ["small│12.50│0.5", "large│1199.00│1000"],
    edit: .init(file: "fees.csv", old: "12,50", new: "12,51"), edited: "small│12.51│0.5")

  static let positions = AwkwardCase(
    "a file with another ending and without a header",
    sql: "CREATE TABLE stop (id text PRIMARY KEY, name text)",
    tables:
      #"{table: "stop", files: "stops.txt", format: "csv", header: false, key: "id", columns: {id: "1", name: "2"}, ignore: ["3"]}"#,
    files: ["stops.txt": "S1,Harbour,x\nS2,Square,\n"],
    query: "SELECT ARRAY[id, name] FROM stop ORDER BY id", rows: ["S1│Harbour", "S2│Square"],
    edit: .init(file: "stops.txt", old: "Harbour", new: "Port"), edited: "S1│Port")

  static let table = AwkwardCase(
    "names in the definition and delimiters at the ends of lines",
    sql: "CREATE TABLE part (id int PRIMARY KEY, name text, price numeric)",
    tables:
      #"{table: "part", files: ["part.tbl", "more.csv"], format: "csv", header: ["id", "name", "price"], delimiter: "|", allow: ["trailing-delimiter"], key: "id"}"#,
    files: ["part.tbl": "1|goldenrod|901.00|\n2|blush|902.00|\n", "more.csv": "3|lace|903\n4||\n5|\"\"||\n"],
    query: "SELECT ARRAY[id::text, name, price::text] FROM part ORDER BY id",
    rows: ["1│goldenrod│901.00", "2│blush│902.00", "3│lace│903", "4│∅│∅", "5││∅"],
    edit: .init(file: "part.tbl", old: "goldenrod", new: "gold"), edited: "1│gold│901.00")

  static let comments = AwkwardCase(
    "comments, empty lines, other quotes and escapes",
    sql: "CREATE TABLE nation (id int PRIMARY KEY, name text)",
    tables:
      ##"{table: "nation", files: "nations.csv", key: "id", comment: "#", quote: "'", escape: "\\", allow: ["blank-lines", "trailing-delimiter"]}"##,
    files: [
      "nations.csv":
        "# nations; 'two' records\n\nid,name,\r\n1,'O\\'Arven \\\\ \\n',\r\n\r\n# a comment\n2,'#2',\n3,\"plain\",\n4,a#b\n\n"
    ],
    query: "SELECT ARRAY[id::text, name] FROM nation ORDER BY id",
    rows: ["1│O'Arven \\ \\n", "2│#2", "3│\"plain\"", "4│a#b"],
    edit: .init(file: "nations.csv", old: "#2", new: "#3"), edited: "2│#3")

  static let bareQuotes = AwkwardCase(
    "JSON in unquoted fields",
    sql: "CREATE TABLE payment (id int PRIMARY KEY, receipt jsonb, note text)",
    tables: #"{table: "payment", files: "payments.csv", key: "id", allow: ["bare-quotes"]}"#,
    files: ["payments.csv": "id,receipt,note\n1,{ \"rate\": null },6\" wide\n2,\"[1, 2]\",\"a \"\"b\"\"\"\n"],
    query: "SELECT ARRAY[id::text, receipt::text, note] FROM payment ORDER BY id",
    rows: ["1│{\"rate\": null}│6\" wide", "2│[1, 2]│a \"b\""],
    edit: .init(file: "payments.csv", old: "null", new: "true"), edited: "1│{\"rate\": true}│6\" wide")

  static let pandas = AwkwardCase(
    "integers that are written with a fraction of zeros",
    sql:
      "CREATE DOMAIN small AS smallint; CREATE TABLE plant (id int PRIMARY KEY, bus_id bigint, n small, t text, d numeric)",
    tables: #"{table: "plant", files: ["plants.csv", "plants.json"], key: "id"}"#,
    files: [
      "plants.csv": "id,bus_id,n,t,d\n1,1362.0,-3.00,3.0,3.0\n2,,,,\n",
      "plants.json": #"[{"id": 3.0, "bus_id": "4.0"}]"#,
    ],
    query: "SELECT ARRAY[id::text, bus_id::text, n::text, t, d::text] FROM plant ORDER BY id",
    rows: ["1│1362│-3│3.0│3.0", "2│∅│∅│∅│∅", "3│4│∅│∅│∅"],
    edit: .init(file: "plants.csv", old: "1362.0", new: "1363.0"), edited: "1│1363│-3│3.0│3.0")

  static let lists = AwkwardCase(
    "a list in a cell",
    sql:
      "CREATE TABLE article (sku text PRIMARY KEY, title text); CREATE TABLE article_tag (sku text NOT NULL REFERENCES article, tag text NOT NULL, place int, PRIMARY KEY (sku, tag))",
    tables:
      #"{table: "article", files: ["articles.csv", "more.json"], key: "sku", children: [{table: "article_tag", field: "tags", parent: "sku", key: ["sku", "tag"], split: ",", columns: {tag: "$value", place: "$position"}}]}"#,
    files: [
      "articles.csv": "sku,tags\nK,\"coffee, espresso\"\nL,\nM,\"\"\nN,tea\n",
      "more.json":
        #"[{"sku": "O", "tags": " a "}, {"sku": "P", "tags": ["c, d"]}, {"sku": "Q", "tags": ""}]"#,
    ],
    query:
      "SELECT ARRAY[a.sku, title, tag, place::text] FROM article AS a LEFT JOIN article_tag USING (sku) ORDER BY sku, place",
    rows: [
      "K│∅│coffee│1", "K│∅│espresso│2", "L│∅│∅│∅", "M│∅│∅│∅", "N│∅│tea│1", "O│∅│a│1", "P│∅│c, d│1", "Q│∅│∅│∅",
    ],
    edit: .init(file: "more.json", old: #"" a "}"#, new: #"" a ", "title": "A"}"#), edited: "O│A│a│1")

  static let dates = AwkwardCase(
    "dates with the day first, and one column with the month first",
    sql: "CREATE TABLE dive (id int PRIMARY KEY, day date, at timestamp, seen timestamptz)",
    tables:
      #"{table: "dive", files: "dives.csv", key: "id", dateFormat: "DD/MM/YY", columns: {at: {dateFormat: "MM/DD/YYYY HH12:MI AM"}, seen: {dateFormat: "YYYYMMDD"}}}"#,
    files: [
      "dives.csv":
        "id,day,at,seen\n1,13/01/19,4/23/2020 1:05 PM,20200229\n2,12/11/10,12/01/1999 12:00 am,\n3,1/1/70,,\n"
    ],
    query: "SELECT ARRAY[id::text, day::text, at::text, seen::text] FROM dive ORDER BY id",
    rows: [
      "1│2019-01-13│2020-04-23 13:05:00│2020-02-29 00:00:00+00", "2│2010-11-12│1999-12-01 00:00:00│∅",
      "3│1970-01-01│∅│∅",
    ],
    edit: .init(file: "dives.csv", old: "13/01/19", new: "14/01/19"),
    edited: "1│2019-01-14│2020-04-23 13:05:00│2020-02-29 00:00:00+00")

  static let returns = AwkwardCase(
    "lines that end with carriage returns, and tabs as delimiters",
    sql: "CREATE TABLE ward (id int PRIMARY KEY, name text)",
    tables: #"{table: "ward", files: "wards.tsv", key: "id", allow: ["carriage-returns"]}"#,
    files: ["wards.tsv": "id\tname\r1\tNorth,\r2\t\"So\ruth\"\r\n3\tEast\r"],
    query: "SELECT ARRAY[id::text, name] FROM ward ORDER BY id",
    rows: ["1│North,", "2│So\ruth", "3│East"],
    edit: .init(file: "wards.tsv", old: "East", new: "West"), edited: "3│West")

  static let copy = AwkwardCase(
    "PostgreSQL's COPY text format",
    sql: "CREATE TABLE t (id int PRIMARY KEY, a text, b bytea)",
    tables: #"{table: "t", files: "t.txt", format: "copy", header: ["id", "a", "b"], key: "id"}"#,
    files: [
      "t.txt":
        "1\t\\N\t\\\\x1f8b\n2\t\\\\N\t\n3\ta\\tb\\nc\\\\d\\\nx\\e\\101\\x41\t\\N\n4\tnull \"q\"\t\\N\n\\.\n"
    ],
    query: "SELECT ARRAY[id::text, a, b::text] FROM t ORDER BY id",
    rows: ["1│∅│\\x1f8b", "2│\\N│\\x", "3│a\tb\nc\\d\nxeAA│∅", "4│null \"q\"│∅"],
    edit: .init(file: "t.txt", old: "null", new: "NULL"), edited: "4│NULL \"q\"│∅")

  static let nulls = AwkwardCase(
    "several texts for NULL",
    sql: "CREATE TABLE t (id int PRIMARY KEY, a text, n int)",
    tables: #"{table: "t", files: "t.csv", key: "id", null: ["", "NA", "-"]}"#,
    files: ["t.csv": "id,a,n\n1,NA,-\n2,\"NA\",\n3,-1,-1\n"],
    query: "SELECT ARRAY[id::text, a, n::text] FROM t ORDER BY id", rows: ["1│∅│∅", "2│NA│∅", "3│-1│-1"],
    edit: .init(file: "t.csv", old: "1,NA,-", new: "1,N,-"), edited: "1│N│∅")

  static let strings = AwkwardCase(
    "numbers and dates in strings of JSON",
    sql: "CREATE TABLE t (id int PRIMARY KEY, n numeric, d date)",
    tables:
      #"{table: "t", files: "t.log", format: "jsonl", key: "id", decimal: ",", dateFormat: "DD.MM.YYYY"}"#,
    files: [
      "t.log": #"{"id": "1", "n": "1,5", "d": "3.2.2024"}"# + "\n" + #"{"id": 2.0, "n": 1.5, "d": null}"#
    ],
    query: "SELECT ARRAY[id::text, n::text, d::text] FROM t ORDER BY id",
    rows: ["1│1.5│2024-02-03", "2│1.5│∅"],
    edit: .init(file: "t.log", old: "3.2.2024", new: "4.2.2024"), edited: "1│1.5│2024-02-04")

  static let overlay = AwkwardCase(
    "an overlay of a file without an ending",
    sql: "CREATE TABLE t (id int PRIMARY KEY, a text)",
    tables: #"{table: "t", files: "v1.2/names", format: "tsv", header: ["id", "a"], key: "id"}"#,
    files: ["v1.2/names": "1\tone\n2\ttwo\n", "v1.2/names.test": "2\tzwei\n"],
    query: "SELECT ARRAY[id::text, a] FROM t ORDER BY id", rows: ["1│one", "2│zwei"],
    edit: .init(file: "v1.2/names.test", old: "zwei", new: "deux"), edited: "2│deux")

  static let references = AwkwardCase(
    "references by numbers and dates",
    sql:
      "CREATE TABLE day (id int PRIMARY KEY, day date UNIQUE, no numeric UNIQUE); INSERT INTO day VALUES (7, '2024-02-03', 1.5); CREATE TABLE t (id int PRIMARY KEY, a int REFERENCES day, b int REFERENCES day)",
    tables:
      #"{table: "t", files: "t.csv", key: "id", delimiter: ";", decimal: ",", columns: {a: {field: "d", dateFormat: "DD.MM.YYYY", references: {table: "day", key: "day"}}, b: {field: "n", references: {table: "day", key: "no"}}}}"#,
    files: ["t.csv": "id;d;n\n1;03.02.2024;1,50\n2;;\n"],
    query: "SELECT ARRAY[id::text, a::text, b::text] FROM t ORDER BY id", rows: ["1│7│7", "2│∅│∅"],
    edit: .init(file: "t.csv", old: "03.02.2024", new: ""), edited: "1│∅│7")
}
