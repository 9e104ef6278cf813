import Testing

@testable import SeedGenerators

@Suite("Dates and times")
struct TimeTests {
  private func parsed(_ value: String) throws -> Int { try #require(Timestamp.parse(value)).microseconds }

  @Test("are between the limits, which are included")
  func limits() throws {
    let dates = Set(try TestColumn(["date": ["2024-02-27", "2024-03-01"]]).values(200))
    #expect(dates == ["2024-02-27", "2024-02-28", "2024-02-29", "2024-03-01"])
    let column = try TestColumn([
      "timestamp": ["between": ["2024-01-31 22:00", "2024-02-01 01:00"], "precision": "hour"]
    ])
    #expect(
      Set(column.values(100)).sorted() == [
        "2024-01-31 22:00:00", "2024-01-31 23:00:00", "2024-02-01 00:00:00", "2024-02-01 01:00:00",
      ])
    let day = try TestColumn(["timestamptz": ["between": ["1969-12-31", "1969-12-31"], "precision": "hour"]])
    #expect(Set(day.values(500)).count == 24)
    #expect(day.values(500).allSatisfy { $0.hasPrefix("1969-12-31 ") && $0.hasSuffix(":00:00+00") })
  }

  @Test("are in working hours and on the days with weights")
  func workingHours() throws {
    let column = try TestColumn([
      "timestamp": [
        "between": ["2024-01-03 12:00", "2024-06-30"], "hours": [9, 17], "weekdays": [1, 1, 1, 1, 2, 0, 0],
      ]
    ])
    var counts = [Int](repeating: 0, count: 7)
    for value in column.values(5_000) {
      let time = try parsed(value)
      #expect(time >= (try parsed("2024-01-03 12:00")), "\(value)")
      let hour = time / (3_600 * Interval.second) % 24
      #expect((9..<17).contains(hour), "\(value)")
      counts[CivilDate.weekday(time / Interval.day)] += 1
    }
    #expect(counts[5] == 0 && counts[6] == 0)
    #expect(counts[4] > 3 * counts[0] / 2)
  }

  @Test("after other times are not before them, and keep their form")
  func after() throws {
    let column = try TestColumn(["after": ["column": "created_at", "least": "1 minute", "within": "2 days"]])
    for (source, suffix) in [("2024-02-28 23:30:00+00", "+00"), ("2024-02-28 23:30:00.25", ".25")] {
      column.set("created_at", source)
      for value in column.values(200) {
        let difference = try parsed(value) - parsed(source)
        #expect((60 * Interval.second...2 * Interval.day).contains(difference), "\(value)")
        #expect(value.hasSuffix(suffix))
      }
    }
    column.set("created_at", "2024-02-28")
    // At least one minute after a date is the next day.
    #expect(Set(column.values(200)) == ["2024-02-29", "2024-03-01"])
    column.removeOthers()
    #expect(column.value(0) == nil)
  }

  @Test("after other times are not later than a limit")
  func until() throws {
    let column = try TestColumn([
      "after": ["column": "created_at", "within": "30 days", "until": "2024-03-01"]
    ])
    let values = column.values(300)
    #expect(values.allSatisfy { $0 >= "2024-02-28 23:30:00" && $0 <= "2024-03-01 00:00:00+00" })
    #expect(Set(values).count > 250)
    column.set("created_at", "2024-04-01 00:00:00")
    #expect(column.value(0) == "2024-04-01 00:00:00")
  }

  @Test("are converted like in the Gregorian calendar")
  func calendar() {
    for (text, day) in [
      ("1970-01-01", 0), ("2000-02-29", 11_016), ("0001-01-01", -719_162), ("9999-12-31", 2_932_896),
    ] {
      #expect(CivilDate.parse(text) == day)
      var bytes: [UInt8] = []
      CivilDate.append(day, to: &bytes)
      #expect(String(decoding: bytes, as: UTF8.self) == text)
    }
    // 1970-01-01 was a Thursday.
    #expect((-4...3).map(CivilDate.weekday) == [6, 0, 1, 2, 3, 4, 5, 6])
    for text in ["2023-02-29", "2024-13-01", "2024-00-10", "2024-1-1", "2024-04-31"] {
      #expect(CivilDate.parse(text) == nil)
    }
  }

  @Test("are parsed with offsets")
  func parsing() throws {
    #expect(try parsed("2024-01-01 02:00:00+02") == parsed("2024-01-01"))
    #expect(try parsed("2023-12-31T18:30:00-05:30") == parsed("2024-01-01T00:00Z"))
    #expect(try parsed("2024-01-01 00:00:00.5") - parsed("2024-01-01") == 500_000)
    for text in ["2024-01-01x", "2024-01-01 25:00", "2024-01-01 10:60", "2024-01-01 10", "x"] {
      #expect(Timestamp.parse(text) == nil, "\(text)")
    }
    #expect(Interval.parse("1 day 12 hours") == 36 * 3_600 * Interval.second)
    #expect(Interval.parse("1 month") == nil)
    #expect(Interval.parse("-1 day") == nil)
  }
}
