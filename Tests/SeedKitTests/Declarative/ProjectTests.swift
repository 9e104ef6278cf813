import FoundationEssentials
import Testing

@testable import SeedKit

@Suite("Data of public projects")
struct ProjectTests {
  private static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Definitions/Projects").path

  /// The projects: all folders.
  static let names = ((try? FileManager.default.contentsOfDirectory(atPath: root)) ?? [])
    .filter { !$0.contains(".") }.sorted()

  private static func text(_ path: String) throws -> String {
    String(decoding: try Data(contentsOf: URL(filePath: "\(root)/\(path)")), as: UTF8.self)
  }

  /// The files of a project by their paths.
  private static func files(of name: String) throws -> [String: String] {
    var files: [String: String] = [:]
    for path in try FileManager.default.subpathsOfDirectory(atPath: "\(root)/\(name)") {
      guard path.contains("."), !["schema.sql", "expected.txt"].contains(path) else { continue }
      files[path] = try text("\(name)/\(path)")
    }
    return files
  }

  @Test("load exactly, are then unchanged, and sync changes nothing", arguments: names)
  func loads(name: String) async throws {
    let files = try Self.files(of: name)
    let definition = try #require(files["seeder.json"])
    try await SeederFolder.with(
      try Self.text("\(name)/schema.sql"), tables: "", files: files.filter { $0.key != "seeder.json" }
    ) { folder in
      try folder.write(definition, to: "seeder.json")
      let seeder = try DeclarativeSeeder(directory: folder.path)
      _ = try seeder.validate(FixtureStore(files: [:]))
      let counts = try await folder.counts()
      #expect(counts == RowCounts(inserted: counts.inserted))
      let parts = try Self.text("\(name)/expected.txt").split(separator: "-- ")
      for part in parts {
        let lines = part.split(separator: "\n").map(String.init)
        let rows = try await folder.rows(lines[0])
        #expect(rows == Array(lines.dropFirst()), "\(lines[0])")
      }
      let versions = try await folder.versions()
      let second = try await folder.counts()
      #expect(second == RowCounts(unchanged: counts.inserted))
      let synced = definition.replacing(#""key":"#, with: #""policy": "sync", "key":"#)
      try folder.write(
        synced.contains(#""format": "rails""#) || synced.contains(#""format": "django""#)
          ? Self.synced(definition) : synced, to: "seeder.json")
      let third = try await folder.counts()
      #expect(third == RowCounts(unchanged: counts.inserted))
      #expect(try await folder.versions() == versions)
    }
  }

  /// A definition with fixtures of models, each of whose entries has the policy `sync`.
  private static func synced(_ definition: String) -> String {
    definition.replacing(#""policy": "upsert", "#, with: "")
      .replacing(#""files":"#, with: #""policy": "sync", "files":"#)
  }
}
