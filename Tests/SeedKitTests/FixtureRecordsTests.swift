import SeedKit
import Testing

@Suite("A fixture of records")
struct FixtureRecordsTests {
  private func read(_ json: String) throws -> [String] {
    let file = FixtureFile(name: "Things/things.json", bytes: Array(json.utf8))
    return try FixtureRecords.read(file, naturalKey: { $0 }) { record, _ in
      _ = record.strings("tags", count: 1...2, expected: "a good tag") { $0 == "bad" ? nil : $0 }
      _ = record.optionalString("note", length: 0...5)
      return record.string("name", length: 1...10)
    }
  }

  private func faults(_ json: String) -> [String] {
    let error = #expect(throws: FixtureError.self) { try read(json) }
    return error?.faults.map(\.description) ?? []
  }

  @Test("is read in order")
  func valid() throws {
    #expect(
      try read(#"[{"name": "a", "tags": ["x"]}, {"name": "b", "tags": ["y"], "note": null}]"#) == ["a", "b"])
    #expect(try read("[]").isEmpty)
  }

  @Test("reports every fault of the file at once, each with its line, record and field")
  func allFaults() {
    let json = """
      [
        {"name": 12, "tags": []},
        {"tags": ["bad", 3], "colour": "red"},
        "text",
        {"name": "a", "tags": ["x"], "note": "too long"},
        {"name": "b", "tags": ["x"]},
        {"name": "b", "tags": ["x"]}
      ]
      """
    let found = faults(json)
    #expect(found.count == 9)
    #expect(found.allSatisfy { $0.hasPrefix("Seeders/Things/things.json:") })
    let expected = [
      ":2: record 1, field 'tags': found 0 elements; expected an array of 1 to 2 strings",
      ":2: record 1, field 'name': found number 12; expected a string of 1 to 10 characters",
      ":3: record 2, field 'tags[1]': found 'bad'; expected a good tag",
      ":3: record 2, field 'tags[2]': found number 3; expected a good tag",
      ":3: record 2, field 'name' is missing; expected a string of 1 to 10 characters",
      ":3: record 2, field 'colour': found an unknown field; expected one of name, note, tags",
      ":4: record 3: found a string; expected an object",
      ":5: record 4, field 'note': found a string of 8 characters; expected a string of 0 to 5 characters",
      ":7: record 6: duplicate key \"b\" (first in record 5)",
    ]
    for text in expected {
      #expect(found.contains { $0.hasSuffix(text) }, "\(text) is not among \(found)")
    }
  }

  @Test("suggests the field that an unknown one resembles")
  func suggestion() {
    let found = faults(#"[{"nmae": "a", "tags": ["x"]}]"#)
    #expect(
      found.contains { $0.hasSuffix("field 'nmae': found an unknown field; expected 'name'") }, "\(found)")
  }

  @Test("that is not JSON reports the line")
  func malformed() {
    let found = faults("[\n  {\"name\": }\n]")
    #expect(found.count == 1)
    #expect(found.first?.hasPrefix("Seeders/Things/things.json:2:12: ") ?? false, "\(found)")
  }

  @Test("that is not an array reports what was found")
  func notAnArray() {
    #expect(faults(#"{"name": "a"}"#).first?.hasSuffix("expected an array of records") ?? false)
  }
}
