import FoundationEssentials
import Postgres
import SeedTesting
import Testing

@testable import SeedKit

/// `SEED_TEST_FUZZ` multiplies the number of random files.
@Suite("Seeders derived from files")
struct FileImportTests {
  private func read(_ name: String, in folder: SeederFolder) async throws -> FileImport {
    try await FileImport.read(
      .init(path: "\(folder.path)/\(name)", id: "awkward", table: "t", key: []), from: .empty)
  }

  @Test(
    "name the dialect, the encoding and the formats",
    arguments: [
      ("t.csv", "a\tb\n1\tx\n2\ty\n", ["\"delimiter\": \"\\t\""]),
      ("t.csv", "a,b\n'1,5',x\n'2',y\n", ["\"quote\": \"'\"", "\"decimal\": \",\""]),
      ("t.csv", "a,b\n1,\"x \\\" y\"\n", ["\"escape\": \"\\\\\""]),
      ("t.csv", "a,b\r1,x\r", ["\"allow\": [\"carriage-returns\"]"]),
      ("t.csv", "a;n\nx;1 234,5\ny;12,25\n", ["\"decimal\": \",\"", "\"thousands\": \" \""]),
      ("t.csv", "a;n;m\nx;1,5;1.5\ny;2,5;2\n", ["\"n\": {\"decimal\": \",\"}"]),
      ("t.csv", "a;n\nx;1,234\ny;5,678\n", ["1,234 is read as 1234", "\"thousands\": \",\""]),
      ("t.csv", "a,d\nx,01/02/2026\ny,03/04/2026\n", ["DD/MM/YYYY fits all dates, too", "\"MM/DD/YYYY\""]),
      ("t.csv", "a,d\nx,13/02/2026 10:00\n", ["\"dateFormat\": \"DD/MM/YYYY HH24:MI\""]),
      ("t.csv", "a,n\nNO,1\nSE,NA\n", ["\"null\": \"NA\""]),
      ("t.csv", "a,n\nNA,1\nSE,NA\n", []),
      ("t.csv", "a,n\nNA,\nSE,x\n", []),
      ("t.csv", "1,x\n2,y\n", ["\"header\": [\"column_1\", \"column_2\"]"]),
      ("t.csv", "id,code,t\n1,x,7\n2,y,8\n", ["\"key\": \"id\""]),
      ("t.json", #"{"meta": {"n": 2}, "data": {"rows": [{"x": 1}, {"x": 2}]}}"#, ["\"path\": \"data.rows\""]),
      ("t.json", #"{"a.b": [{"x": 1}, {"x": 2}]}"#, ["\"path\": \"/a.b\""]),
      ("t.json", "{\"x\": 1}\n{\"x\": 2}\n", ["\"format\": \"jsonl\""]),
      ("t.json", #"{"r": {"a": {"x": 1}, "b": {"x": 1}}}"#, ["\"path\": \"r\"", "\"keyField\": \"key\""]),
    ] as [(String, String, [String])])
  func dialects(name: String, text: String, parts: [String]) async throws {
    try await SeederFolder.with("", tables: "", files: [name: text]) { folder in
      let found = try await read(name, in: folder)
      for part in parts { #expect(found.definition.contains(part), "\(part): \(found.definition)") }
      if parts.isEmpty { #expect(!found.definition.contains("null"), "\(found.definition)") }
      try await load(found, in: folder)
    }
  }

  @Test(
    "name the encoding",
    arguments: [
      ([0x61, 0x0A, 0xE4, 0x0A], "windows-1252"), ([0x61, 0x0A, 0x81, 0x0A], "latin-1"),
      ([0xFF, 0xFE, 0x61, 0, 0x0A, 0, 0x62, 0], "utf-16"), ([0x61, 0, 0x0A, 0, 0x62, 0], "utf-16le"),
      ([0, 0x61, 0, 0x0A, 0, 0x62], "utf-16be"),
    ] as [([UInt8], String)])
  func encodings(bytes: [UInt8], encoding: String) async throws {
    try await SeederFolder.with("", tables: "", files: [:]) { folder in
      try folder.write(bytes, to: "t.csv")
      let found = try await read("t.csv", in: folder)
      #expect(found.definition.contains("\"encoding\": \"\(encoding)\""), "\(found.definition)")
      try await load(found, in: folder)
    }
  }

  /// Creates the table, loads the file, and finds the rows unchanged.
  private func load(_ found: FileImport, in folder: SeederFolder) async throws {
    try folder.write(found.definition, to: "seeder.json")
    let script = try #require(found.createTable)
    try await folder.database.withConnection { connection in
      try await connection.runScript(
        "DROP TABLE IF EXISTS t; DROP SCHEMA IF EXISTS seed_runner CASCADE;" + script)
    }
    let first = try await folder.counts()
    #expect(first.inserted == found.count, "\(found.definition)")
    #expect(try await folder.counts().unchanged == found.count, "\(found.definition)")
  }

  private static let values = [
    "1", "-2", "3.5", "1,5", "1.234,5", "007", "x", "NA", "NULL", "", "\"\"", "true", "f", "05.01.2026",
    "01/02/2026",
    "2026-01-05", "2026-01-05 10:00:00", "2026-01-05T10:00:00Z", "12345678901", "1e5", "'a'", "\"a;b\"",
    "5\" x", "é",
    "{1}", "\\N", "#", "123e4567-e89b-12d3-a456-426614174000", " ", "+1", "12:00", "aGk=",
  ]

  @Test("load any file of lines that they are derived from, or the file is rejected")
  func fuzz() async throws {
    var random = SplitMix(state: 31)
    try await SeederFolder.with("", tables: "", files: [:]) { folder in
      var loaded = 0
      for number in 0..<(12 * Python.rounds) {
        let width = Int.random(in: 1...4, using: &random)
        let delimiter = [",", ";", "\t", "|"].randomElement(using: &random) ?? ","
        let kinds = (0..<width).map { _ in
          (0..<3).map { _ in Self.values.randomElement(using: &random) ?? "" }
        }
        var lines = (0..<Int.random(in: 1...6, using: &random)).map { line in
          (["k\(line)"] + kinds.map { $0.randomElement(using: &random) ?? "" }).joined(separator: delimiter)
        }
        if number % 3 > 0 { lines.insert((0...width).map { "f\($0)" }.joined(separator: delimiter), at: 0) }
        if number % 7 == 0 { lines.insert("", at: Int.random(in: 0...lines.count, using: &random)) }
        let name = ["t.csv", "t.txt", "t.tsv"].randomElement(using: &random) ?? "t.csv"
        try folder.write(lines.joined(separator: number % 5 == 0 ? "\r\n" : "\n") + "\n", to: name)
        do {
          let found = try await read(name, in: folder)
          try await load(found, in: folder)
          loaded += 1
        } catch let error where error is FixtureError || error is TableExportError {
          continue
        }
      }
      #expect(loaded > 2)
    }
  }

  @Test("of damaged files are derived or rejected")
  func damaged() async throws {
    var random = SplitMix(state: 32)
    let files = [
      ("t.csv", "a,b\n1,\"x\"\n2,y\n"), ("t.json", #"{"d": [{"a": 1, "b": {"c": "é"}}, {"a": 2}]}"#),
      ("t.jsonl", "{\"a\": 1}\n{\"a\": 2}\n"), ("t.yml", "- &x a: 1\n  b: [~, 'c']\n- <<: *x\n  a: 2\n"),
      ("t.txt", "1\t\\N\n2\tx\\ty\n"), ("t.dat", "[{\"a\": 1}]"),
    ]
    try await TemporaryFolder.with { folder in
      for number in 0..<(300 * Python.rounds) {
        let (name, text) = files[number % files.count]
        var bytes = Array(text.utf8)
        for _ in 0..<Int.random(in: 0...3, using: &random) where !bytes.isEmpty {
          let place = Int.random(in: 0..<bytes.count, using: &random)
          switch Int.random(in: 0..<3, using: &random) {
          case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
          case 1: bytes.removeSubrange(place...)
          default: bytes.insert(bytes[Int.random(in: 0..<bytes.count, using: &random)], at: place)
          }
        }
        let path = "\(folder.path)/\(name)"
        try Data(bytes).write(to: URL(filePath: path))
        do {
          _ = try await FileImport.read(.init(path: path, id: "awkward", table: "t", key: []), from: .empty)
        } catch let error where error is FixtureError || error is TableExportError {
          continue
        }
      }
    }
  }
}
