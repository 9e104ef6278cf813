import FoundationEssentials
import SeedTesting
import Testing

/// Compiles the Swift that the pages show, against the modules that were built for the tests.
@Suite("Swift in the documentation")
struct SwiftBlockTests {
  /// What the blocks use and do not show. It also imports SeedKit, for blocks that are a part of a file.
  private static let support = """
    @_exported import SeedKit

    public struct Country: Codable, Sendable {
      public let code, name: String
      public init(code: String, name: String) { (self.code, self.name) = (code, name) }
    }
    public struct Countries: Seeder {
      public let id: SeederID = "countries"
      public let summary = ""
      public init() {}
      public func seed(in context: SeedContext) async throws {}
    }
    public struct Authors: Seeder {
      public let id: SeederID = "authors"
      public let summary = ""
      public init() {}
      public func seed(in context: SeedContext) async throws {}
    }
    public struct Books: Seeder {
      public let id: SeederID = "books"
      public let summary = ""
      public init(discount: Int) {}
      public func seed(in context: SeedContext) async throws {}
    }
    public func listen() async {}
    """

  @Test("compiles", arguments: try DocumentationPage.all().filter { !$0.swiftBlocks.isEmpty })
  func compiles(page: DocumentationPage) async throws {
    try await TemporaryFolder.with { folder in
      try folder.write(Self.support, to: "Support.swift")
      let support = try await compile(
        "-emit-module", "-module-name", "Support", "-parse-as-library", "-o", "Support.swiftmodule",
        "Support.swift",
        in: folder.path)
      try #require(support.exitCode == 0, "\(support.errors)")
      for block in page.swiftBlocks {
        try folder.write(block.text, to: "main.swift")
        var arguments = ["-typecheck", "main.swift"]
        if let version = block.text.firstMatch(of: /^\/\/ swift-tools-version: (?<number>\S+)/)?.output.number
        {
          arguments += ["-I", Self.toolchain + "/lib/swift/pm/ManifestAPI"]
          arguments += ["-package-description-version", String(version)]
        } else {
          arguments += ["-Xfrontend", "-import-module", "-Xfrontend", "Support"]
        }
        if block.text.contains("@main") { arguments.append("-parse-as-library") }
        let end = try await compile(arguments, in: folder.path)
        #expect(end.exitCode == 0 && !end.errors.contains("warning:"), "line \(block.line):\n\(end.errors)")
      }
    }
  }

  private static let toolchain: String = {
    let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
    let compiler = path.split(separator: ":").map { URL(filePath: "\($0)/swiftc") }
      .first { FileManager.default.isExecutableFile(atPath: $0.path) }
    return compiler?.resolvingSymlinksInPath().deletingLastPathComponent().deletingLastPathComponent().path
      ?? "/usr"
  }()

  private func compile(_ arguments: String..., in folder: String) async throws -> ChildProcess.End {
    try await compile(arguments, in: folder)
  }

  private func compile(_ arguments: [String], in folder: String) async throws -> ChildProcess.End {
    let built = URL(filePath: SeedRunnerBinary.path).deletingLastPathComponent().path
    let layers = ["Database", "Seeding"].map { DocumentationPage.root.appending(path: "Sources/\($0)") }
    let maps = try layers.flatMap { layer in
      try FileManager.default.contentsOfDirectory(atPath: layer.path)
        .map { layer.appending(path: "\($0)/module.modulemap").path }
    }
    .filter { FileManager.default.fileExists(atPath: $0) }
    .flatMap { ["-Xcc", "-fmodule-map-file=\($0)"] }
    return try await ChildProcess.start(
      "\(Self.toolchain)/bin/swiftc",
      [
        "-swift-version", "6", "-module-cache-path", "\(built)/ModuleCache", "-I", "\(built)/Modules", "-I",
        folder,
      ]
        + maps + arguments,
      environment: ["PATH": "\(Self.toolchain)/bin:/usr/bin:/bin", "HOME": folder], directory: folder
    ).wait()
  }
}
