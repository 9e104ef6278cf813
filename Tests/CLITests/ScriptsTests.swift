import FoundationEssentials
import SeedTesting
import Testing

@Suite("The build scripts")
struct ScriptsTests {
  private static let scripts = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Scripts/lib").path

  @Test(
    "remove only what was built in another folder",
    arguments: [
      (path: "/elsewhere/checkout", isKept: false), (path: nil, isKept: true), (path: "SELF", isKept: true),
      (path: "SELF2", isKept: false),
    ] as [(path: String?, isKept: Bool)])
  func moved(path: String?, isKept: Bool) async throws {
    try await TemporaryFolder.with { folder in
      let root = "\(folder.path)/checkout"
      try FileManager.default.createDirectory(atPath: "\(root)/.build/x", withIntermediateDirectories: true)
      try folder.write("object", to: "checkout/.build/x/a.o")
      if let path {
        let built = path.replacing("SELF", with: root)
        try folder.write("inputs: [\"\(built)/Sources/A/a.swift\"]\n", to: "checkout/.build/release.yaml")
      }
      let script = """
        set -euo pipefail; root='\(root)'; script=test
        source '\(Self.scripts)/common.sh'; source '\(Self.scripts)/build.sh'; settle
        """
      let process = try ChildProcess.start(
        "/bin/bash", ["-c", script], environment: ["PATH": "/usr/bin:/bin"], directory: "/")
      let end = try await process.wait()
      #expect(end.exitCode == 0, "\(end.errors)")
      #expect(FileManager.default.fileExists(atPath: "\(root)/.build/x/a.o") == isKept)
      #expect(end.errors.contains("this checkout was moved") != isKept)
    }
  }

  /// Runs the layer checks in a copy of the script's folder with one file of a module.
  private func lint(_ module: String, _ text: String) async throws -> ChildProcess.End {
    try await TemporaryFolder.with { folder in
      for path in ["Scripts/lib", "Seeders/Catalog", "Sources/\(module)"] {
        try FileManager.default.createDirectory(
          atPath: "\(folder.path)/\(path)", withIntermediateDirectories: true)
      }
      let lint = try String(
        contentsOf: URL(filePath: "\(Self.scripts)/../lint"), encoding: .utf8)
      // The checks do not need the compiler.
      try folder.write(
        lint.replacing("for tool in swift python3", with: "for tool in bash"), to: "Scripts/lint")
      let common = try String(contentsOf: URL(filePath: "\(Self.scripts)/common.sh"), encoding: .utf8)
      try folder.write(common, to: "Scripts/lib/common.sh")
      try folder.write(text, to: "Sources/\(module)/A.swift")
      let process = try ChildProcess.start(
        "/bin/bash", ["\(folder.path)/Scripts/lint", "imports", "words"],
        environment: ["PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"], directory: "/")
      return try await process.wait(timeout: .seconds(60))
    }
  }

  @Test(
    "reject an import or a term of the application in the framework",
    arguments: [
      ("Seeding/SeedKit", "import TraceStore\n"), ("Seeding/SeedCLI", "public import Embeddings\n"),
      ("Database/Postgres", "import struct RateLimiter.TokenBucket\n"),
      ("Seeding/SeedTesting", "@testable import HTTPServer\n"),
      ("Database/Migrations", "// Makes the table of traces.\n"),
      ("Seeding/SeedKit", "let embeddingModel = 1\n"),
      ("Seeding/SeedCLI", "let text = \"REDIS_URL is not set\"\n"),
      ("Seeding/SeedKit", "struct CapacityRows {}\n"),
      ("Database/EmbeddedPostgres", "/// Answers over HTTP.\n"),
      ("Database/Threads", "// As the rate limits do.\n"),
    ])
  func layers(module: String, text: String) async throws {
    let end = try await lint(module, text)
    #expect(end.exitCode == 2)
    #expect(end.output.hasPrefix("Sources/\(module)/A.swift:1:"))
    #expect(end.errors.contains("1 of 2 checks failed") || end.errors.contains("2 of 2 checks failed"))
  }

  @Test(
    "accept terms of the standard library, and those of the application in its own modules",
    arguments: [
      ("Seeding/SeedKit", "values.reserveCapacity(8)\nlet buffer = allocate(capacity: 1)\n"),
      ("Traces/TraceStore", "import SeedKit\n// Traces and their embeddings.\n"),
      ("Seeding/SeedCLI", "import EmbeddedPostgres\nimport FoundationEssentials\n// Retraced.\n"),
    ])
  func allowedWords(module: String, text: String) async throws {
    let end = try await lint(module, text)
    #expect(end.exitCode == 0, "\(end.output)\(end.errors)")
  }
}
