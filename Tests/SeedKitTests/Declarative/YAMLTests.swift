import FoundationEssentials
import SeedTesting
import Testing

@testable import SeedKit

@Suite("YAML")
struct YAMLTests {
  /// Delivers bytes in parts of a certain size.
  private final class Parts: ByteStream {
    private var bytes: ArraySlice<UInt8>
    private let size: Int

    init(_ bytes: [UInt8], size: Int = 1 << 20) {
      self.bytes = bytes[...]
      self.size = size
    }

    func next() throws -> [UInt8]? {
      let part = bytes.prefix(size)
      bytes = bytes.dropFirst(size)
      return part.isEmpty ? nil : Array(part)
    }
  }

  /// The records as JSON, each with its line, and the fault.
  private func read(_ bytes: [UInt8], part: Int = 1 << 20) -> [String] {
    var lines: [String] = []
    let file = YAMLFile(Parts(bytes, size: part), path: "t") { node, place in
      lines.append("\(place.line): \(JSONText.text(node, as: .json) ?? "")")
    }
    do {
      while try file.next() {}
    } catch let error as FixtureError {
      lines += error.faults.map(\.description)
    } catch {
      lines.append("\(error)")
    }
    return lines
  }

  private static let texts: [(String, [String])] = [
    ("- a: 1\n  b: [x, 'y']\n-\n  c: {d: e}\n", [#"1: {"a":1,"b":["x","y"]}"#, #"4: {"c":{"d":"e"}}"#]),
    (
      "- {a: NO, b: 01581, c: 1.10, d: -0, e: 1e3, f: .5, g: 0x1F, h: 1_000, i: True, j: 'true', k: true}",
      [
        #"1: {"a":"NO","b":"01581","c":1.10,"d":-0,"e":1e3,"f":".5","g":"0x1F","h":"1_000","i":"True","j":"true","k":true}"#
      ]
    ),
    (
      "- {a: , b: ~, c: null, d: Null, e: NULL, f: 'null', g: \"\", h: nULL}",
      [#"1: {"a":null,"b":null,"c":null,"d":null,"e":null,"f":"null","g":"","h":"nULL"}"#]
    ),
    (
      "- {a: -, b: '1', c: 1., d: 1e, e: +1, f: 00, g: 12:30:45, h: 2024-01-02}",
      [#"1: {"a":"-","b":"1","c":"1.","d":"1e","e":"+1","f":"00","g":"12:30:45","h":"2024-01-02"}"#]
    ),
    (
      "- a: |\n    x\n     y\n\n  b: >-\n    p\n    q\n  c: \"\\u00e9\\n\"\n",
      [#"1: {"a":"x\n y\n","b":"p q","c":"é\n"}"#]
    ),
    (
      "- &base {a: 1, b: 2}\n- <<: *base\n  b: 3\n- *base\n- {'<<': x}\n",
      [#"1: {"a":1,"b":2}"#, #"2: {"b":3,"a":1}"#, #"4: {"a":1,"b":2}"#, #"5: {"<<":"x"}"#]
    ),
    (
      "- x: &x {a: 1, b: 2}\n  y: &y {b: 3, c: 4}\n- {<<: [*x, *y], c: 5}\n- {<<: {a: &s t}, d: *s}\n",
      [#"1: {"x":{"a":1,"b":2},"y":{"b":3,"c":4}}"#, #"3: {"c":5,"a":1,"b":2}"#, #"4: {"d":"t","a":"t"}"#]
    ),
    ("- {&k a: 1, b: *k, *k : 2}\n", ["t:1:20: record 1, field 'a': duplicate key"]),
    ("- {a: &k 1.0, *k : *k, &n : x, c: *n}\n", [#"1: {"a":1.0,"1.0":1.0,"":"x","c":null}"#]),
    (
      "- {a: &k [], *k : 2}\n",
      ["t:1:14: record 1: found a key that is not a scalar; expected a string as key"]
    ),
    ("%YAML 1.1\n---\n# none\n[]\n...\n", []), ("[a, 1, [b]]", [#"1: "a""#, "1: 1", #"1: ["b"]"#]),
    ("", ["t:1:1: found an empty file; expected a list of mappings"]),
    ("# nothing\n", ["t:2:1: found an empty file; expected a list of mappings"]),
    ("a:\n  b: 1\n", ["t:1:1: found a mapping; expected a list of mappings"]),
    ("text", ["t:1:1: found a scalar; expected a list of mappings"]),
    (
      "- a: 1\n---\n- b: 2\n",
      [#"1: {"a":1}"#, "t:2:1: record 1: found a second document; expected one document in a file"]
    ),
    ("- a: 1\n  b: 2\n  a: 3\n", ["t:3:3: record 1, field 'a': duplicate key"]),
    (
      "- a: 1\n- b: !!str 2\n",
      [
        #"1: {"a":1}"#,
        "t:2:6: record 2: found the tag tag:yaml.org,2002:str; expected no tag: the type of the column decides how a value is read",
      ]
    ),
    (
      "- !ruby/object:User {}\n",
      [
        "t:1:3: record 1: found the tag !ruby/object:User; expected no tag: the type of the column decides how a value is read"
      ]
    ),
    ("- {? [a] : b}\n", ["t:1:6: record 1: found a key that is not a scalar; expected a string as key"]),
    ("- a: *x\n", ["t:1:6: record 1: found the alias *x; expected an alias of a value above it"]),
    ("- &x [*x]\n", ["t:1:7: record 1: found the alias *x; expected an alias of a value above it"]),
    ("- {<<: 1}\n", ["t:1:8: record 1, field '<<': found number 1; expected a mapping, or a list of them"]),
    ("- a: \"x\\0\"\n", ["t:1:6: record 1: found the character NUL; expected a string without it"]),
    (
      "- a: 1\n b: 2\n",
      [
        #"1: {"a":1}"#,
        "t:2:2: found invalid YAML: did not find expected '-' indicator (while parsing a block collection); expected YAML",
      ]
    ),
    (
      "- a: b: c\n",
      ["t:1:7: found invalid YAML: mapping values are not allowed in this context; expected YAML"]
    ),
    (
      "- <%= 1 %>\n- a: `x`\n",
      [
        #"1: "<%= 1 %>""#,
        "t:2:6: found invalid YAML: found character that cannot start any token (while scanning for the next token); expected YAML",
      ]
    ),
    ("- a: \u{1}\n", ["t: found a control character at byte 5; expected UTF-8 text"]),
  ]

  @Test("is read as a list of records with text", arguments: texts.indices)
  func records(_ index: Int) {
    let (text, expected) = Self.texts[index]
    for part in [1, 3, 1 << 20] {
      let found = read(Array(text.utf8), part: part)
      #expect(found == expected, "\(found)")
    }
  }

  @Test("that is not UTF-8 is rejected at its byte")
  func encoding() {
    #expect(
      read(Array("- a\n- \u{E9}".utf8) + [0xE9]) == [
        #"1: "a""#, "t: found bytes that are not UTF-8 at byte 8; expected UTF-8 text",
      ])
    #expect(read([0xFF, 0xFE, 0x2D, 0]) == ["t:1: found UTF-16 at byte 0; expected a UTF-8 file"])
    #expect(read(Array("\u{FEFF}- a\n".utf8)) == [#"1: "a""#])
  }

  @Test("that needs too much memory is rejected")
  func limits() {
    let tooLarge = "found a record of more than 33554432 bytes, counting 32 more for each value and each key"
    // Each line repeats the one above ten times.
    let laughs =
      "- &a [ha, ha]\n"
      + zip("abcdefgh", "bcdefghi").map { old, new in
        "- &\(new) [" + (0..<10).map { _ in "*\(old)" }.joined(separator: ", ") + "]\n"
      }.joined()
    #expect(read(Array(laughs.utf8)).last?.contains(tooLarge) == true)
    let deep = String(repeating: "[", count: 1_000)
    #expect(
      read(Array(deep.utf8)) == [
        "t:1:130: record 1: found more than 128 levels of nesting; expected at most 128 levels"
      ])
    let long = Array("- \"".utf8) + [UInt8](repeating: 0x61, count: 40 << 20)
    #expect(read(long).last?.contains(tooLarge) == true)
    #expect(
      read(Array("- ".utf8) + [UInt8](repeating: 0x61, count: 40 << 20)).last?.contains(tooLarge) == true)
    let anchors = (0..<4_000).map { "- &a\($0) \(String(repeating: "x", count: 10_000))\n" }.joined()
    #expect(
      read(Array(anchors.utf8)).last?.contains("more than 33554432 bytes of values with anchors") == true)
  }

  @Test("is decoded by FixtureFile, whose types decide")
  func decoding() throws {
    struct Row: Decodable, Equatable {
      let zip: String
      let count: Int?
      let isOpen: Bool
      let tags: [String]
    }
    let text =
      "- {zip: 12345, count: 7, isOpen: true, tags: [1.10, NO]}\n- {zip: 01581, count: ~, isOpen: false, tags: []}\n"
    #expect(
      try FixtureFile(name: "t.yml", bytes: Array(text.utf8)).decode([Row].self) == [
        Row(zip: "12345", count: 7, isOpen: true, tags: ["1.10", "NO"]),
        Row(zip: "01581", count: nil, isOpen: false, tags: []),
      ])
  }

  static let cases = [deliveries, types, children]

  /// Real data of Juice Shop, among others.
  static let deliveries = AwkwardCase(
    "deliveries in YAML",
    sql: "CREATE TABLE delivery (name text PRIMARY KEY, price numeric, eta int)",
    tables: #"{table: "delivery", files: "deliveries.yml", key: "name"}"#,
    files: ["deliveries.yml": "- name: Overnight\n  price: 1.25\n  eta: 1.0\n- name: 'NO'\n  price: 0.50\n"],
    query: "SELECT ARRAY[name, price::text, eta::text] FROM delivery ORDER BY name",
    rows: ["NO│0.50│∅", "Overnight│1.25│1"],
    edit: .init(file: "deliveries.yml", old: "1.25", new: "1.26"), edited: "Overnight│1.26│1")

  static let types = AwkwardCase(
    "YAML for columns of many types",
    sql:
      "CREATE TABLE t (id int PRIMARY KEY, a text, b jsonb, c int[], d date, e boolean, f numeric, g bytea, n text DEFAULT 'x')",
    tables:
      #"{table: "t", files: "t.conf", format: "yaml", key: "id", decimal: ",", thousands: ".", dateFormat: "DD.MM.YYYY"}"#,
    files: [
      "t.conf": """
      # A comment
      - &first
        id: 1
        a: 2024-01-02
        b: {x: [1, 1.50, "1", NO, true, ~], y: 01}
        c: [1, 2]
        d: 3.2.2024
        e: yes
        f: 1.199
        g: "\\\\x1f8b"
      - <<: *first
        id: 2
        a: NO
        e: off
        f: 1.199,50
        n: ~

      """
    ],
    query:
      "SELECT ARRAY[id::text, a, b::text, c::text, d::text, e::text, f::text, g::text, n] FROM t ORDER BY id",
    rows: [
      "1│2024-01-02│{\"x\": [1, 1.50, \"1\", \"NO\", true, null], \"y\": \"01\"}│{1,2}│2024-02-03│true│1199│\\x1f8b│x",
      "2│NO│{\"x\": [1, 1.50, \"1\", \"NO\", true, null], \"y\": \"01\"}│{1,2}│2024-02-03│false│1199.50│\\x1f8b│∅",
    ],
    edit: .init(file: "t.conf", old: "a: NO", new: "a: No"),
    edited:
      "2│No│{\"x\": [1, 1.50, \"1\", \"NO\", true, null], \"y\": \"01\"}│{1,2}│2024-02-03│false│1199.50│\\x1f8b│∅"
  )

  static let children = AwkwardCase(
    "children in YAML, and an overlay",
    sql:
      "CREATE TABLE article (sku text PRIMARY KEY, title text); CREATE TABLE article_tag (sku text NOT NULL REFERENCES article, tag text NOT NULL, PRIMARY KEY (sku, tag))",
    tables:
      #"{table: "article", files: "articles.yaml", key: "sku", children: [{table: "article_tag", field: "tags", parent: "sku", key: ["sku", "tag"], split: ",", columns: {tag: "$value"}}]}"#,
    files: [
      "articles.yaml": "- sku: 0123\n  title: one\n  tags: [tea, NO]\n- sku: K\n  tags: coffee, espresso\n",
      "articles.test.yaml": "- sku: 0123\n  title: test\n",
    ],
    query:
      "SELECT ARRAY[sku, title, string_agg(tag, '+' ORDER BY tag)] FROM article JOIN article_tag USING (sku) GROUP BY sku ORDER BY sku",
    rows: ["0123│test│NO+tea", "K│∅│coffee+espresso"],
    edit: .init(file: "articles.test.yaml", old: "test", new: "TEST"), edited: "0123│TEST│NO+tea")

  @Test(
    "is loaded exactly; a second run writes nothing, and one edited cell is one update", arguments: cases,
    [nil, 16])
  func loads(_ example: AwkwardCase, _ major: Int?) async throws { try await example.check(on: major) }

  @Test("has faults with file, line, record and field")
  func faults() async throws {
    try await SeederFolder.with(
      "CREATE TABLE t (id int PRIMARY KEY, a text, d date)",
      tables: #"{table: "t", files: "t.yml", key: "id"}"#,
      files: ["t.yml": "- id: x\n- id: 2\n  a: {b: c}\n- 7\n- id: 3\n  d: 1/2/24\n"]
    ) { folder in
      let found = try await folder.faults()
      #expect(
        found == [
          "t.yml:3: record 2, field 'a': found an object; expected a value of type text",
          "t.yml:4: record 3: found number 7; expected an object",
          "t.yml:6: record 4, field 'd': found '1/2/24'; expected a date as YYYY-MM-DD, because the order of day, month and year is ambiguous",
          "t.yml:1: record 1, field 'id': found 'x'; expected a value of type integer (invalid input syntax for type integer: \"x\")",
        ])
    }
  }
}
