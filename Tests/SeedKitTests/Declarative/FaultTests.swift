import FoundationEssentials
import Glibc
import SeedKit
import SeedTesting
import Testing

/// Invalid files and definitions, with the exact messages.
struct FaultCase: Sendable, CustomTestStringConvertible {
  let name: String
  var sql = "CREATE TABLE t (id int PRIMARY KEY, a text, n int)"
  var tables = #"{table: "t", files: "t.csv", key: "id"}"#
  let files: [String: String]
  let expected: [String]

  var testDescription: String { name }

  /// All faults are reported at once, and nothing is written.
  func check(major: Int? = nil) async throws {
    try await SeederFolder.with(sql, tables: tables, files: files, major: major) { folder in
      let before = try await folder.versions()
      let found = try await folder.faults()
      #expect(found == expected, "\(found.joined(separator: "\n"))")
      #expect(try await folder.versions() == before)
    }
  }
}

@Suite("Faults of declarative seeders")
struct FaultTests {
  static let cases = FormFaults.all + DialectFaults.all + NameFaults.all + ValueFaults.all + RowFaults.all

  @Test("are reported with their places, all at once, before anything is written", arguments: cases)
  func refused(_ example: FaultCase) async throws { try await example.check() }

  private static let shared: Set<String> = [
    "a view", "a materialized view", "a foreign table", "JSON that is not an array of objects",
    "lines with too few and too many fields", "paths outside the folder", "an array in CSV", "a NUL in JSON",
    "lines that end with a carriage return only", "a missing comma in JSON",
  ]

  @Test(
    "have the same texts with every server version", arguments: cases.filter { shared.contains($0.name) },
    [16, 18])
  func everyServer(_ example: FaultCase, _ major: Int) async throws { try await example.check(major: major) }

  private func withFolder(_ body: (SeederFolder) async throws -> Void) async throws {
    try await SeederFolder.with(
      "CREATE TABLE t (id int PRIMARY KEY, a text)",
      tables: #"{table: "t", files: "t.csv", key: "id"}"#, files: [:], body)
  }

  private static let notUTF8 =
    "found bytes that are not UTF-8; expected UTF-8 text, or \"encoding\" next to \"files\" in seeder.json"
  private static func text(_ text: String) -> [UInt8] { Array(text.utf8) }
  static let bytes: [([UInt8], String)] = [
    (text("id,a\n1,x\n2,") + [0xC3, 0x28, 0x0A], "t.csv:3: record 2, field 'a': \(notUTF8)"),
    (text("id,a\n1,") + [0xED, 0xA0, 0x80], "t.csv:2: record 1, field 'a': \(notUTF8)"),
    (text("id,a\n1,x\0y\n"), "t.csv:2: record 1, field 'a': found a NUL character; expected UTF-8 text"),
    (
      [0xFF, 0xFE, 0x69, 0, 0x64, 0],
      "t.csv:1: found UTF-16 at byte 0; expected a UTF-8 file, or \"encoding\": \"utf-16\" next to \"files\" in seeder.json"
    ),
    (
      [0xFE, 0xFF, 0, 0x69, 0, 0x64],
      "t.csv:1: found UTF-16 at byte 0; expected a UTF-8 file, or \"encoding\": \"utf-16\" next to \"files\" in seeder.json"
    ),
    (
      [0x69, 0, 0x64, 0, 0x2C, 0],
      "t.csv:1: found UTF-16 or UTF-32 at byte 0; expected a UTF-8 file, or \"encoding\": \"utf-16\" next to \"files\" in seeder.json"
    ),
  ]

  @Test("include bytes that are not UTF-8", arguments: bytes)
  func encodings(_ bytes: [UInt8], _ expected: String) async throws {
    try await withFolder { folder in
      try folder.write(bytes, to: "t.csv")
      #expect(try await folder.faults() == [expected])
      #expect(try await folder.versions().isEmpty)
    }
  }

  @Test("include files that are missing, not regular or outside the folder")
  func places() async throws {
    try await withFolder { folder in
      let missing =
        "seeder.json:1: field 'files': found no file 't.csv'; expected a file in the same folder"
      #expect(try await folder.faults() == [missing])

      try FileManager.default.createDirectory(
        atPath: "\(folder.path)/t.csv", withIntermediateDirectories: false)
      #expect(try await folder.faults() == ["t.csv: found a folder; expected a data file"])
      try FileManager.default.removeItem(atPath: "\(folder.path)/t.csv")

      #expect(makePipe("\(folder.path)/t.csv"))
      #expect(try await folder.faults() == ["t.csv: found a pipe; expected a data file"])
      try FileManager.default.removeItem(atPath: "\(folder.path)/t.csv")

      let outside =
        "t.csv: found a symbolic link that leads out of the seeder's folder; expected a file inside it"
      for target in ["/etc/hostname", "/dev/zero", "../\(folder.path.split(separator: "/")[1])x"] {
        try "id\n1\n".write(toFile: "\(folder.path)x", atomically: false, encoding: .utf8)
        try FileManager.default.createSymbolicLink(
          atPath: "\(folder.path)/t.csv", withDestinationPath: target)
        #expect(try await folder.faults() == [outside], "\(target)")
        try FileManager.default.removeItem(atPath: "\(folder.path)/t.csv")
      }
      try FileManager.default.removeItem(atPath: "\(folder.path)x")

      try FileManager.default.createSymbolicLink(atPath: "\(folder.path)/t.csv", withDestinationPath: "gone")
      #expect(try await folder.faults() == [missing])
      try folder.write("id,a\n1,x\n", to: "gone")
      #expect(try await folder.counts() == RowCounts(inserted: 1), "a link inside the folder is followed")
    }
  }

  @Test("include an overlay outside the folder")
  func overlay() async throws {
    try await withFolder { folder in
      try folder.write("id,a\n1,x\n", to: "t.csv")
      try FileManager.default.createSymbolicLink(
        atPath: "\(folder.path)/t.test.csv", withDestinationPath: "/etc/hostname")
      #expect(
        try await folder.faults() == [
          "t.test.csv: found a symbolic link that leads out of the seeder's folder; expected a file inside it"
        ])
    }
  }

