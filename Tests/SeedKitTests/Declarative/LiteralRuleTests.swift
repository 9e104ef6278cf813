import Postgres
@testable import SeedKit
import SeedTesting
import Testing

@Suite("Literals that a column would truncate or change")
struct LiteralRuleTests {
  private static let columns = LiteralCase.all.indices.map { "c\($0)" }

  /// Records with one literal of each type, as many as needed for all literals.
  private func records(_ literals: (LiteralCase) -> [String]) -> [[String?]] {
    let count = LiteralCase.all.map { literals($0).count }.max() ?? 0
    return (0..<count).map { row in
      LiteralCase.all.map { row < literals($0).count ? literals($0)[row] : nil }
    }
  }

  private func csv(_ records: [[String?]]) -> String {
    let lines = records.enumerated().map { number, values in
      "\(number),"
        + values.map { $0.map { "\"\($0.replacing("\"", with: "\"\""))\"" } ?? "" }.joined(separator: ",")
    }
    return (["id," + Self.columns.joined(separator: ",")] + lines).joined(separator: "\n")
  }

  private func json(_ records: [[String?]]) -> String {
    func quoted(_ text: String) -> String {
      "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
    }
    let objects = records.enumerated().map { number, values in
      "{\"id\": \(number)"
        + zip(Self.columns, values).map { name, value in value.map { ", \"\(name)\": \(quoted($0))" } ?? "" }
        .joined()
        + "}"
    }
    return "[" + objects.joined(separator: ",\n") + "]"
  }

  private func load(
    _ files: [String: String], major: Int?, ownership: String = "rows",
    _ body: (SeederFolder) async throws -> Void
  ) async throws {
    let columns = zip(Self.columns, LiteralCase.all).map { "\($0) \($1.type)" }.joined(separator: ", ")
    let name = try #require(files.keys.first)
    try await SeederFolder.with(
      "\(LiteralCase.setup) CREATE TABLE t (id int PRIMARY KEY, \(columns));",
      tables: "{table: \"t\", files: \"\(name)\", key: \"id\", ownership: \"\(ownership)\"}", files: files,
      major: major, body)
  }

  @Test("are rejected in CSV with record and field", arguments: [nil, 16])
  func refusedInCSV(_ major: Int?) async throws {
    let records = records(\.refused)
    try await load(["t.csv": csv(records)], major: major) { folder in
      try await expectRefusals(of: records, in: folder)
    }
  }

  @Test("are rejected in JSON with record and field", arguments: [nil, 16])
  func refusedInJSON(_ major: Int?) async throws {
    let records = records(\.refused)
    try await load(["t.json": json(records)], major: major) { folder in
      try await expectRefusals(of: records, in: folder)
    }
  }

  private func expectRefusals(of records: [[String?]], in folder: SeederFolder) async throws {
    let found = try await folder.faults()
    for (number, record) in records.enumerated() {
      for (column, value) in zip(Self.columns, record) {
        guard let value else { continue }
        let place = "record \(number + 1), field '\(column)': found '"
        #expect(
          found.contains { $0.contains(place) },
          "\(LiteralCase.all[Self.columns.firstIndex(of: column) ?? 0].type) '\(value)'")
      }
    }
    #expect(found.count == records.joined().compactMap(\.self).count, "\(found.joined(separator: "\n"))")
  }

  @Test("make a bulk load fall back to staging", arguments: LiteralCase.all)
  func refusedInLargeFiles(_ example: LiteralCase) async throws {
    try await SeederFolder.with(
      "\(LiteralCase.setup) CREATE TABLE t (id int PRIMARY KEY, v \(example.type));",
      tables: #"{table: "t", files: "t.csv", key: "id", ownership: "table"}"#, files: [:]
    ) { folder in
      for literal in example.refused {
        try folder.write("id,v\n1,\"\(literal.replacing("\"", with: "\"\""))\"\n", to: "t.csv")
        let failure = try await folder.run().failure
        #expect(failure?.faults.count == 1, "\(example.type) '\(literal)'")
      }
      #expect(try await folder.rows("SELECT ARRAY[id::text] FROM t").isEmpty)
    }
  }

  @Test("are rejected only if they lose information (CSV)", arguments: [nil, 16])
  func keptInCSV(_ major: Int?) async throws {
    let records = records(\.kept)
    try await load(["t.csv": csv(records)], major: major) { folder in
      let first = try await folder.counts()
      #expect(first == RowCounts(inserted: records.count))
      #expect(try await folder.counts() == RowCounts(unchanged: records.count))
    }
  }

  @Test("are rejected only if they lose information (JSON)", arguments: [nil, 16])
  func keptInJSON(_ major: Int?) async throws {
    let records = records(\.kept)
    try await load(["t.json": json(records)], major: major) { folder in
      let counts = try await folder.counts()
      #expect(counts == RowCounts(inserted: records.count))
    }
  }

  @Test("are rejected only if they lose information (bulk load)")
  func keptInLargeFiles() async throws {
    let records = records(\.kept)
    try await load(["t.csv": csv(records)], major: nil, ownership: "table") { folder in
      let report = try await folder.run()
      #expect(report.tables.total == RowCounts(inserted: records.count), "\(report.failure?.details ?? "")")
      #expect(try await folder.rows("SELECT ARRAY[count(*)::text] FROM seed_runner.owned_row") == ["0"])
    }
  }

  @Test(
    "of composite types are reported with the attribute; others are stored as written", arguments: [nil, 16])
  func composite(_ major: Int?) async throws {
    try await SeederFolder.with(
      "\(LiteralCase.setup) CREATE TABLE t (id int PRIMARY KEY, v trip, list place[], at shape);",
      tables: #"{table: "t", files: "t.json", key: "id"}"#, files: [:], major: major
    ) { folder in
      try folder.write(
        #"""
        [{"id": 1, "v": "(\"(,1.55,)\",,,,)", "list": ["(,,x)", "(today,,)"], "at": "(,\"2020-01-01 10:00:01.5\")"}]
        """#, to: "t.json")
      let lossy = try await folder.run().failure?.faults.map(\.expected)
      #expect(
        lossy == [
          "at most 1 decimal place, as numeric(4,1) stores (attribute home.n)",
          "a fixed date or time: 'today' has a different value in every run (attribute d)",
          "no more decimal places than timestamp(0) without time zone stores (attribute cut at)",
        ])
      try folder.write(
        #"[{"id": 1, "v": {"home": null}, "list": [{"d": null}], "at": ["a", "b"]}]"#, to: "t.json")
      let values = try await folder.run().failure?.faults.map(\.found)
      #expect(values == ["an object", "an array", "an array"], "a composite value is a text, in JSON too")
      try folder.write(#"[{"id": 1, "list": ["(2020-01-01,1.50,\"a,b\")", null, "(,,)"]}]"#, to: "t.json")
      #expect(try await folder.counts() == RowCounts(inserted: 1))
      let stored = try await folder.rows("SELECT ARRAY[list::text] FROM t")
      #expect(stored == [#"{"(2020-01-01,1.5,\"a,b\")",NULL,"(,,)"}"#])
    }
  }

  @Test("of jsonb include objects with duplicate keys in CSV", arguments: ["rows", "table"])
  func jsonb(_ ownership: String) async throws {
    try await SeederFolder.with(
      "CREATE TABLE t (id int PRIMARY KEY, v jsonb, list jsonb[])",
      tables: #"{table: "t", files: "t.csv", key: "id", ownership: "\#(ownership)"}"#,
      files: ["t.csv": #"id,v\#n1,"{""a"":1,""b"":2,""a"":3}"\#n"#]
    ) { folder in
      let twice = try await folder.run().failure?.faults.map(\.field)
      #expect(twice == ["v"])
      try folder.write(#"id,list\#n1,"{""{\""a\"":1,\""a\"":3}""}"\#n"#, to: "t.csv")
      #expect(try await folder.run().failure?.faults.map(\.field) == ["list"])
      try folder.write(#"id,v\#n1,"{""a"":1,""b"":{""a"":3}}"\#n2,{broken\#n"#, to: "t.csv")
      let broken = try await folder.run().failure?.faults.map(\.record)
      #expect(broken == [2], "PostgreSQL judges what is no JSON")
    }
  }

  @Test(
    "of jsonb that are too large for the key check are rejected",
    arguments: [
      String(repeating: "[", count: 200) + String(repeating: "]", count: 200) + #",{"a":1}"#,
      #"{"a":1},"# + String(repeating: "1,", count: 1_000_000) + "1",
    ])
  func largeJSON(_ elements: String) throws {
    let rule = try #require(LiteralRule(path: " -1 jsonb", type: "jsonb", money: nil))
    #expect(rule.refusal(of: Array("[\(elements)]".utf8)[...])?.hasPrefix("a smaller value") == true)
  }

  @Test(
    "of numbers, dates and times are limited to 10,000 bytes",
    arguments: [" 655366 numeric", " -1 date", "a. -1 interval", "2. -1 timestamptz", " -1 float8"])
  func long(_ path: String) throws {
    let rule = try #require(LiteralRule(path: path, type: "", money: nil))
    let zeros = String(repeating: "0", count: 10_001)
    let refusal = rule.refusal(
      of: Array((path.hasPrefix("2") ? "(,\(zeros))" : path.hasPrefix("a") ? "{\(zeros)}" : zeros).utf8)[...])
    #expect(refusal == "at most 10000 bytes")
  }

  @Test("of money depend on lc_monetary")
  func money() throws {
    let german = MoneyFormat(sample: "1.234,50 €")
    #expect(german.refusal(of: Array("1.199,00".utf8)[...]) == nil)
    #expect(german.refusal(of: Array("12.50".utf8)[...]) != nil)
    let yen = MoneyFormat(sample: "￥1,235")
    #expect(yen.refusal(of: Array("1,199".utf8)[...]) == nil)
    #expect(yen.refusal(of: Array("12.50".utf8)[...]) != nil)
    #expect(MoneyFormat(sample: "$1,234.50") == MoneyFormat())
  }
}
