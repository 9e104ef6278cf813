import Testing

@testable import SeedKit

@Suite("Keys compared by the linter")
struct KeyInspectionTests {
  private func faults(_ tables: String, _ files: [String: String]) async throws -> [String] {
    try await OfflineFaults.find(tables, files.mapValues { Array($0.utf8) })
  }

  private static let one = #"{table: "t", files: "FILES", key: "id"}"#
  private static let two =
    #"{table: "t", files: "a.csv", key: "id"}, {table: "t", files: "b.json", key: "id"}"#

  private static let twice: [(tables: String, files: [String: String], expected: [String])] = [
    (
      one.replacing("FILES", with: "t.csv"), ["t.csv": "id,a\n1,x\n2,y\n1,z\n"],
      ["t.csv:4: record 3: duplicate key \"1\" (first in record 1)"]
    ),
    (
      one.replacing("FILES", with: "t.json"), ["t.json": "[{\"id\": \"\\u0061\"},\n{\"id\": \"a\"}]"],
      ["t.json:2: record 2: duplicate key \"a\" (first in record 1)"]
    ),
    (
      one.replacing("FILES", with: "t.jsonl"),
      ["t.jsonl": "{\"id\": 7}\n{\"id\": 8}\n{\"id\": 7}\n{\"id\": 7}\n"],
      [
        "t.jsonl:3: record 3: duplicate key \"7\" (first in record 1)",
        "t.jsonl:4: record 4: duplicate key \"7\" (first in record 1)",
      ]
    ),
    (
      #"{table: "t", files: ["a.csv", "b.json"], key: "id"}"#,
      ["a.csv": "id\n1\n", "b.json": #"[{"id": 1}]"#],
      ["b.json:1: record 1: duplicate key \"1\" (first in a.csv:2: record 1)"]
    ),
    (
      #"{table: "t", files: "t.csv", key: ["x", "y"], columns: {x: "Ex"}}"#,
      ["t.csv": "Ex,y\na,bc\nab,c\na,bc\n"],
      ["t.csv:4: record 3: duplicate key \"{a,bc}\" (first in record 1)"]
    ),
    (
      #"{table: "t", files: "t.json", key: "id", children: [{table: "k", field: "kids", parent: "t_id", key: ["t_id", "n"], columns: {n: "$value"}}]}"#,
      ["t.json": #"[{"id": 1, "kids": ["a", "b"]}, {"id": 2, "kids": ["a", "a"]}]"#],
      ["t.json:1: record 2, field 'kids[2]': duplicate key \"{2,a}\" (first in record 2, field 'kids[1]')"]
    ),
    (
      one.replacing("FILES", with: "t.csv"), ["t.csv": "id\n1\n", "t.dev.csv": "id\n1\n2\n2\n"],
      ["t.dev.csv:4: record 3: duplicate key \"2\" (first in record 2)"]
    ),
    (
      #"{table: "t", files: "t.csv",\#n key: ["sku", "shop"]}"#, ["t.csv": "price,shop\n1,x\n"],
      [
        "seeder.json:2: field 'key': found the key column 'sku', which no field fills; expected a column that a field fills"
      ]
    ),
    (
      one.replacing("FILES", with: "t.jsonl"), ["t.jsonl": #"{"name": "x"}"#],
      [
        "seeder.json:1: field 'key': found the key column 'id', which no field fills; expected a column that a field fills"
      ]
    ),
    (
      #"{table: "t", files: "t.json", key: "id", children: [{table: "k", field: "kids", parent: "t_id", key: ["t_id", "n"]}]}"#,
      ["t.json": #"[{"id": 1, "kids": [{"m": 1}]}]"#],
      [
        "seeder.json:1: field 'key': found the key column 'n', which no field fills; expected a column that a field fills"
      ]
    ),
    (
      one.replacing("FILES", with: "t.csv"), ["t.csv": "id;price\n1;1,50\n2;2,50\n"],
      [
        "t.csv:1: found no ',' but 1 ';' in the header; expected \"delimiter\": \";\" next to \"files\" in seeder.json"
      ]
    ),
    (
      two, ["a.csv": "id,a\n1,Oslo\n", "b.json": #"[{"id": 1, "a": "Bergen"}]"#],
      [
        "b.json:1: record 1, field 'a': found a different value for the key '1' than in a.csv:2: record 1; expected the same value, or one record for the row"
      ]
    ),
    (
      two, ["a.csv": "id,a,n\n1,,12\n", "b.json": #"[{"id": 1, "a": "x", "n": 13}]"#],
      [
        "b.json:1: record 1, field 'a, n': found a different value for the key '1' than in a.csv:2: record 1; expected the same value, or one record for the row"
      ]
    ),
    (
      #"{table: "t", files: "a.csv", key: "id"},\#n {table: "t", files: "b.json", key: "id", policy: "sync"}"#,
      ["a.csv": "id\n1\n", "b.json": #"[{"id": 2}]"#],
      [
        "seeder.json:2: field 'table': found the table t with a different key, policy, onDrift or touch than in line 1; expected the same in all entries for a table"
      ]
    ),
  ]

  @Test("are reported with both places if they are duplicates", arguments: twice.indices)
  func reported(_ index: Int) async throws {
    let example = Self.twice[index]
    let found = try await faults(example.tables, example.files)
    #expect(found == example.expected, "\(found.joined(separator: "\n"))")
  }

  /// A run accepts all of these.
  private static let once: [(tables: String, files: [String: String])] = [
    (
      one.replacing("FILES", with: "t.csv"),
      ["t.csv": "id\n1\n", "t.dev.csv": "id\n1\n", "t.test.csv": "id\n1\n"]
    ),
    (one.replacing("FILES", with: "t.csv"), ["t.csv": "id\ncaf\u{E9}\ncafe\u{301}\n"]),
    (two, ["a.csv": "id,a\n1,1.0\n", "b.json": #"[{"id": 1, "a": 1}]"#]),
    (two, ["a.csv": "id,a\n1,x\n", "b.json": #"[{"id": 1, "b": "y"}]"#]),
    (two, ["a.csv": "id,a\n1,t\n", "b.json": #"[{"id": 1, "a": "true"}]"#]),
    (two, ["a.csv": "id,a\n1,1000\n", "b.json": #"[{"id": 1, "a": "100000"}]"#]),
    (
      #"{table: "t", files: "t.json", key: "id", children: [{table: "k", field: "kids", parent: "t_id", key: ["t_id", "n"], columns: {n: "$position", a: "$value"}}]}"#,
      ["t.json": #"[{"id": 1, "kids": ["a", "a"]}, {"id": 2, "kids": ["a"]}]"#]
    ),
  ]

  @Test(
    "are accepted if a run could treat them as the same row or as different rows", arguments: once.indices)
  func accepted(_ index: Int) async throws {
    let found = try await faults(Self.once[index].tables, Self.once[index].files)
    #expect(found.isEmpty, "\(found.joined(separator: "\n"))")
  }
}