  @Test("are only counted after the first two hundred")
  func many() async throws {
    try await withFolder { folder in
      try folder.write(
        "[" + (1...500).map { #"{"id": \#($0), "b": 1}"# }.joined(separator: ",\n") + "]", to: "t.json")
      try folder.define(#"{table: "t", files: "t.json", key: "id"}"#)
      let failure = try #require(try await folder.run().failure)
      #expect(failure.faults.count == 200)
      #expect(failure.message == "500 errors in the data; the first 200 are listed")
    }
  }

  @Test("do not allow SQL injection by names and values")
  func injection() async throws {
    let attack = #"x"; DROP TABLE t; --"#
    try await withFolder { folder in
      try folder.write(
        "id,a\n1,\"'); DROP TABLE t; --\"\n2,\"$$; DROP TABLE t; $$\"\n3,\\'; DROP TABLE t\n", to: "t.csv")
      #expect(try await folder.counts() == RowCounts(inserted: 3))
      let quoted = attack.replacing("\"", with: "\\\"")
      for tables in [
        #"{table: "\#(quoted)", files: "t.csv", key: "id"}"#,
        #"{table: "t", files: "t.csv", key: "\#(quoted)"}"#,
        #"{table: "t", files: "t.csv", key: "id", touch: "\#(quoted)"}"#,
        #"{table: "t", files: "t.csv", key: "id", columns: {"\#(quoted)": "a"}}"#,
        #"{table: "t", files: "t.csv", key: "id", columns: {a: {references: {table: "t", key: "\#(quoted)"}}}}"#,
        #"{table: "t", files: "t.csv", key: "id", columns: {a: {references: {table: "\#(quoted)", key: "id"}}}}"#,
        #"{table: "t", files: "t.csv", key: "id", columns: {a: {references: {table: "t", key: "id", column: "\#(quoted)"}}}}"#,
      ] {
        try folder.define(tables)
        let found = try await folder.faults()
        #expect(found.allSatisfy { $0.hasPrefix("seeder.json:1:") }, "\(found)")
      }
      #expect(try await folder.rows("SELECT ARRAY[a] FROM t ORDER BY id").count == 3)
      // A table and columns that really have such names.
      try await folder.sql(
        #"""
        CREATE TABLE "x""; DROP TABLE t; --" ("id'); --" int PRIMARY KEY, "a"" = 1; --" text CHECK ("a"" = 1; --" <> ''''));
        """#)
      try folder.define(#"{table: "\#(quoted)", files: "odd.json", key: "id'); --"}"#)
      try folder.write(#"[{"id'); --": 1, "a\" = 1; --": "v"}, {"id'); --": 2}]"#, to: "odd.json")
      #expect(try await folder.counts() == RowCounts(inserted: 2))
      #expect(try await folder.counts() == RowCounts(unchanged: 2))
    }
  }
}

/// - Returns: whether a named pipe could be made.
private func makePipe(_ path: String) -> Bool { mkfifo(path, 0o600) == 0 }
