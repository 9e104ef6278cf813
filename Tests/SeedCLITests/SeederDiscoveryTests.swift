import FoundationEssentials
import Glibc
import SeedKit
import SeedTesting
import Testing

@testable import SeedCLI

@Suite("Folders of seeders")
struct SeederDiscoveryTests {
  private static let definition =
    #"{id: "items", summary: "s", tables: [{table: "t", files: "t.csv", key: "id"}]}"#

  /// Runs a body with a folder that contains `seeders/items` and the symbolic link `link` to `seeders`.
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
    "are read once if they are named twice",
    arguments: [
      ["seeders", "seeders"], ["seeders", "seeders/items"], ["seeders", "link"], ["seeders/", "./seeders"],
      ["link/items", "seeders/../seeders/items"],
    ])
  func twice(_ names: [String]) async throws {
    try await withSeeder { root in
      let found = discovery(names.map { "\(root)/\($0)" })
      #expect(found.seeders.filter { $0.id == "items" }.count == 1)
      #expect(found.failure == nil)
    }
  }

  @Test("are reported with the flag or the variable if they do not exist")
  func missing() {
    let flag = SeederDiscovery(arguments: ["--seeders-path", "no/where:nowhere"], environment: [:]).failure
    #expect(flag?.exitCode == .usage)
    #expect(flag?.message == "--seeders-path: no such folder: 'no/where', 'nowhere'")
    let variable = SeederDiscovery(arguments: [], environment: ["SEEDERS_PATH": "no/where"]).failure
    #expect(variable?.exitCode == .badConfiguration)
    #expect(variable?.message == "SEEDERS_PATH: no such folder: 'no/where'")
  }

  @Test("with the same id are reported as a fault")
  func sameID() async throws {
    try await withSeeder { root in
      try FileManager.default.createDirectory(atPath: "\(root)/other", withIntermediateDirectories: true)
      try Data(Self.definition.utf8).write(to: URL(filePath: "\(root)/other/seeder.json"))
      let found = discovery(["\(root)/seeders", "\(root)/other"])
      let faulty = found.seeders.compactMap { $0 as? FaultySeeder }
      #expect(faulty.map { $0.error.faults.map(\.field) } == [["id", "id"]])
    }
  }

  @Test("with a faulty definition are reported once if they are named twice")
  func faulty() async throws {
    try await withSeeder { root in
      try Data("{".utf8).write(to: URL(filePath: "\(root)/seeders/items/seeder.json"))
      let faulty = discovery(["\(root)/seeders", "\(root)/link"]).seeders.compactMap { $0 as? FaultySeeder }
      #expect(faulty.map(\.error.faults.count) == [1])
    }
  }

  @Test(
    "are reported with the escaped name if it is not UTF-8",
    arguments: [
      ([0x63, 0x61, 0x66, 0xE9], #"caf\xE9"#), ([0xFF], #"\xFF"#), ([0xC3, 0x28, 0x61], #"\xC3(a"#),
    ] as [([UInt8], String)])
  func notUTF8(name: [UInt8], shown: String) async throws {
    try await withSeeder { root in
      let folder = Array("\(root)/seeders/".utf8) + name
      try #require(mkdir((folder + [0]).map(CChar.init(bitPattern:)), 0o755) == 0)
      let place = (folder + Array("/seeder.json".utf8) + [0]).map(CChar.init(bitPattern:))
      let descriptor = open(place, O_WRONLY | O_CREAT, 0o644)
      try #require(descriptor >= 0)
      close(descriptor)
      let found = discovery(["\(root)/seeders"])
      #expect(found.seeders.contains { $0.id == "items" })
      let faulty = try #require(found.seeders.compactMap { $0 as? FaultySeeder }.first)
      #expect(
        faulty.error.faults.map(\.description) == [
          "\(root)/seeders/\(shown): found a folder whose name is not UTF-8; expected a name in UTF-8; rename the folder"
        ])
    }
  }

  @Test("are ignored if the name is not UTF-8 and they contain no seeder")
  func notUTF8Empty() async throws {
    try await withSeeder { root in
      let folder = Array("\(root)/seeders/".utf8) + [0xE9, 0]
      try #require(mkdir(folder.map(CChar.init(bitPattern:)), 0o755) == 0)
      #expect(discovery(["\(root)/seeders"]).seeders.allSatisfy { !($0 is FaultySeeder) })
    }
  }
}
