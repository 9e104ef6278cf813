import FoundationEssentials
import SeedTesting
import Testing

@testable import SeedKit

@Suite("Data files without a database")
struct RecordLimitTests {
  private func definition(_ file: String) -> String {
    #"""
    {id: "a", summary: "s", tables: [{table: "t", files: "\#(file)", key: "id",
      children: [{table: "k", field: "kids", parent: "t_id", key: ["t_id", "n"]}]}]}
    """#
  }

  private func faults(_ file: String, _ text: String) async throws -> [String] {
    try await TemporaryFolder.with { folder in
      try Data(definition(file).utf8).write(to: URL(filePath: "\(folder.path)/seeder.json"))
      try Data(text.utf8).write(to: URL(filePath: "\(folder.path)/\(file)"))
      do {
        _ = try DeclarativeSeeder(directory: folder.path).validate(FixtureStore(files: [:]))
        return []
      } catch let error as FixtureError {
        return error.faults.map { $0.description.replacing("\(folder.path)/", with: "") }
      }
    }
  }

  private static let tooLarge =
    "found more than 33554432 bytes, counting 32 more for each value and each key; expected a smaller record"

  private static let examples: [(file: String, text: String, expected: [String])] = [
    ("t.csv", "id,a\n1,x\n", []),
    ("t.csv", "id,a\n1\n2,x\n", ["t.csv:2: record 1: found 1 field; expected 2, as in the header"]),
    (
      "t.csv", "id,a\n1,x\n\n2,y\n",
      [
        "t.csv:3: found an empty line; expected 2 fields, or \"allow\": [\"blank-lines\"] next to \"files\" in seeder.json"
      ]
    ),
    (
      "t.csv", "id,a,a,\n",
      [
        "t.csv:1: field 'a': duplicate field name",
        "t.csv:1: found an empty name for field 4; expected a name, \"\" under 'ignore', or \"allow\": [\"trailing-delimiter\"] next to \"files\" in seeder.json",
      ]
    ),
    (
      "t.csv", "id,a\r1,x\r",
      [
        "t.csv:1: found lines that end with a carriage return only; expected lines that end with LF or CRLF, or \"allow\": [\"carriage-returns\"] next to \"files\" in seeder.json"
      ]
    ),
    (
      "t.csv", "# tools\nid,a\n",
      [
        "t.csv:1: found a comment; expected the field names, or \"comment\": \"#\" next to \"files\" in seeder.json"
      ]
    ),
    (
      "t.csv", "id,kids\n1,x\n",
      [
        "t.csv:1: field 'kids': found a field of 'children': CSV has no arrays; expected the key 'split' under 'children', or arrays in a .json or .jsonl file"
      ]
    ),
    (
      "t.csv", "id,a\n1,{ \"rate\": null }\n",
      [
        "t.csv:2: record 1, field 'a': found a quote in an unquoted field; expected the whole field in quotes, with inner quotes doubled, or \"allow\": [\"bare-quotes\"] next to \"files\" in seeder.json"
      ]
    ),
    (
      "t.json", "[{\"id\": 1},\n 7, {\"id\": 2, \"kids\": 3}]",
      [
        "t.json:2: record 2: found number 7; expected an object",
        "t.json:2: record 3, field 'kids': found number 3; expected an array",
      ]
    ),
    ("t.json", "[{\"id\": 1}\n {\"id\": 2}]", ["t.json:2:2: record 1: found '{'; expected ',' or ']'"]),
    (
      "t.json", "[{\"id\": 1, \"kids\": [{\"n\": \"a\\u0000\"}]}]",
      [
        "t.json:1:29: record 1, field 'kids[1].n': found the character NUL; expected a string without it; PostgreSQL cannot store NUL in a string"
      ]
    ),
    ("t.json", "7", ["t.json:1: found number 7; expected a list: an array of objects"]),
    (
      "t.csv", "id" + String(repeating: ",", count: 100_001),
      ["found more than 100000 fields in a record; expected at most 100000"]
    ),
    ("t.json", "[{\"id\": [" + String(repeating: "1,", count: 1_000_000) + "1]}]", [tooLarge]),
    ("t.json", "[{\"id\": [" + String(repeating: "{\"a\":1},", count: 400_000) + "1]}]", [tooLarge]),
    (
      "t.jsonl", "{\"id\": \"" + String(repeating: "x", count: 33_554_430) + "\"}",
      ["a line of more than 33554432 bytes"]
    ),
    (
      "t.json", "[{\"id\": \"" + String(repeating: "x", count: 33_554_430) + "\"}]",
      ["a record of more than 33554432 bytes"]
    ),
    ("t.csv", "id\n" + String(repeating: "x", count: 33_554_433), ["a record of more than 33554432 bytes"]),
  ]

  @Test("have the same faults as in a run", arguments: examples.indices)
  func judged(_ index: Int) async throws {
    let (file, text, expected) = Self.examples[index]
    let found = try await faults(file, text)
    if text.count > 1_000 {
      #expect(found.count == 1 && found[0].contains(expected[0]), "\(found)")
    } else {
      #expect(found == expected)
    }
  }

  @Test("report a pattern without a file")
  func pattern() async throws {
    let found = try await faults("d*.csv", "id\n")
    #expect(found.isEmpty, "a file may have such a name")
    try await TemporaryFolder.with { folder in
      try Data(definition("d/*.csv").utf8).write(to: URL(filePath: "\(folder.path)/seeder.json"))
      let error = #expect(throws: FixtureError.self) {
        _ = try DeclarativeSeeder(directory: folder.path).validate(FixtureStore(files: [:]))
      }
      #expect(error?.faults.map(\.expected) == ["a pattern with at least one file"])
    }
  }

  @Test("are no longer read when the run is cancelled", arguments: ["t.csv", "t.json", "t.jsonl"])
  func cancelled(_ file: String) async throws {
    try await TemporaryFolder.with { folder in
      let text = file == "t.csv" ? "id\n1\n" : file == "t.json" ? "[{\"id\": 1}]" : "{\"id\": 1}"
      try Data(text.utf8).write(to: URL(filePath: "\(folder.path)/\(file)"))
      let definition = try DefinitionReader.read(Array(definition(file).utf8), path: "seeder.json")
      let path = folder.path
      let reading = Task {
        withUnsafeCurrentTask { $0?.cancel() }
        let reader = RecordReader(
          load: try .offline(definition.tables[0]), folder: .directory(path: path, watch: nil),
          faults: FaultCollector())
        _ = try await reader.read(file, number: 0, pause: {})
      }
      await #expect(throws: CancellationError.self) { try await reading.value }
    }
  }

  @Test("are no longer parsed inside a large value when the run is cancelled")
  func cancelledParsing() async {
    let parsing = Task {
      withUnsafeCurrentTask { $0?.cancel() }
      _ = try JSONParser.parse(Array(("[" + String(repeating: "1,", count: 10_000) + "1]").utf8))
    }
    await #expect(throws: CancellationError.self) { try await parsing.value }
  }

  @Test("report the number of faults if not all are listed", arguments: ["t.csv", "t.json", "t.jsonl"])
  func totals(_ file: String) async throws {
    let records =
      file == "t.csv"
      ? "id,a\n" + String(repeating: "1\n", count: 3_000)
      : String(repeating: "{\"id\": 1}\n", count: 3_001)
    let text =
      file == "t.json" ? "[" + records.dropLast().replacing("\n", with: ",\n") + "]" : records
    try await TemporaryFolder.with { folder in
      try folder.write(definition(file), to: "seeder.json")
      try folder.write(text, to: file)
      let report = Linter.run(
        [RegisteredSeeder(try DeclarativeSeeder(directory: folder.path))], alongside: [],
        fixtures: FixtureStore(files: [:]))
      let entry = try #require(report.seeders.first)
      #expect(entry.findings.count == 200)
      #expect(entry.total == 3_000)
      #expect(entry.findings.allSatisfy { $0.record != nil }, "each one is a fault of a record")
    }
  }
}
