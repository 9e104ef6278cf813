import FoundationEssentials
import Glibc
import Postgres
import SeedTesting
import Testing

@testable import SeedKit

@Suite("A file that changes during a run")
struct FileWatchTests {
  private static let changes: [(name: String, change: @Sendable (String) throws -> Void)] = [
    ("grows", { try Data("id\n1\n2\n".utf8).write(to: URL(filePath: $0)) }),
    (
      "is written again with as many bytes",
      { path in
        // A modification time that does not depend on the clock.
        var times = [timespec(tv_sec: 1, tv_nsec: 5), timespec(tv_sec: 1, tv_nsec: 5)]
        #expect(utimensat(AT_FDCWD, path, &times, 0) == 0)
      }
    ),
    (
      "is replaced by another",
      { path in
        try Data("id\n1\n".utf8).write(to: URL(filePath: path + "x"))
        #expect(rename(path + "x", path) == 0)
      }
    ),
    ("is deleted", { try FileManager.default.removeItem(atPath: $0) }),
  ]

  @Test("is detected before the commit", arguments: changes.indices)
  func beforeCommit(_ index: Int) async throws {
    try await TemporaryFolder.with { folder in
      let path = "\(folder.path)/t.csv"
      try Data("id\n1\n".utf8).write(to: URL(filePath: path))
      let watch = FileWatch(expected: [:])
      let watched = DataFolder.directory(path: folder.path, watch: watch)
      _ = try watched.open("t.csv")
      try watch.check()
      try Self.changes[index].change(path)
      #expect(throws: FixtureError.self, "\(Self.changes[index].name)") { try watch.check() }
    }
  }

  @Test("is detected when it is opened again", arguments: changes.indices.dropLast())
  func openedAgain(_ index: Int) async throws {
    try await TemporaryFolder.with { folder in
      let path = "\(folder.path)/t.csv"
      try Data("id\n1\n".utf8).write(to: URL(filePath: path))
      let watched = DataFolder.directory(path: folder.path, watch: FileWatch(expected: [:]))
      _ = try watched.open("t.csv")
      try Self.changes[index].change(path)
      #expect(throws: FixtureError.self) { _ = try watched.open("t.csv") }
    }
  }

  /// The fingerprint is computed from the bytes before a seeder that runs first changes them.
  @Test(
    "after its digest was computed fails the seeder, and the next run loads it", arguments: ["rows", "table"])
  func afterDigest(_ ownership: String) async throws {
    try await SeederFolder.with(
      "CREATE TABLE t (id int PRIMARY KEY)", tables: #"{table: "t", files: "t.csv", key: "id"}"#,
      files: ["t.csv": "id\n1\n"]
    ) { folder in
      let path = folder.path
      let first = StubSeeder(id: "first") { _ in
        try Data("id\n1\n2\n".utf8).write(to: URL(filePath: "\(path)/t.csv"))
      }
      try folder.write(
        """
        {id: "awkward", summary: "s", dependencies: ["first"],
         tables: [{table: "t", files: "t.csv", key: "id", ownership: "\(ownership)"}]}
        """,
        to: "seeder.json")
      let seeder = try DeclarativeSeeder(directory: path)
      let report = try await Harness.run([first, seeder], on: folder.database)
      let failure = try #require(report.seeders.last?.failure)
      #expect(failure.faults.map(\.found) == ["the file changed while it was read; run again"])
      #expect(try await folder.rows("SELECT ARRAY[id::text] FROM t").isEmpty)
      let second = try await Harness.run([StubSeeder(id: "first"), seeder], on: folder.database)
      #expect(second.seeders.last?.tables.total == RowCounts(inserted: 2))
    }
  }

  @Test("and appears after the digests were computed fails the seeder")
  func appearing() async throws {
    try await TemporaryFolder.with { folder in
      let states = FileStates()
      let plain = DataFolder.directory(path: folder.path, watch: nil)
      #expect(try plain.digest(of: "t.test.csv", states: states) == nil)
      try Data("id\n1\n".utf8).write(to: URL(filePath: "\(folder.path)/t.test.csv"))
      let watched = plain.watched(by: FileWatch(expected: states.all))
      #expect(throws: FixtureError.self) { _ = try watched.open("t.test.csv") }
    }
  }
}
