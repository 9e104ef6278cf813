/// Keys, and names and schemas of tables.
enum KeyCases {
  static let all = [composite, headers, schemas, partitions]

  static let composite = AwkwardCase(
    "a key with several columns with unusual names",
    sql: #"""
      CREATE TABLE "select" ("order" int, "Größe" text, "say ""hi""" text, " " text, "value" text, "with.dot" int,
        "$value" text, UNIQUE ("Größe", " ", "order", "say ""hi"""))
      """#,
    tables:
      #"{table: "select", files: "t.csv", key: ["order", "Größe", "say \"hi\"", " "], columns: {"$value": "dollar"}}"#,
    files: [
      "t.csv":
        "order,Größe,\"say \"\"hi\"\"\", ,value,with.dot,dollar\n1,XL,a,b,one,7,d\n1,XL,\"\",b,two,8,\n2,XL,a,b,three,9,d\n"
    ],
    query:
      #"SELECT ARRAY["order"::text, "Größe", "say ""hi""", " ", "value", "with.dot"::text, "$value"] FROM "select" ORDER BY "value""#,
    rows: ["1│XL│a│b│one│7│d", "2│XL│a│b│three│9│d", "1│XL││b│two│8│∅"],
    edit: .init(file: "t.csv", old: "three", new: "t3"), edited: "2│XL│a│b│t3│9│d")

  static let headers = AwkwardCase(
    "header names with blanks, hyphens, parentheses and percent signs",
    sql:
      "CREATE TABLE t (sku text PRIMARY KEY, price numeric(8,2), email text, share real, name text, note text)",
    tables: #"""
      {table: "t", files: "t.csv", key: "sku", ignore: ["Internal (do not use)", "2nd"],
       columns: {sku: "SKU #", price: "Unit price (EUR)", email: "e-mail", share: " % ", name: "Name\nof it", note: "'; --"}}
      """#,
    files: [
      "t.csv":
        "SKU #,Unit price (EUR),Internal (do not use),e-mail, % ,\"Name\nof it\",'; --,2nd\n00-1,9.90,x,a@b.c,0.5,A,,\n00-2,10.00,,,1,B,n,2\n"
    ],
    query: "SELECT ARRAY[sku, price::text, email, share::text, name, note] FROM t ORDER BY sku",
    rows: ["00-1│9.90│a@b.c│0.5│A│∅", "00-2│10.00│∅│1│B│n"],
    edit: .init(file: "t.csv", old: "9.90", new: "9.95"), edited: "00-1│9.95│a@b.c│0.5│A│∅")

  static let schemas = AwkwardCase(
    "tables with the same name in two schemas, one of them not in the search path",
    sql: """
      CREATE SCHEMA "Sales Data"; CREATE TABLE t (id int PRIMARY KEY, a text);
      CREATE TABLE "Sales Data".t (id int PRIMARY KEY, other int REFERENCES t, a text);
      """,
    tables: #"""
      {table: "Sales Data.t", files: "sales.csv", key: "id", columns: {other: {references: {table: "t", key: "id"}}}},
      {table: "t", files: "t.csv", key: "id"}
      """#,
    files: ["sales.csv": "id,other,a\n1,1,sold\n", "t.csv": "id,a\n1,plain\n"],
    query: "SELECT ARRAY[t.a, s.a, s.other::text] FROM t, \"Sales Data\".t AS s", rows: ["plain│sold│1"],
    edit: .init(file: "sales.csv", old: "sold", new: "resold"), edited: "plain│resold│1")

  static let partitions = AwkwardCase(
    "a partitioned table",
    sql: """
      CREATE TABLE t (region text, id int, note text, PRIMARY KEY (region, id)) PARTITION BY LIST (region);
      CREATE TABLE t_eu PARTITION OF t FOR VALUES IN ('eu'); CREATE TABLE t_rest PARTITION OF t DEFAULT;
      """,
    tables: #"{table: "t", files: "t.csv", key: ["region", "id"]}"#,
    files: ["t.csv": "region,id,note\neu,1,a\nus,1,b\neu,2,\n"],
    query: "SELECT ARRAY[tableoid::regclass::text, region, id::text, note] FROM t ORDER BY region, id",
    rows: ["t_eu│eu│1│a", "t_eu│eu│2│∅", "t_rest│us│1│b"],
    edit: .init(file: "t.csv", old: "1,b", new: "1,B"), edited: "t_rest│us│1│B")
}
