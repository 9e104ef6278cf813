import FoundationEssentials
import SeedTesting
import Testing

@testable import SeedKit

@Suite("Moving dates")
struct MovingDatesTests {
  private static let sql = """
    CREATE TABLE visit (
      id int PRIMARY KEY, day date NOT NULL, at timestamptz, noted timestamp(0), born date, ends time,
      CHECK (at::date - day < 2));
    CREATE TABLE pause (visit_id int REFERENCES visit, starts timestamp, PRIMARY KEY (visit_id, starts));
    """
  private static let files = [
    "visit.csv": """
    id,day,at,noted,born,ends
    1,2026-01-05,2026-01-05 09:00:00+00,2026-01-05 09:00:00,1990-05-17,10:00
    2,2026-01-09,,infinity,,
    """
  ]

  private func with(
    _ dates: String, columns: String = #"born: {dates: false}"#, _ body: (SeederFolder) async throws -> Void
  ) async throws {
    let table = #"{table: "visit", files: "visit.csv", key: "id", columns: {\#(columns)}}"#
    try await SeederFolder.with(Self.sql, tables: table, files: Self.files) { folder in
      try folder.write(
        #"{id: "awkward", summary: "Visits", dates: \#(dates), tables: [\#(table)]}"#, to: "seeder.json")
      try await body(folder)
    }
  }

  private static let rows =
    "SELECT ARRAY[id::text, day::text, at::text, noted::text, born::text, ends::text] FROM visit ORDER BY id"

  @Test("leave the rows of one week unchanged, and shift them all in another week")
  func weeks() async throws {
    try await with(#"{anchor: "2026-01-05", step: "week"}"#) { folder in
      let first = try await folder.counts(now: "2026-01-11T23:59:59Z")
      #expect(first == RowCounts(inserted: 2))
      let before = [
        "1│2026-01-05│2026-01-05 09:00:00+00│2026-01-05 09:00:00│1990-05-17│10:00:00",
        "2│2026-01-09│∅│infinity│∅│∅",
      ]
      #expect(try await folder.rows(Self.rows) == before)
      let same = try await folder.counts(now: "2026-01-05")
      #expect(same == RowCounts(unchanged: 2))
      let later = try await folder.counts(now: "2026-11-30T11:00:00Z")
      #expect(later == RowCounts(updated: 2))
      let after = [
        "1│2026-11-30│2026-11-30 09:00:00+00│2026-11-30 09:00:00│1990-05-17│10:00:00",
        "2│2026-12-04│∅│infinity│∅│∅",
      ]
      #expect(try await folder.rows(Self.rows) == after)
      let again = try await folder.counts(now: "2026-12-06")
      #expect(again == RowCounts(unchanged: 2))
      let earlier = try await folder.counts(now: "2026-01-04")
      #expect(earlier == RowCounts(updated: 2))
      #expect(try await folder.rows(Self.rows)[0].hasPrefix("1│2025-12-29│"))
    }
  }

  @Test("keep the time of day in their time zone")
  func timeZone() async throws {
    try await with(#"{anchor: "2026-01-05", step: "week", timeZone: "Europe/Berlin"}"#) { folder in
      _ = try await folder.counts(now: "2026-06-01")
      // 10:00 in Berlin is 09:00 UTC in winter and 08:00 UTC in summer.
      #expect(
        try await folder.rows("SELECT ARRAY[at::text, noted::text] FROM visit WHERE id = 1")
          == ["2026-06-01 08:00:00+00│2026-06-01 09:00:00"])
    }
  }

