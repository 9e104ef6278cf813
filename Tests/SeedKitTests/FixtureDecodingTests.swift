import FoundationEssentials
import SeedKit
import Testing

@Suite("Decoding a fixture")
struct FixtureDecodingTests {
  private struct Place: Decodable, Equatable {
    enum Kind: String, Decodable, CaseIterable {
      case town, city
    }

    struct Address: Decodable, Equatable {
      let street: String
      let lines: [String]
    }

    let name: String
    var kind = Kind.town
    var people: Int16?
    var isCapital: Bool?
    var area: Double?
    var address: Address?
    var founded: Date?
    var id: UUID?
    var seal: Data?
    var tags: [String: Int]?

    enum CodingKeys: String, CodingKey {
      case name, kind, people, area, address, founded, id, seal, tags
      case isCapital = "is_capital"
    }
  }

  private func decode<Value: Decodable>(
    _ text: String, _ name: String = "p.json", as type: Value.Type = Place.self
  ) throws -> [Value] {
    try FixtureFile(name: name, bytes: Array(text.utf8)).decode([Value].self)
  }

  private func faults<Value: Decodable>(
    _ text: String, _ name: String = "p.json", as type: Value.Type = Place.self
  ) -> [String] {
    let error = #expect(throws: FixtureError.self) { _ = try decode(text, name, as: type) }
    return (error?.faults ?? []).map { "\($0.description.dropFirst("Seeders/\(name):".count))" }
  }

  @Test("gives values of every type from each format")
  func values() throws {
    let id = "0B5F4A2E-6A36-4F3C-9D05-0D1D7C9B6D0F"
    let oslo = try decode(
      """
      [{"name": "Oslo", "kind": "city", "people": 700, "is_capital": true, "area": 1e2, "id": "\(id)",
        "address": {"street": "S", "lines": ["a", "b"]}, "founded": "1970-01-02", "seal": "AQI=", "tags": {"a": 1}},
       {"name": "Moss", "kind": "town", "people": null}]
      """)
    #expect(
      oslo == [
        Place(
          name: "Oslo", kind: .city, people: 700, isCapital: true, area: 100,
          address: .init(street: "S", lines: ["a", "b"]), founded: Date(timeIntervalSince1970: 86_400),
          id: UUID(uuidString: id), seal: Data([1, 2]), tags: ["a": 1]), Place(name: "Moss", kind: .town),
      ])
    let lines = try decode(
      "{\"name\": \"Oslo\", \"kind\": \"city\"}\n\n{\"name\": \"Moss\", \"kind\": \"town\"}", "p.jsonl")
    #expect(lines.map(\.name) == ["Oslo", "Moss"])
    let csv = try decode("name,kind,people,is_capital,area\n1,city,7,t,2.5\n\"\",town,,,\n", "p.csv")
    #expect(
      csv == [
        Place(name: "1", kind: .city, people: 7, isCapital: true, area: 2.5), Place(name: "", kind: .town),
      ])
  }

  @Test("reports every fault of every record at once, with line, record and path")
  func allFaults() {
    let found = faults(
      """
      [
        {"name": 12, "kind": "village", "people": 40000, "is_capital": "yes", "area": 1e400},
        {"nmae": "a", "kind": "city", "address": {"street": null, "lines": ["a", 2], "lines2": []}},
        {"name": "a", "kind": "city", "founded": "yesterday", "id": "x", "seal": "?", "people": 1.5},
        "text",
        {"name": "b", "kind": "city", "address": 7, "tags": {"x": "y"}}
      ]
      """)
    #expect(
      found == [
        "2: record 1, field 'name': found number 12; expected a string",
        "2: record 1, field 'kind': found 'village'; expected one of town, city",
        "2: record 1, field 'people': found number 40000; expected a whole number from -32768 to 32767",
        "2: record 1, field 'area': found number 1e400; expected a number",
        "2: record 1, field 'is_capital': found a string; expected true or false",
        "3: record 2, field 'name' is missing; expected a string",
        "3: record 2, field 'address.street': found null; expected a string",
        "3: record 2, field 'address.lines[2]': found number 2; expected a string",
        "3: record 2, field 'nmae': found an unknown field; expected 'name'",
        "3: record 2, field 'address.lines2': found an unknown field; expected 'lines'",
        "4: record 3, field 'people': found number 1.5; expected a whole number from -32768 to 32767",
        "4: record 3, field 'founded': found 'yesterday'; expected a date such as 2026-03-01T12:30:00Z or 2026-03-01",
        "4: record 3, field 'id': found 'x'; expected a UUID",
        "4: record 3, field 'seal': found '?'; expected Base64",
        "5: record 4: found a string; expected an object",
        "6: record 5, field 'address': found number 7; expected an object",
        "6: record 5, field 'tags.x': found a string; expected \("a whole number from \(Int.min) to \(Int.max)")",
      ])
  }

  @Test("reports faults of CSV with line and field")
  func csvFaults() {
    #expect(
      faults("name,kind,people\nOslo,city,many\n,town,70000\n", "p.csv") == [
        "2: record 1, field 'people': found 'many'; expected a whole number from -32768 to 32767",
        "3: record 2, field 'name': found null; expected a string",
        "3: record 2, field 'people': found '70000'; expected a whole number from -32768 to 32767",
      ])
    #expect(
      faults("name,name\na,b\n", "p.csv") == ["1: field 'name': duplicate field"])
  }

  private struct Checked: Decodable {
    let pair: [Int]
    let code: String

    enum CodingKeys: CodingKey {
      case pair, code
    }

    init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: CodingKeys.self)
      var elements = try container.nestedUnkeyedContainer(forKey: .pair)
      pair = [try elements.decode(Int.self), try elements.decode(Int.self)]
      code = try container.decode(String.self, forKey: .code)
      if code.count != 2 {
        throw DecodingError.dataCorruptedError(
          forKey: .code, in: container, debugDescription: "not two letters")
      }
    }
  }

  @Test("reports an error thrown by an initializer, unless the record has other faults")
  func initializers() throws {
    #expect(try decode(#"[{"pair": [1, 2], "code": "NO"}]"#, as: Checked.self).map(\.pair) == [[1, 2]])
    #expect(
      faults(#"[{"pair": [1, 2], "code": "N"}, {"pair": [1], "code": 7}, {}]"#, as: Checked.self) == [
        "1: record 1, field 'code': not two letters",
        "1: record 2, field 'pair[2]' is missing; expected \("a whole number from \(Int.min) to \(Int.max)")",
        "1: record 2, field 'code': found number 7; expected a string",
        "1: record 3, field 'pair' is missing; expected an array",
        "1: record 3, field 'code' is missing; expected a string",
      ])
  }

  @Test("rejects other formats, and a file that is not an array of objects")
  func otherFiles() {
    #expect(
      faults("x", "p.txt").first?.contains("found 'p.txt'; expected a name that ends in .json") == true)
    #expect(faults("{}") == ["1: found an object; expected a list: an array of objects"])
  }
}
