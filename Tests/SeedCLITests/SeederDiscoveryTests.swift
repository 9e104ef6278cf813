import FoundationEssentials
import SeedKit
import SeedTesting
import Testing

@testable import SeedCLI

@Suite("Folders of seeders")
struct SeederDiscoveryTests {
  private static let definition =
    #"{id: "items", summary: "s", tables: [{table: "t", files: "t.csv", key: "id"}]}"#

  /// Lends a folder with `seeders/items`, and `link`, which leads to `seeders`.
  private func withSeeder(_ body: (String) throws -> Void) async throws {
    try await TemporaryFolder.with { folder in
      let path = "\(folder.path)/seeders/items"
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
      try Data(Self.definition.utf8).write(to: URL(filePath: "\(path)/seeder.json"))
      try FileManager.default.createSymbolicLink(
        atPath: "\(folder.path)/link", withDestinationPath: "seeders")
      try body(folder.path)
    }
  }

  private func discovery(_ paths: [String]) -> SeederDiscovery {
    SeederDiscovery(arguments: ["--seeders-path", paths.joined(separator: ":")], environment: [:])
  }

  @Test(
    "that are named twice are read once",
    arguments: [
      ["seeders", "seeders"], ["seeders", "seeders/items"], ["seeders", "link"], ["seeders/", "./seeders"],
      ["link/items", "seeders/../seeders/items"],
    ])
  func twice(_ names: [String]) async throws {
    try await withSeeder { root in
      let found = discovery(names.map { "\(root)/\($0)" })
      #expect(found.seeders.filter { $0.id == "items" }.count == 1)
      #expect(found.faults.isEmpty, "\(found.faults)")
    }
  }

  private func faults(_ discovery: SeederDiscovery) -> [FixtureFault] {
    discovery.seeders.flatMap { ($0 as? FaultySeeder)?.error.faults ?? [] }
  }

  @Test("that are different and hold the same id are a fault of each")
  func sameID() async throws {
    try await withSeeder { root in
      try FileManager.default.createDirectory(atPath: "\(root)/other", withIntermediateDirectories: true)
      try Data(Self.definition.utf8).write(to: URL(filePath: "\(root)/other/seeder.json"))
      let found = discovery(["\(root)/seeders", "\(root)/other"])
      #expect(faults(found).map(\.field) == ["id", "id"])
    }
  }

  @Test("with a faulty definition that are named twice tell it once")
  func faulty() async throws {
    try await withSeeder { root in
      try Data("{".utf8).write(to: URL(filePath: "\(root)/seeders/items/seeder.json"))
      #expect(faults(discovery(["\(root)/seeders", "\(root)/link"])).count == 1)
    }
  }
}
