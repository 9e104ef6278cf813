/// Numbers that keep every digit.
enum NumberCases {
  static let all = [decimals, integers, floats]

  private static let sixty = "123456789012345678901234567890.123456789012345678901234567890"

  static let decimals = AwkwardCase(
    "decimals with sixty digits, and 1.10 beside 1.1",
    sql:
      "CREATE TABLE t (id int PRIMARY KEY, n numeric, p numeric(10,2), list numeric[], fixed numeric(10,2)[])",
    tables: #"{table: "t", files: ["t.json", "t.csv"], key: "id"}"#,
    files: [
      "t.json": """
      [{"id": 1, "n": \(sixty), "p": 1.1, "list": [1.10, 0.1000000000000000055511151231257827, null], "fixed": [1.5]},
       {"id": 2, "n": "1.10", "p": "-99999999.99"}, {"id": 3, "n": 1.1}, {"id": 4, "n": 1E-7}]
      """,
      "t.csv": "id,n,p,list\n5,\(sixty)9,0.10,\"{1.10,1.1}\"\n6,1.10,,{}\n7,NaN,007,\n8,0.1e3,5.00,\n",
    ],
    query: "SELECT ARRAY[id::text, n::text, p::text, list::text, fixed::text] FROM t ORDER BY id",
    rows: [
      "1│\(sixty)│1.10│{1.10,0.1000000000000000055511151231257827,NULL}│{1.50}", "2│1.10│-99999999.99│∅│∅",
      "3│1.1│∅│∅│∅", "4│0.0000001│∅│∅│∅", "5│\(sixty)9│0.10│{1.10,1.1}│∅", "6│1.10│∅│{}│∅", "7│NaN│7.00│∅│∅",
      "8│100│5.00│∅│∅",
    ],
    edit: .init(file: "t.json", old: #""n": 1.1}"#, new: #""n": 1.10}"#), edited: "3│1.10│∅│∅│∅")

  static let integers = AwkwardCase(
    "integers beyond 2^53",
    sql: "CREATE TABLE t (id bigint PRIMARY KEY, small smallint, list bigint[], label text)",
    tables: #"{table: "t", files: ["t.jsonl", "t.csv"], key: "id"}"#,
    files: [
      "t.jsonl": """
      {"id": 9007199254740993, "small": -32768, "list": [9223372036854775807, -9223372036854775808], "label": 9007199254740993}
      {"id": "-9223372036854775808", "small": "32767", "list": ["9007199254740995"], "label": true}
      """,
      "t.csv":
        "id,small,list,label\n9223372036854775807,0,{9007199254740993},9007199254740993.0\n9007199254740992,-1,,+1\n",
    ],
    query: "SELECT ARRAY[id::text, small::text, list::text, label] FROM t ORDER BY id",
    rows: [
      "-9223372036854775808│32767│{9007199254740995}│true", "9007199254740992│-1│∅│+1",
      "9007199254740993│-32768│{9223372036854775807,-9223372036854775808}│9007199254740993",
      "9223372036854775807│0│{9007199254740993}│9007199254740993.0",
    ],
    edit: .init(file: "t.jsonl", old: "9007199254740995", new: "9007199254740994"),
    edited: "-9223372036854775808│32767│{9007199254740994}│true")

  static let floats = AwkwardCase(
    "floating-point numbers, compared by stored bits",
    sql: "CREATE TABLE t (id int PRIMARY KEY, d double precision, r real, flag boolean, amount money)",
    tables: #"{table: "t", files: "t.json", key: "id"}"#,
    files: [
      "t.json": """
      [{"id": 1, "d": 0.1, "r": 0.1, "flag": true, "amount": 12.34},
       {"id": 2, "d": 1.7976931348623157e308, "r": "NaN", "flag": "no"}, {"id": 3, "d": "-Infinity", "r": -0.0, "flag": "0"}]
      """
    ],
    query: "SELECT ARRAY[id::text, d::text, r::text, flag::text, amount::numeric::text] FROM t ORDER BY id",
    rows: ["1│0.1│0.1│true│12.34", "2│1.7976931348623157e+308│NaN│false│∅", "3│-Infinity│-0│false│∅"],
    edit: .init(file: "t.json", old: "-0.0", new: "0.0"), edited: "3│-Infinity│0│false│∅")
}
