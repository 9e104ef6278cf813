import Catalog
import FoundationEssentials
import SeedKit
import Testing
import TraceStore

@Suite("The catalog")
struct CatalogTests {
  private static let repository = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  private func text(_ path: String) throws -> String {
    try String(contentsOf: Self.repository.appending(path: path), encoding: .utf8)
  }

  private func registry() throws -> SeederRegistry {
    try Catalog.registry(
      try Settings.load(flags: [:], environment: [:], configDirectory: nil, keys: Catalog.settings))
  }

  @Test("lists the same seeders as the folders and the package manifest")
  func agreement() throws {
    let seeders = Self.repository.appending(path: "Seeders")
    let folders = try FileManager.default.contentsOfDirectory(atPath: seeders.path)
      .filter { $0 != "Catalog" && !$0.hasPrefix(".") }.sorted()
    func isDeclarative(_ folder: String) -> Bool {
      FileManager.default.fileExists(atPath: seeders.appending(path: "\(folder)/seeder.json").path)
    }
    let plugIns = folders.filter { !isDeclarative($0) }
    let declared = try text("Seeders/Catalog/Catalog.swift").matches(of: /declarative\("(\w+)"\)/)
      .map { String($0.output.1) }.sorted()
    let manifest = try text("Package.swift")
    let list = try #require(manifest.firstMatch(of: /let seeders = \[([^\]]*)\]/)?.output.1)
    let inManifest = list.matches(of: /"(\w+)"/).map { String($0.output.1) }.sorted()
    let imports = try text("Seeders/Catalog/Catalog.swift").matches(of: /(?m)^import (\w+)$/)
      .map { String($0.output.1) }.filter { !["Embeddings", "TraceStore"].contains($0) }.sorted()
    #expect(inManifest == plugIns)
    #expect(imports == plugIns)
    #expect(declared == folders.filter(isDeclarative))
    #expect(try registry().seeders.count == folders.count)
  }

  @Test("embeds exactly the fixtures that its seeders name")
  func fixtures() throws {
    let named = try registry().seeders.flatMap(\.fixtures)
    for name in named {
      #expect(try Catalog.fixtures.file(name).bytes.isEmpty == false)
      let onDisk = try Data(contentsOf: Self.repository.appending(path: "Seeders/\(name)"))
      #expect(try Catalog.fixtures.file(name).bytes == Array(onDisk), "\(name) is built in as it is on disk")
    }
    #expect(Resources.files(in: "Seeders").map(\.name).sorted() == named.sorted())
  }

  @Test("can be planned in every environment", arguments: SeedEnvironment.allCases)
  func plans(environment: SeedEnvironment) throws {
    let plan = try SeedPlan(registry: registry(), selection: .all(), environment: environment)
    #expect(!plan.steps.isEmpty)
    #expect(plan.leftOut.contains("capacity-traces"))
    let demo: Set<SeederID> = ["transcripts", "shares", "sample-traces"]
    #expect(demo.isSubset(of: plan.leftOut) == (environment == .production))
    #expect(!plan.leftOut.contains("curated-traces"))
  }

  @Test("has fixtures without lint findings")
  func lint() throws {
    let registry = try registry()
    let report = Linter.run(registry.seeders, alongside: [], fixtures: Catalog.fixtures)
    #expect(report.isClean, "\(report.seeders.flatMap(\.findings).map(\.description))")
    let curated = try #require(report.seeders.first { $0.seeder == "curated-traces" })
    #expect(curated.records >= 225)
    let numbers = curated.notes.joined().split { !$0.isNumber }.compactMap { Int($0) }
    #expect(numbers.first ?? 0 >= 60, "topics")
    #expect((150...250).contains(numbers.last ?? 0), "tags")
  }
}
