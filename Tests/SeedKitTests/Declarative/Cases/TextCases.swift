/// Text that looks like other types.
enum TextCases {
  static let all = [lookAlikes, nullBackslash, nullWord, quotedEmpty, lengths, syntax]

  static let lookAlikes = AwkwardCase(
    "strings that look like other types",
    sql: "CREATE TABLE codes (code text PRIMARY KEY, body text, more varchar)",
    tables: #"{table: "codes", files: "codes.csv", key: "code"}"#,
    files: [
      "codes.csv": #"""
      code,body,more
      01581,1-684,NA
      NO,null,\N
        lead,trail  ,"  both  "
      007,1e5,0x1F
      2024-02-30,true,12:60
      NaN,Infinity,-0
      \.,\\,\x41
      ' OR 1=1; --,"$1 %s {}",'); DROP TABLE codes; --
      é,é,🦉‍👩
      """#
    ],
    query: "SELECT ARRAY[code, body, more] FROM codes ORDER BY code COLLATE \"C\"",
    rows: [
      "  lead│trail  │  both  ", "' OR 1=1; --│$1 %s {}│'); DROP TABLE codes; --", "007│1e5│0x1F",
      "01581│1-684│NA", "2024-02-30│true│12:60", "\\.│\\\\│\\x41", "NO│null│\\N", "NaN│Infinity│-0", "é│é│🦉‍👩",
    ].sorted { $0.unicodeScalars.lexicographicallyPrecedes($1.unicodeScalars) },
    edit: .init(file: "codes.csv", old: "1-684", new: "1-0684"), edited: "01581│1-0684│NA")

  static let nullBackslash = AwkwardCase(
    #"the null text \N"#, sql: "CREATE TABLE t (id int PRIMARY KEY, a text, b int)",
    tables: #"{table: "t", files: "t.csv", key: "id", null: "\\N"}"#,
    files: ["t.csv": "id,a,b\n1,\\N,\\N\n2,\"\\N\",7\n3,,8\n4,\"\",9\n5,\\n,10\n"],
    query: "SELECT ARRAY[id::text, a, b::text] FROM t ORDER BY id",
    rows: ["1│∅│∅", "2│\\N│7", "3││8", "4││9", "5│\\n│10"],
    edit: .init(file: "t.csv", old: "3,,8", new: "3,\\N,8"), edited: "3│∅│8")

  static let nullWord = AwkwardCase(
    "the null text NULL", sql: "CREATE TABLE t (id int PRIMARY KEY, a text)",
    tables: #"{table: "t", files: "t.csv", key: "id", null: "NULL"}"#,
    files: ["t.csv": "id,a\n1,NULL\n2,\"NULL\"\n3,null\n4,\n5, NULL\n"],
    query: "SELECT ARRAY[id::text, a] FROM t ORDER BY id",
    rows: ["1│∅", "2│NULL", "3│null", "4│", "5│ NULL"],
    edit: .init(file: "t.csv", old: "\"NULL\"", new: "NULL"), edited: "2│∅")

  static let quotedEmpty = AwkwardCase(
    "an empty field, quoted and not",
    sql: "CREATE TABLE t (id int PRIMARY KEY, a text, b int, c text NOT NULL)",
    tables: #"{table: "t", files: "t.csv", key: "id"}"#,
    files: ["t.csv": "id,a,b,c\n1,,,\"\"\n2,\"\",5,x\n3,\" \",6,\"\"\"\"\n"],
    query: "SELECT ARRAY[id::text, a, b::text, c] FROM t ORDER BY id",
    rows: ["1│∅│∅│", "2││5│x", "3│ │6│\""],
    edit: .init(file: "t.csv", old: "2,\"\",", new: "2,,"), edited: "2│∅│5│x")

  /// PostgreSQL counts characters, not UTF-16 units: four owls fit into four.
  static let lengths = AwkwardCase(
    "char(n) and varchar(n) filled to the last character",
    sql: "CREATE TABLE t (id int PRIMARY KEY, v varchar(4), c char(4), one char, list varchar(2)[])",
    tables: #"{table: "t", files: "t.json", key: "id"}"#,
    files: [
      "t.json": #"""
      [{"id": 1, "v": "🦉🦉🦉🦉", "c": "😀é𝒳a", "one": "𐍈", "list": ["🦉🦉", "ab"]},
       {"id": 2, "v": "\ud83e\udd89e\u0301x", "c": "ab", "one": "x", "list": []}]
      """#
    ],
    query: "SELECT ARRAY[id::text, v, c || '|', octet_length(c)::text, one, list::text] FROM t ORDER BY id",
    rows: ["1│🦉🦉🦉🦉│😀é𝒳a|│11│𐍈│{🦉🦉,ab}", "2│🦉e\u{301}x│ab|│4│x│{}"],
    edit: .init(file: "t.json", old: "🦉🦉🦉🦉", new: "🦉🦉🦉"), edited: "1│🦉🦉🦉│😀é𝒳a|│11│𐍈│{🦉🦉,ab}")

  static let syntax = AwkwardCase(
    "RFC 4180: line breaks, quotes and delimiters inside fields, CRLF, no line break at the end",
    sql: "CREATE TABLE t (id int PRIMARY KEY, a text, b text)",
    tables: #"{table: "t", files: ["crlf.csv", "semicolon.csv"], key: "id", delimiter: ";"}"#,
    files: [
      "crlf.csv": "\u{FEFF}\"id\";\"a\";b\r\n1;\"two\r\nlines\";\"say \"\"hi\"\"\"\r\n2;\"a;b\";\"\"\"\"\r\n",
      "semicolon.csv": "id;b;a\n3;a,b;\"\n\n\"\n4;\\.;\"\\.\"\n5;\t;last",
    ],
    query: "SELECT ARRAY[id::text, a, b] FROM t ORDER BY id",
    rows: ["1│two\r\nlines│say \"hi\"", "2│a;b│\"", "3│\n\n│a,b", "4│\\.│\\.", "5│last│\t"],
    edit: .init(file: "crlf.csv", old: "two\r\nlines", new: "two\nlines"), edited: "1│two\nlines│say \"hi\"")
}
