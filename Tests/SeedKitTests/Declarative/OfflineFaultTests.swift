import FoundationEssentials
import SeedTesting
import Testing

@testable import SeedKit

enum OfflineFaults {
  /// The faults that the linter finds in a seeder's folder.
  static func find(_ tables: String, _ files: [String: [UInt8]]) async throws -> [String] {
    try await TemporaryFolder.with { folder in
      try folder.write(#"{id: "a", summary: "s", tables: [\#(tables)]}"#, to: "seeder.json")
      for (name, bytes) in files { try Data(bytes).write(to: URL(filePath: "\(folder.path)/\(name)")) }
      do {
        _ = try DeclarativeSeeder(directory: folder.path).validate(FixtureStore(files: [:]))
        return []
      } catch let error as FixtureError {
        return error.faults.map { $0.description.replacing("\(folder.path)/", with: "") }
      }
    }
  }
}

@Suite("Faults that a linter finds without a database")
struct OfflineFaultTests {
  private static func csv(_ text: String, _ more: [UInt8] = []) -> [String: [UInt8]] {
    ["t.csv": Array(text.utf8) + more]
  }

  private static let table = #"{table: "t", files: "t.csv", key: "id"}"#
  private static let bytes: [(files: [String: [UInt8]], expected: [String])] = [
    (
      csv("id,a\n1,caf", [0xE9, 0x0A]),
      [
        "t.csv:2: record 1, field 'a': found bytes that are not UTF-8; expected UTF-8 text, or \"encoding\" next to \"files\" in seeder.json"
      ]
    ),
    (
      csv("id,a\n1,x\n2,", [0xED, 0xA0, 0x80]),
      [
        "t.csv:3: record 2, field 'a': found bytes that are not UTF-8; expected UTF-8 text, or \"encoding\" next to \"files\" in seeder.json"
      ]
    ),
    (
      csv("id,a\n1,x\0\n"), ["t.csv:2: record 1, field 'a': found a NUL character; expected UTF-8 text"]
    ),
    (
      ["t.csv": [0x69, 0x64, 0x2C, 0xE9, 0x0A, 0x31, 0x2C, 0x31]],
      [
        "t.csv:1: field '\u{FFFD}': found a name with bytes that are not UTF-8; expected a UTF-8 file, or \"encoding\" next to \"files\" in seeder.json"
      ]
    ),
  ]

  @Test("include CSV bytes that are not UTF-8", arguments: bytes.indices)
  func encoding(_ index: Int) async throws {
    let example = Self.bytes[index]
    #expect(try await OfflineFaults.find(Self.table, example.files) == example.expected)
  }

  @Test("do not include ignored fields", arguments: [#"["a"]"#, #"["*"]"#])
  func ignored(_ names: String) async throws {
    let faults = try await OfflineFaults.find(
      #"{table: "t", files: "t.csv", key: "id", columns: {id: "id"}, ignore: \#(names)}"#,
      Self.csv("id,a\n1,caf", [0xE9, 0x0A]))
    #expect(faults == [])
  }

  private static let nulls: [(tables: String, file: String, text: String, expected: String)] = [
    (table, "t.csv", "id,a\n1,x\n,y\n", "t.csv:3: record 2, field 'id'"),
    (
      #"{table: "t", files: "t.csv", key: "id", null: "NULL", columns: {id: "No"}}"#, "t.csv", "No\nNULL\n",
      "t.csv:2: record 1, field 'No'"
    ),
  ]

  @Test("include keys that are NULL", arguments: nulls.indices)
  func null(_ index: Int) async throws {
    let example = Self.nulls[index]
    let faults = try await OfflineFaults.find(example.tables, [example.file: Array(example.text.utf8)])
    #expect(faults == ["\(example.expected) is missing; expected a value, because it is part of the key"])
  }

  @Test("do not include NULL in a key of several columns, which an index may allow")
  func partsThatAreNull() async throws {
    let text = #"[{"x": 1, "y": null, "z": 1}, {"x": 1, "y": "NULL", "z": 1}, {"x": 1, "y": null, "z": 2}]"#
    let faults = try await OfflineFaults.find(
      #"{table: "t", files: "t.json", key: ["x", "y"]}"#, ["t.json": Array(text.utf8)])
    #expect(faults == ["t.json:1: record 3: duplicate key \"{1,NULL}\" (first in record 1)"])
  }

  @Test("include '$value' and '$position' outside 'children'", arguments: ["$value", "$position"])
  func element(_ field: String) async throws {
    let columns = [
      #"{a: "\#(field)"}"#, #"{a: {field: "\#(field)"}}"#,
      #"{a: {field: "\#(field)", references: {table: "u", key: "k"}}}"#,
    ]
    for columns in columns {
      let faults = try await OfflineFaults.find(
        #"{table: "t", files: "t.csv", key: "id", columns: \#(columns)}"#, Self.csv("id,a\n1,x\n"))
      #expect(
        faults == [
          "seeder.json:1: field 'a': found '\(field)' outside 'children'; expected the name of a field: only the elements of an array have '\(field)'"
        ])
    }
  }

  @Test("include other fields with a dollar sign that are in no record")
  func dollar() async throws {
    let faults = try await OfflineFaults.find(
      #"{table: "t", files: "t.csv", key: "id", columns: {a: "$price"}}"#, Self.csv("id,$prize\n1,x\n"))
    #expect(faults.count == 1)
    #expect(faults.first?.contains("found the field '$price', which no record has") == true)
  }
}
