import FoundationEssentials
import Testing

@testable import SeedKit

/// Compares `seeder.schema.json` with the reader of definitions. `Scripts/lint` tests the schema with the same
/// cases.
@Suite("The JSON Schema of seeder.json")
struct DefinitionSchemaTests {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent()

  private static func json(_ path: String) throws -> JSONNode {
    try JSONParser.parse([UInt8](Data(contentsOf: folder.appending(path: path))))
  }

  private static func schema() throws -> JSONNode {
    try json("../../Sources/Seeding/SeedKit/Declarative/Definition/seeder.schema.json")
  }

  private static func read(_ definition: JSONNode) throws {
    let text = try #require(JSONText.text(definition, as: .json))
    _ = try DefinitionReader.read([UInt8](text.utf8), path: "seeder.json")
  }

  @Test("accepts and rejects the same definitions as the reader")
  func cases() throws {
    for node in try #require(try Self.json("Definitions/cases.json").elements) {
      let name = try #require(node["name"]?.text)
      guard case .bool(let isAccepted)? = node["isAccepted"]?.value else {
        Issue.record("\(name): no isAccepted")
        continue
      }
      let definition = try #require(node["definition"])
      do {
        try Self.read(definition)
        #expect(isAccepted, "\(name)")
      } catch let error as FixtureError {
        #expect(!isAccepted, "\(name): \(error)")
      }
    }
  }

  @Test("has only valid examples")
  func examples() throws {
    for example in try #require(try Self.schema()["examples"]?.elements) { try Self.read(example) }
  }

  /// The reader lists the known keys when it finds an unknown one.
  @Test(
    "has the same keys as the reader",
    arguments: [
      ("", #"{"xxxxxxxxxx": 1}"#),
      ("table", #"{"tables": [{"files": "a.csv", "xxxxxxxxxx": 1}]}"#),
      ("model", #"{"tables": [{"format": "rails", "files": "a.yml", "models": {"a": {"xxxxxxxxxx": 1}}}]}"#),
      ("generate", #"{"tables": [{"table": "t", "generate": {"rows": 1, "xxxxxxxxxx": 1}}]}"#),
      ("child", #"{"tables": [{"children": [{"field": "a", "parent": "b", "xxxxxxxxxx": 1}]}]}"#),
      ("column", #"{"tables": [{"columns": {"a": {"xxxxxxxxxx": 1}}}]}"#),
      ("keyReference", #"{"tables": [{"columns": {"a": {"references": {"key": [{"xxxxxxxxxx": 1}]}}}}]}"#),
      ("reference", #"{"tables": [{"columns": {"a": {"references": {"xxxxxxxxxx": 1}}}}]}"#),
    ])
  func keys(place: String, definition: String) throws {
    let error = #expect(throws: FixtureError.self) {
      _ = try DefinitionReader.read([UInt8](definition.utf8), path: "seeder.json")
    }
    let fault = try #require(error?.faults.first { $0.field == "xxxxxxxxxx" })
    let schema = try Self.schema()
    let object = try #require(place.isEmpty ? schema : schema["$defs"]?[place])
    let named = try #require(object["properties"]?.keys).sorted()
    #expect(fault.expected == "one of " + named.joined(separator: ", "))
  }
}

extension JSONNode {
  fileprivate subscript(key: String) -> JSONNode? {
    guard case .object(let members) = value else { return nil }
    return members.first { $0.key == key }?.value
  }

  fileprivate var keys: [String]? {
    guard case .object(let members) = value else { return nil }
    return members.map(\.key)
  }

  fileprivate var elements: [JSONNode]? {
    guard case .array(let elements) = value else { return nil }
    return elements
  }

  fileprivate var text: String? {
    guard case .string(let text) = value else { return nil }
    return text
  }
}
