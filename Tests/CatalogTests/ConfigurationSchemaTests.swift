import Catalog
import FoundationEssentials
import SeedTesting
import Testing

@testable import SeedKit

@Suite("The JSON schema of the settings")
struct ConfigurationSchemaTests {
  private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().path

  private func parse(_ path: String) throws -> JSONNode {
    try JSONParser.parse(Array(try Data(contentsOf: URL(filePath: "\(Self.root)/\(path)"))), dialect: .json5)
  }

  @Test("is the output of seed-runner config --schema")
  func file() throws {
    let data = try Data(contentsOf: URL(filePath: "\(Self.root)/Config/config.schema.json"))
    #expect(
      String(decoding: data, as: UTF8.self) == (try ConfigurationSchema.text(of: Catalog.settings)),
      "run: seed-runner config --schema > Config/config.schema.json")
  }

  @Test("describes every setting that a file may contain, and every file refers to it")
  func complete() throws {
    let schema = try ConfigurationSchema.text(of: Catalog.settings)
    for key in Catalog.settings.inFiles {
      #expect(schema.contains(key.summary), "\(key.name)")
      for variable in key.variables { #expect(schema.contains(variable), "\(key.name)") }
    }
    for file in ["default"] + SeedEnvironment.allCases.map(\.rawValue) {
      guard case .object(let members) = try parse("Config/\(file).json").value else { continue }
      let reference = try #require(members.first { $0.key == "$schema" }, "\(file).json")
      #expect(reference.value.value == .string("./config.schema.json"))
    }
  }

  /// `Scripts/lint` checks the same cases against the schema.
  @Test("accepts and rejects the same files as the program")
  func cases() async throws {
    guard case .array(let cases) = try parse("Tests/CatalogTests/Definitions/config-cases.json").value else {
      Issue.record("no list of cases")
      return
    }
    let text = try String(
      decoding: Data(
        contentsOf: URL(filePath: "\(Self.root)/Tests/CatalogTests/Definitions/config-cases.json")),
      as: UTF8.self)
    // One case per line, so that the definition follows the key.
    let lines = text.split(separator: "\n").filter { $0.contains("\"definition\":") }
    #expect(lines.count == cases.count)
    for line in lines {
      let start = try #require(line.firstRange(of: "\"definition\": ")).upperBound
      let isAccepted = line.contains("\"isAccepted\": true")
      let end = try #require(line.lastIndex(of: "}"))
      try await TemporaryFolder.with { folder in
        try folder.write(String(line[start..<end]), to: "default.json")
        let (_, faults) = Settings.read(
          flags: [:], environment: [:], configDirectory: folder.path, keys: Catalog.settings)
        #expect(faults.isEmpty == isAccepted, "\(line): \(faults)")
      }
    }
  }
}