  @Test(
    "move by whole steps",
    arguments: [
      ("day", "2026-01-31", "2026-02-02T23:00:00Z", 2), ("week", "2026-01-05", "2026-01-11", 0),
      ("month", "2026-01-31", "2026-02-28", 1), ("month", "2026-01-31", "2026-02-27", 0),
      ("month", "2026-01-15", "2025-12-31", -1), ("year", "2024-02-29", "2025-02-28", 1),
      ("year", "2024-02-29", "2025-02-27", 0), ("week", "2026-01-05", "2026-01-04T12:00:00Z", -1),
    ])
  func steps(_ step: String, _ anchor: String, _ now: String, _ count: Int) throws {
    let dates = MovingDates(
      anchor: try #require(MovingDates.day(anchor)), step: try #require(MovingDates.Step(rawValue: step)),
      timeZone: "UTC", line: 1, now: try #require(MovingDates.time(now)))
    #expect(dates.steps == count)
  }

  @Test("change the fingerprint with the step, not with the time")
  func fingerprint() async throws {
    try await with(#"{anchor: "2026-01-05", step: "week"}"#) { folder in
      func inputs(_ now: String) throws -> [String] {
        var options = DeclarativeSeeder.Options()
        options.now = MovingDates.time(now)
        return try DeclarativeSeeder(directory: folder.path, options: options).fingerprintInputs
      }
      let monday = try inputs("2026-01-12")
      #expect(try inputs("2026-01-18T23:00:00Z") == monday)
      #expect(try inputs("2026-01-19") != monday)
    }
  }

  @Test("cannot move a key, except with sync")
  func key() async throws {
    let table = #"{table: "pause", files: "p.csv", key: ["visit_id", "starts"]}"#
    try await SeederFolder.with(
      Self.sql + "INSERT INTO visit VALUES (1, '2026-01-01')", tables: "",
      files: ["p.csv": "visit_id,starts\n1,2026-01-05 12:00\n"]
    ) { folder in
      func define(_ table: String) throws {
        try folder.write(
          #"{id: "awkward", summary: "S", dates: {anchor: "2026-01-05", step: "day"}, tables: [\#(table)]}"#,
          to: "seeder.json")
      }
      try define(table)
      #expect(
        try await folder.faults() == [
          "seeder.json:1: field 'key': found the column 'starts', which 'dates' shifts; expected other columns, "
            + "\"policy\": \"sync\", or \"dates\": false for this column"
        ])
      try define(table.replacing("}", with: #", policy: "sync"}"#))
      _ = try await folder.counts(now: "2026-01-05")
      let next = try await folder.counts(now: "2026-01-06")
      #expect(next == RowCounts(inserted: 1, deleted: 1))
      #expect(try await folder.rows("SELECT ARRAY[starts::text] FROM pause") == ["2026-01-06 12:00:00"])
    }
  }

  @Test("are refused for ranges and arrays, and with an unknown zone")
  func refused() async throws {
    try await SeederFolder.with(
      "CREATE TABLE t (id int PRIMARY KEY, span daterange, days date[])", tables: "",
      files: ["t.csv": "id,span,days\n1,,\n"]
    ) { folder in
      try folder.write(
        #"""
        {id: "awkward", summary: "S", dates: {anchor: "2026-01-05", step: "day", timeZone: "Mars/Base"},
         tables: [{table: "t", files: "t.csv", key: "id", columns: {days: {dates: false}}}]}
        """#, to: "seeder.json")
      #expect(
        try await folder.faults() == [
          "seeder.json:1: field 'dates.timeZone': found 'Mars/Base'; expected a time zone that the server knows, such as Europe/Oslo"
        ])
      try folder.edit("seeder.json", ", timeZone: \"Mars/Base\"", "")
      #expect(
        try await folder.faults() == [
          "seeder.json:2: field 'span': found a column of type daterange, which 'dates' cannot shift; expected \"dates\": false "
            + "for this column"
        ])
      // A column that no field fills does not matter.
      try folder.write("id,days\n1,\n", to: "t.csv")
      let counts = try await folder.counts()
      #expect(counts == RowCounts(inserted: 1))
    }
  }

  @Test(
    "do not accept days that do not exist",
    arguments: ["2026-02-30", "2025-02-29", "2026-06-31T00:00:00Z", "2026-13-01", "0000-01-01"])
  func invalidDays(_ text: String) {
    #expect(MovingDates.time(text) == nil)
  }
}
