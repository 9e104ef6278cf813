import FoundationEssentials
import SeedTesting
import Testing

@Suite("init, in a folder with other files")
struct InitFaultTests {
  @Test("keeps the files that exist")
  func kept() async throws {
    try await InitPlace.with { place, _ in
      try place.write("{\"seed\": {\"jobs\": 2}}\n", to: "Config/default.json")
      let end = try await place.run("init")
      #expect(end.output.hasPrefix("kept Config/default.json\ncreated Config/config.schema.json\n"))
      #expect(try place.read("Config/default.json") == "{\"seed\": {\"jobs\": 2}}\n")
    }
  }

  @Test("refuses a folder inside a project, unless it is named")
  func inside() async throws {
    try await InitPlace.with { place, _ in
      #expect(try await place.run("init").exitCode == 0)
      try place.write("", to: "part/one/x")
      let inner = "\(place.folder.path)/part/one"
      let refused = try await place.run("init", in: inner)
      #expect(refused.exitCode == 5)
      #expect(
        refused.errors.contains("this folder is in the project \(place.folder.path)"), "\(refused.errors)")
      #expect(try await place.run("init", "--project-path", ".", in: inner).exitCode == 0)
      #expect(FileManager.default.fileExists(atPath: "\(inner)/Config/default.json"))
      #expect(try await place.run("init", in: inner).exitCode == 0)
    }
  }

  @Test(
    "adds to .gitignore only what is missing",
    arguments: [
      ("build", "build\n.seed-runner/\n"), ("/.seed-runner\n", nil), ("**/.seed-runner/ \r\n", nil),
    ] as [(String, String?)])
  func gitIgnore(old: String, new: String?) async throws {
    try await InitPlace.with { place, _ in
      try place.write("gitdir: elsewhere\n", to: ".git")
      try place.write(old, to: ".gitignore")
      let end = try await place.run("init")
      #expect(end.output.contains("changed .gitignore: added .seed-runner/\n") == (new != nil))
      #expect(try place.read(".gitignore") == new ?? old)
    }
  }
}
