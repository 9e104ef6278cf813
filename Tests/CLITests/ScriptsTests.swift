import FoundationEssentials
import SeedTesting
import Testing

@Suite("The build scripts")
struct ScriptsTests {
  private static let scripts = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Scripts/lib").path

  @Test(
    "remove what was built in another place, and nothing else",
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
      #expect(end.errors.contains("built in another place") != isKept)
    }
  }
}
