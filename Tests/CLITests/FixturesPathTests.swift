import Glibc
import Postgres
import SeedTesting
import Testing

@Suite("Fixtures of --fixtures-path")
struct FixturesPathTests {
  private static func trace(_ title: String, context: String = "why", tags: String = #"["python"]"#) -> String
  {
    #"{"title": "\#(title)", "context": "\#(context)", "solution": "how", "tags": \#(tags)}"#
  }

  private func count(_ database: TemporaryDatabase, _ table: String) async throws -> Int {
    try await database.withConnection { connection in
      let exists = try await connection.queryOne("SELECT to_regclass(\(table)) IS NOT NULL")
      guard try exists.decode(Bool.self) else { return 0 }
      return try await connection.queryOne("SELECT count(*) FROM \(unescaped: table)").decode(Int.self)
    }
  }

  @Test("are read from a folder, and an edited record is the only update of the next run")
  func edited() async throws {
    try await TemporaryFolder.with { folder in
      try await TemporaryDatabase.with { database in
        try folder.write("[\(Self.trace("A")), \(Self.trace("B"))]", to: "one.json")
        try folder.write("[\(Self.trace("C"))]", to: "two.json")
        let first = try await SeedRunnerBinary.run(
          "--curated-traces", "--fixtures-path", folder.path, url: database.url)
        #expect(first.exitCode == 0, "\(first.errors)")
        #expect(first.output.contains("traces 3 inserted"), "\(first.output)")
        try folder.write("[\(Self.trace("C", context: "why not"))]", to: "two.json")
        let second = try await SeedRunnerBinary.run(
          "--curated-traces", "--fixtures-path", folder.path, url: database.url)
        #expect(second.output.contains("traces 1 updated 2 unchanged"), "\(second.output)")
        let third = try await SeedRunnerBinary.run(
          "--curated-traces", "--fixtures-path", folder.path, url: database.url)
        #expect(third.output.contains("unchanged  curated-traces"), "\(third.output)")
        #expect(try await count(database, "traces") == 3)
      }
    }
  }

  /// Faulty files as people and their editors produce them.
  private static let adversaries: [(name: String, bytes: [UInt8], message: String)] = [
    ("a byte order mark", [0xEF, 0xBB, 0xBF] + Array("[]".utf8), "found a byte order mark"),
    ("UTF-16", [0xFF, 0xFE, 0x5B, 0, 0x5D, 0], "found UTF-16"),
    ("Latin-1", Array(#"[{"title": ""#.utf8) + [0xE9] + Array(#""}]"#.utf8), "byte 0xE9 at offset 12"),
    ("a NUL", Array("[\(trace("a\\u0000b"))]".utf8), "found the character NUL"),
    ("half a surrogate pair", Array(#"[{"title": "\ud800"}]"#.utf8), "surrogate"),
    (
      "a depth of 10,000", Array(String(repeating: "[", count: 10_000).utf8),
      "128"
    ),
    (
      "a title twice", Array("[\(trace("A")),\n\(trace("B")),\n\(trace("A"))]".utf8),
      ":3: record 3: duplicate key \"A\""
    ),
    ("missing fields", Array(#"[{"title": "A"}]"#.utf8), "record 1, field 'solution' is missing"),
    (
      "wrong types", Array(#"[{"title": 1, "context": [], "solution": null, "tags": "python"}]"#.utf8),
      "record 1, field 'tags': found"
    ),
    (
      "an unknown field", Array(#"[{"titel": "A"}]"#.utf8),
      "field 'titel': found an unknown field; expected 'title'"
    ),
    ("an object", Array("{}".utf8), "expected an array of records"),
    (
      "a broken tag", Array("[\(trace("A", tags: #"["ok", "no/no"]"#))]".utf8),
      "field 'tags[2]': found 'no/no'"
    ),
    ("nothing", [], "found an empty file"),
  ]

  @Test("are rejected with exit code 65 before anything is written", arguments: adversaries.indices)
  func refused(index: Int) async throws {
    let adversary = Self.adversaries[index]
    try await TemporaryFolder.with { folder in
      try await TemporaryDatabase.with { database in
        let path = folder.path + "/traces.json"
        try await write(adversary.bytes, to: path)
        let result = try await SeedRunnerBinary.run(
          "--curated-traces", "--fixtures-path", path, url: database.url)
        #expect(result.exitCode == 65, "\(adversary.name): \(result.errors)")
        #expect(result.errors.contains(path), "\(adversary.name): \(result.errors)")
        #expect(result.errors.contains(adversary.message), "\(adversary.name): \(result.errors)")
        #expect(result.output == "")
        #expect(try await count(database, "users") == 0)
        #expect(try await count(database, "seed_runner.history") == 0)
      }
    }
  }

  @Test("are rejected with exit code 65 if unreadable: a pipe, a device, 300 MB, a link, a missing file")
  func unreadable() async throws {
    try await TemporaryFolder.with { folder in
      func check(_ path: String, _ message: String) async throws {
        let result = try await SeedRunnerBinary.run(
          "--curated-traces", "--fixtures-path", path, url: "postgresql://nobody@127.0.0.1:1/none")
        #expect(result.exitCode == 65, "\(path): \(result.errors)")
        #expect(result.errors.contains(message), "\(path): \(result.errors)")
      }
      let path = folder.path + "/traces.json"
      try await check(path, "found no such file or folder")
      try await check(folder.path, "a folder without .json files")
      try await check("/dev/zero", "found a device")
      try await check(folder.path + "/../../../../../etc/passwd", "passwd:1:1: found 'r'")
      try #require(mkfifo(path, 0o600) == 0)
      try await check(path, "found a pipe")
      unlink(path)
      try #require(symlink("/etc/passwd", path) == 0)
      try await check(folder.path, "found a symbolic link that leads out of the folder")
      unlink(path)
      let descriptor = open(path, O_CREAT | O_WRONLY, 0o600)
      try #require(ftruncate(descriptor, 300 << 20) == 0)
      close(descriptor)
      try await check(path, "found 314572800 bytes; expected at most 67108864 bytes")
    }
  }

  @Test("report all faults of all files at once")
  func allFaults() async throws {
    try await TemporaryFolder.with { folder in
      try folder.write("[{}, \(Self.trace("A"))]", to: "a.json")
      try folder.write("[\(Self.trace("A")), 1]", to: "b.json")
      try folder.write("nonsense", to: "c.json")
      let result = try await SeedRunnerBinary.run(
        "--all", "--fixtures-path", folder.path, url: "postgresql://nobody@127.0.0.1:1/none")
      #expect(result.exitCode == 65)
      let lines = result.errors.split(separator: "\n").filter { $0.hasPrefix(folder.path) }
      #expect(lines.count == 7, "\(result.errors)")
      #expect(result.errors.contains("b.json:1: record 1: duplicate key \"A\""))
    }
  }

  @Test("are rejected for seeders that do not support other fixtures")
  func notTaken() async throws {
    let result = try await SeedRunnerBinary.run("--users", "--fixtures-path", "/nowhere")
    #expect(result.exitCode == 64)
    #expect(result.errors.contains("--fixtures-path applies only to curated-traces"))
  }

  @Test("with a title of another seeder are rejected, and its trace is kept")
  func titleOfAnother() async throws {
    try await TemporaryFolder.with { folder in
      try await TemporaryDatabase.with { database in
        let taken = "Docker Compose healthcheck for PostgreSQL"
        _ = try await SeedRunnerBinary.run("--sample-traces", url: database.url)
        try folder.write("[\(Self.trace(taken))]", to: "a.json")
        let result = try await SeedRunnerBinary.run(
          "--curated-traces", "--fixtures-path", folder.path, url: database.url)
        #expect(result.exitCode == 1)
        #expect(
          result.output.contains("another seeder already has traces with these titles: '\(taken)'"),
          "\(result.output)")
        #expect(try await count(database, "traces") == 12)
      }
    }
  }

  @Test("are checked by lint more strictly than by a run")
  func lint() async throws {
    try await TemporaryFolder.with { folder in
      try folder.write("[\(Self.trace("A"))]", to: "a.json")
      let result = try await SeedRunnerBinary.run("lint", "curated-traces", "--fixtures-path", folder.path)
      #expect(result.exitCode == 65)
      #expect(
        result.output.contains(
          "a.json:1: record 1, field 'context': found 3 characters; expected at least 300"))
      let json = try await SeedRunnerBinary.run("lint", "--format", "json")
      #expect(json.exitCode == 0, "\(json.output)")
      #expect(json.output.contains(#""seeder" : "curated-traces""#))
    }
  }

  private func write(_ bytes: [UInt8], to path: String) async throws {
    let file = try #require(fopen(path, "w"))
    defer { fclose(file) }
    try #require(fwrite(bytes, 1, bytes.count, file) == bytes.count)
  }
}
