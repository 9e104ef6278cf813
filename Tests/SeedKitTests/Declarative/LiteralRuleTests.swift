import Postgres
@testable import SeedKit
import SeedTesting
import Testing

/// A type and literals of it that a column takes, and others of which something would be lost.
struct LiteralCase: Sendable, CustomTestStringConvertible {
  let type: String
  let kept: [String]
  let refused: [String]

  var testDescription: String { type }

  init(_ type: String, kept: [String], refused: [String]) {
    self.type = type
    self.kept = kept
    self.refused = refused
  }

  static let setup = """
    CREATE DOMAIN cents AS numeric(10,2);
    CREATE DOMAIN fees AS cents;
    CREATE DOMAIN shifts AS time(0)[];
    CREATE TYPE dayspan AS RANGE (subtype = time);
    """

  static let all: [LiteralCase] = [
    .init(
      "date",
      kept: [
        "2019-01-13", "2019-11-07T00:00:00.000Z", "20190113", "Jan 13 2019", "13-Jan-2019", "January 8, 1999",
        "infinity", "-infinity", "epoch", "2019/01/13", "J2451187", "2019-01-13 12:00:00 AM", "0044-03-15 BC",
      ],
      refused: [
        "2019-11-07T23:00:00.000Z", "13/01/19", "4/23/20", "12-11-10", "01/02/2019", "190113", "1.2.2019",
        "2019-01-13 12:00 PM", "NOW", "today", "Tomorrow", "yesterday", "01 02 2019", "20190113T230000",
        "13-Jan-19", "5 Jan 20", "Jan 13 19",
      ]),
    .init(
      "timestamp",
      kept: [
        "2019-01-13 04:05:06.123456", "2019-01-13T04:05:06.1234560", "2019-01-13", "Jan 13 2019 4:05 PM",
      ],
      refused: [
        "2019-01-13 04:05:06+02", "2019-01-13T04:05:06Z", "2019-01-13 04:05 Europe/Oslo",
        "2019-01-13 04:05 PST",
        "2019-01-13 04:05:06.1234567", "now", "01/02/2019 04:05",
      ]),
    .init(
      "timestamp(3)", kept: ["2019-01-13 04:05:06.123", "2019-01-13 04:05:06.1230"],
      refused: ["2019-01-13 04:05:06.1234", "2019-01-13T04:05:06.123Z"]),
    .init(
      "timestamptz",
      kept: [
        "2019-01-13T04:05:06.123456+02:00", "2019-01-13 04:05 America/New_York", "20190113T040506Z", "epoch",
      ],
      refused: [
        "2019-01-13T04:05:06.1234567Z", "now", "yesterday", "12/11/10 04:05Z", "20190113T040506.1234567Z",
      ]),
    .init(
      "time", kept: ["04:05:06.789", "04:05 AM", "040506", "allballs"],
      refused: [
        "04:05:06+02", "04:05:06Z", "2019-01-13 04:05:06", "04:05:06.1234567", "now", "040506.1234567",
      ]),
    .init("time without time zone", kept: ["04:05"], refused: ["Jan 13 2019 04:05", "13-Jan-2019 04:05:06"]),
    .init("time(0)", kept: ["04:05:06", "04:05:06.000"], refused: ["04:05:06.5"]),
    .init(
      "timetz", kept: ["04:05:06.789+02", "04:05:06Z"],
      refused: ["04:05:06.1234567+02", "now", "2019-01-13 04:05:06+02"]),
    .init(
      "interval",
      kept: [
        "1.5 days", "1 year 2 mons -3 days 04:05:06.789", "P1Y2M3DT4H5M6.7S", "@ 1 hour ago", "0.1 mons",
        "1-2",
        "0.125 s", "1 04:05:06", "P0001-02-03T04:05:06", "0.5 years",
      ],
      refused: [
        "1.0000001 s", "0.3333333333 minutes", "04:05:06.1234567", "PT0.0000001S", "0.1 years", "1.5 us",
      ]),
    .init("interval(2)", kept: ["0.12 s"], refused: ["0.125 s", "04:05:06.789"]),
    .init(
      "interval day to second(0)", kept: ["1 day 04:05:06"], refused: ["1 day 04:05:06.5"]),
    .init("interval hour", kept: ["2 hours", "120 minutes"], refused: ["90 minutes", "1:30:00"]),
    .init(
      "interval year to month", kept: ["1 year 2 months", "1-2"], refused: ["1 year 2 days", "2 hours"]),
    .init("interval day", kept: ["5 days"], refused: ["36 hours", "1.5 days"]),
    .init(
      "numeric(10,2)", kept: ["1.50", "1.500", "15e-1", "NaN", "1e3"], refused: ["1.505", "1505e-3", "1e-3"]),
    .init("fees", kept: ["1.50"], refused: ["1.505"]),
    .init("numeric(5,-2)", kept: ["1200", "1.2e3"], refused: ["1250", "12.5e2"]),
    .init(
      "money", kept: ["12.50", "$1,234.50", "1234.500", "-1,234,567.00", ".50", "($5.00)"],
      refused: ["12,50", "1199,00", "12.505", "1,23,456.00"]),
    .init(
      "bytea", kept: [#"\x1f8b"#, #"a\\b"#, #"\001"#, #"\x"#], refused: ["aGVsbG8=", "hello", "1f8b"]),
    .init(
      "double precision", kept: ["9007199254740992", "0.1", "1e300", "9007199254740994", "NaN", "-Infinity"],
      refused: ["9007199254740993", "-9007199254740993.0", "123456789012345678901234567890"]),
    .init("real", kept: ["16777216", "0.1", "3e30"], refused: ["16777217", "123456789"]),
    .init("varchar(3)", kept: ["abc", "ab "], refused: ["abc ", "ab    "]),
    .init("name", kept: ["short"], refused: [String(repeating: "n", count: 64)]),
    .init(#""char""#, kept: ["a"], refused: ["ab"]),
    .init(
      "date[]", kept: ["{2019-01-13,NULL}", #"{{"2019-01-13"},{2019-01-14}}"#, "{}"],
      refused: ["{2019-01-13,today}", #"{"2019-01-13 01:00"}"#, "{13/01/19}"]),
    .init("numeric(3,1)[]", kept: ["{1.2,3}", "[0:1]={1.20,2}"], refused: ["{1.25}", "{{1.2},{1.23}}"]),
    .init("cents[]", kept: ["{1.25}"], refused: ["{1.255}"]),
    .init("shifts", kept: ["{04:05:06}"], refused: ["{04:05:06.5}", "{04:05:06+02}"]),
    .init("varchar(3)[]", kept: [#"{"ab ",abc}"#], refused: [#"{"abc "}"#]),
    .init(
      "daterange", kept: ["[2019-01-13,2019-01-15)", "empty", "(,2019-01-13]", #"["2019-01-13",infinity)"#],
      refused: ["[today,)", "[2019-01-13,13/01/19)", #"["2019-01-13 01:00",)"#]),
    .init(
      "tsrange", kept: ["[2019-01-13 04:05,2019-01-13 05:00)"],
      refused: ["[2019-01-13 04:05+02,)", "[2019-01-13 04:05:06.1234567,)"]),
    .init(
      "tstzmultirange", kept: ["{[2019-01-13Z,2019-01-14Z)}", "{}"],
      refused: ["{[now,)}", "{[2019-01-13Z,),[01/02/2030,)}"]),
    .init(
      "dayspan[]", kept: [#"{"[04:05,05:06)"}"#],
      refused: [#"{"[04:05,05:06+02)"}"#, #"{"[04:05:00.1234567,06:00)"}"#]),
  ]
}

@Suite("Literals of which a column would drop or change something")
struct LiteralRuleTests {
  private static let columns = LiteralCase.all.indices.map { "c\($0)" }

  /// Records with one literal for each type, as many as the type with most of them needs.
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

  @Test("are refused in CSV, each by its record and field", arguments: [nil, 16])
  func refusedInCSV(_ major: Int?) async throws {
    let records = records(\.refused)
    try await load(["t.csv": csv(records)], major: major) { folder in
      try await expectRefusals(of: records, in: folder)
    }
  }

  @Test("are refused in JSON, each by its record and field", arguments: [nil, 16])
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

  @Test("make the direct load step aside", arguments: LiteralCase.all)
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

  @Test("have relatives that lose nothing, which are loaded from CSV", arguments: [nil, 16])
  func keptInCSV(_ major: Int?) async throws {
    let records = records(\.kept)
    try await load(["t.csv": csv(records)], major: major) { folder in
      let first = try await folder.counts()
      #expect(first == RowCounts(inserted: records.count))
      #expect(try await folder.counts() == RowCounts(unchanged: records.count))
    }
  }

  @Test("have relatives that lose nothing, which are loaded from JSON", arguments: [nil, 16])
  func keptInJSON(_ major: Int?) async throws {
    let records = records(\.kept)
    try await load(["t.json": json(records)], major: major) { folder in
      let counts = try await folder.counts()
      #expect(counts == RowCounts(inserted: records.count))
    }
  }

  @Test("have relatives that lose nothing, which go straight into the table")
  func keptInLargeFiles() async throws {
    let records = records(\.kept)
    try await load(["t.csv": csv(records)], major: nil, ownership: "table") { folder in
      let report = try await folder.run()
      #expect(report.tables.total == RowCounts(inserted: records.count), "\(report.failure?.details ?? "")")
      #expect(try await folder.rows("SELECT ARRAY[count(*)::text] FROM seed_runner.owned_row") == ["0"])
    }
  }

  @Test("of jsonb are objects in CSV that have a key twice", arguments: ["rows", "table"])
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

  @Test("of money follow the database's lc_monetary")
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
