import Glibc
import SeedKit
import SeedTesting
import Testing

@Suite("Fixtures outside the program")
struct FixtureFolderTests {
  private func faults(_ path: String) -> [String] {
    do {
      let files = try FixtureFolder.read(path)
      Issue.record("\(files.map(\.path)) were read")
      return []
    } catch {
      return (error as? FixtureError)?.faults.map(\.description) ?? ["\(error)"]
    }
  }

  @Test("are a file, or the .json files of a folder in the order of names")
  func reads() async throws {
    try await TemporaryFolder.with { folder in
      try folder.write("[2]", to: "b.json")
      try folder.write("[1]", to: "a.json")
      try folder.write("no", to: "notes.txt")
      try folder.write("no", to: ".hidden.json")
      let files = try FixtureFolder.read(folder.path)
      #expect(files.map(\.path) == ["\(folder.path)/a.json", "\(folder.path)/b.json"])
      #expect(files.map { String(decoding: $0.bytes, as: UTF8.self) } == ["[1]", "[2]"])
      #expect(try FixtureFolder.read(folder.path + "/notes.txt").count == 1)
      let store = FixtureStore(files: ["own.json": []]).adding(files)
      #expect(try store.file(folder.path + "/a.json").bytes == files[0].bytes)
      #expect(try store.files(["own.json"]).map(\.path) == ["Seeders/own.json"])
    }
  }

  @Test("are rejected if they are not regular files, without waiting for a pipe or reading a device")
  func irregular() async throws {
    try await TemporaryFolder.with { folder in
      let path = folder.path + "/a.json"
      func expected(_ found: String) -> [String] {
        ["\(path): found \(found); expected a JSON file or a folder of JSON files"]
      }
      #expect(faults(path) == expected("no such file or folder"))
      try #require(mkfifo(path, 0o600) == 0)
      #expect(faults(path) == expected("a pipe"))
      #expect(faults(folder.path) == expected("a pipe"))
      unlink(path)
      try #require(symlink("/dev/zero", path) == 0)
      #expect(faults(path) == expected("a device"))
      unlink(path)
      #expect(faults(folder.path).first?.contains("a folder without .json files") == true)
    }
  }

  @Test("are rejected if a link leads out of the folder")
  func links() async throws {
    try await TemporaryFolder.with { folder in
      try folder.write("[]", to: "outside.json")
      let inner = folder.path + "/inner"
      try #require(mkdir(inner, 0o700) == 0)
      try #require(symlink("../outside.json", inner + "/a.json") == 0)
      try #require(symlink(folder.path + "/outside.json", inner + "/b.json") == 0)
      #expect(
        faults(inner).map { String($0.dropFirst(inner.count)) } == [
          "/a.json: found a symbolic link that leads out of the folder; expected a file inside it",
          "/b.json: found a symbolic link that leads out of the folder; expected a file inside it",
        ])
      unlink(inner + "/a.json")
      unlink(inner + "/b.json")
      try #require(link(folder.path + "/outside.json", inner + "/c.json") == 0)
      try #require(symlink("c.json", inner + "/d.json") == 0)
      #expect(try FixtureFolder.read(inner).count == 2, "a link that stays inside is a file like others")
    }
  }

  @Test("are rejected before reading if they are too large")
  func size() async throws {
    try await TemporaryFolder.with { folder in
      let path = folder.path + "/a.json"
      let descriptor = open(path, O_CREAT | O_WRONLY, 0o600)
      try #require(ftruncate(descriptor, 300 << 20) == 0)
      close(descriptor)
      #expect(faults(path) == ["\(path): found 314572800 bytes; expected at most 67108864 bytes"])
    }
  }

  @Test("are found by their paths in the folder of a store, and faults show their paths on disk")
  func store() async throws {
    struct Item: Decodable { let size: Int }
    try await TemporaryFolder.with { folder in
      try #require(mkdir(folder.path + "/items", 0o700) == 0)
      try folder.write("[{\"size\": 1},\n{\"size\": \"x\"}]", to: "items/a.json")
      let store = FixtureStore(folder: folder.path)
      #expect(store.contains("items/a.json") && !store.contains("a.json"))
      let error = #expect(throws: FixtureError.self) { try store.file("items/a.json").decode([Item].self) }
      #expect(error?.faults.first?.file == "\(folder.path)/items/a.json" && error?.faults.first?.line == 2)
      let missing = #expect(throws: FixtureError.self) { try store.files(["b.json", "items"]) }
      #expect(
        missing?.faults.map(\.description) == [
          "\(folder.path)/b.json: found no such file; expected a fixture",
          "\(folder.path)/items: found a folder; expected a fixture",
        ])
    }
  }

  @Test("with a relative path are searched in the working directory, which a fault names")
  func relative() {
    let error = #expect(throws: FixtureError.self) { try FixtureStore(folder: "nowhere/").file("a.json") }
    let text = error?.faults.first?.description ?? ""
    #expect(
      text.hasPrefix("nowhere/a.json: found no such file; expected a fixture; the working directory is /"))
  }

  @Test("that the program does not have are reported with the way to add them")
  func unknown() {
    let error = #expect(throws: FixtureError.self) { try FixtureStore(files: [:]).file("a.json") }
    #expect(
      error?.faults.map(\.description) == [
        "a.json: the program has no such fixture; add it to the fixtures of the command, such as "
          + "FixtureStore(folder: \"Fixtures\")"
      ])
  }

  @Test("in several files form one set in which keys are unique")
  func set() throws {
    func file(_ name: String, _ json: String) -> FixtureFile {
      FixtureFile(name: name, bytes: Array(json.utf8))
    }
    func read(_ files: [FixtureFile]) throws -> [String] {
      try FixtureRecords.read(files, naturalKey: { $0 }) { record, _ in record.string("name", length: 1...9) }
    }
    let good = try read([file("a.json", #"[{"name": "x"}]"#), file("b.json", #"[{"name": "y"}]"#)])
    #expect(good == ["x", "y"])
    let error = #expect(throws: FixtureError.self) {
      try read([
        file("a.json", "[{\"name\": \"x\"},\n{}]"), file("b.json", "nonsense"),
        file("c.json", #"[{"name": "x"}]"#),
      ])
    }
    let faults = error?.faults.map(\.description) ?? []
    #expect(faults.count == 3)
    #expect(
      faults.first
        == "Seeders/a.json:2: record 2, field 'name' is missing; expected a string of 1 to 9 characters")
    #expect(
      faults.last
        == "Seeders/c.json:1: record 1: duplicate key \"x\" (first in Seeders/a.json:1: record 1)"
    )
  }
}
