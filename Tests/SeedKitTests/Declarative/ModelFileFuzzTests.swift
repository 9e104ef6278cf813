import FoundationEssentials
import Testing

@testable import SeedKit

@Suite("Damaged fixtures of models")
struct ModelFileFuzzTests {
  private static let rails = """
    _fixture: {ignore: [a], model_class: X}
    DEFAULTS: &d
      n: $LABEL
    one: {<<: *d, author: x (Y), tags: "a, b", t: 2024-01-01 00:00:00 +02:00}
    two: {id: 3, list: [1, 2]}
    """
  private static let django = """
    - {model: a.B, pk: 1, fields: {x: [y], m: [[z], [w]]}}
    - {model: a.b, fields: {x: null, m: []}}
    """

  @Test("are records or faults, never a crash")
  func damaged() throws {
    var random = SplitMix(state: 7)
    let rounds = ProcessInfo.processInfo.environment["SEED_TEST_FUZZ"].flatMap(Int.init) ?? 1
    for (format, text) in [("rails", Self.rails), ("django", Self.django)] {
      for _ in 0..<(500 * rounds) {
        var bytes = Array(text.utf8)
        for _ in 0..<Int.random(in: 1...4, using: &random) {
          let place = Int.random(in: 0..<bytes.count, using: &random)
          switch Int.random(in: 0...2, using: &random) {
          case 0: bytes.remove(at: place)
          case 1:
            bytes.insert(Array("{}[]:,-&*<%$()'\"\n \0é".utf8).randomElement(using: &random) ?? 0, at: place)
          default: bytes.insert(contentsOf: Array(bytes[place...].prefix(9)), at: place)
          }
        }
        let folder = DataFolder.memory(path: "a.yml", name: "a.yml", bytes: bytes)
        let definition = try DefinitionReader.read(
          Array(#"{id: "a", summary: "s", tables: [{format: "\#(format)", files: "a.yml"}]}"#.utf8),
          path: "seeder.json")
        do {
          let faults = FaultCollector()
          let resolved = try ModelResolver.resolve(try definition.withModels(in: folder), in: folder, faults)
          for table in resolved.tables { #expect(table.records != nil || !faults.isEmpty) }
        } catch is FixtureError {
        }
      }
    }
  }
}
