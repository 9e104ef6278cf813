import FoundationEssentials
import Testing

@testable import SeedKit

@Suite("scale-out.json")
struct ScaleOutDeclarationTests {
  private static func json(_ path: String) throws -> JSONNode {
    let folder = URL(filePath: #filePath).deletingLastPathComponent()
    return try JSONParser.parse([UInt8](Data(contentsOf: folder.appending(path: path))))
  }

  private static func schema() throws -> JSONNode {
    try json("../../../Sources/Seeding/SeedKit/ScaleOut/scale-out.schema.json")
  }

  private static func members(_ node: JSONNode?) -> [String: JSONNode] {
    guard case .object(let members)? = node?.value else { return [:] }
    return Dictionary(members.map { ($0.key, $0.value) }, uniquingKeysWith: { first, _ in first })
  }

  private static func elements(_ node: JSONNode?) -> [JSONNode] {
    guard case .array(let elements)? = node?.value else { return [] }
    return elements
  }

  private static func read(_ definition: JSONNode?) throws {
    let text = try #require(definition.flatMap { JSONText.text($0, as: .json) })
    _ = try ScaleOutDeclaration.read([UInt8](text.utf8), path: "scale-out.json")
  }

  private static func faults(_ text: String) throws -> [String] {
    do {
      _ = try ScaleOutDeclaration.read([UInt8](text.utf8), path: "scale-out.json")
      return []
    } catch let error as FixtureError {
      return error.faults.map(\.description)
    }
  }

  @Test("the reader accepts and rejects the same declarations as the schema")
  func cases() throws {
    let cases = Self.elements(try Self.json("../Definitions/scale-out-cases.json"))
    #expect(cases.count > 15)
    for node in cases {
      let members = Self.members(node)
      guard case .string(let name)? = members["name"]?.value,
        case .bool(let isAccepted)? = members["isAccepted"]?.value
      else {
        Issue.record("a case without a name or an outcome")
        continue
      }
      do {
        try Self.read(members["definition"])
        #expect(isAccepted, "\(name)")
      } catch let error as FixtureError {
        #expect(!isAccepted, "\(name): \(error)")
      }
    }
  }

  @Test("the reader accepts the examples of the schema")
  func examples() throws {
    let examples = Self.elements(Self.members(try Self.schema())["examples"])
    #expect(!examples.isEmpty)
    for example in examples { try Self.read(example) }
  }

  @Test("the schema and the reader know the same keys")
  func keys() throws {
    let schema = Self.members(try Self.schema())
    let properties = Self.members(schema["properties"])
    #expect(
      try Self.faults(#"{"reference": ["a"], "xxxxxxxxxx": 1}"#).first?.hasSuffix(
        "expected one of " + properties.keys.sorted().joined(separator: ", ")) == true)
    let table = Self.members(Self.members(properties["distributed"])["items"])
    let names = Self.members(table["properties"]).keys.sorted()
    #expect(
      try Self.faults(#"{"distributed": [{"table": "a", "by": "b", "xxxxxxxxxx": 1}]}"#).first?.hasSuffix(
        "expected one of " + names.joined(separator: ", ")) == true)
  }

  @Test("a table is listed once")
  func twice() throws {
    let faults = try Self.faults(#"{"reference": ["a"], "distributed": [{"table": "a", "by": "id"}]}"#)
    #expect(faults.count == 1)
    #expect(faults.first?.contains("the table 'a' twice") == true)
  }

  @Test(
    "a table follows one without 'with' that is listed before",
    arguments: [
      #"{"distributed": [{"table": "b", "by": "a_id", "with": "a"}, {"table": "a", "by": "id"}]}"#,
      #"{"reference": ["a"], "distributed": [{"table": "b", "by": "a_id", "with": "a"}]}"#,
      #"{"distributed": [{"table": "a", "by": "id"}, {"table": "b", "by": "id", "with": "a"}, {"table": "c", "by": "id", "with": "b"}]}"#,
    ])
  func parent(text: String) throws {
    let faults = try Self.faults(text)
    #expect(faults.count == 1)
    #expect(faults.first?.contains("a table without 'with' that is listed before") == true)
  }
}
