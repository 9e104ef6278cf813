package import FoundationEssentials
import Postgres
import SeedKit

/// Formats of durations, counts and tables that several commands use.
package enum Text {
  /// `62 ms`, `1.3 s`, `2 min 5 s`
  static func duration(_ duration: Duration) -> String {
    let milliseconds = duration.milliseconds
    if milliseconds < 1000 { return "\(Int(milliseconds.rounded())) ms" }
    if milliseconds < 60_000 { return "\(Double(Int(milliseconds / 100)) / 10) s" }
    let seconds = Int(milliseconds / 1000)
    return "\(seconds / 60) min \(seconds % 60) s"
  }

  /// `0.3 s`, `2:05 min`, `1:02 h`: a duration whose width changes rarely, for live lines.
  static func clock(_ duration: Duration) -> String {
    let tenths = max(0, Int(duration.milliseconds / 100))
    if tenths < 600 { return "\(tenths / 10).\(tenths % 10) s" }
    func pair(_ large: Int, _ small: Int) -> String { "\(large):\(small < 10 ? "0" : "")\(small)" }
    let seconds = tenths / 10
    return seconds < 3600
      ? pair(seconds / 60, seconds % 60) + " min" : pair(seconds / 3600, seconds / 60 % 60) + " h"
  }

  /// A label of a time axis without unnecessary decimals: `0`, `250 ms`, `1.5 s`, `2 min`.
  static func tick(_ milliseconds: Double) -> String {
    func short(_ value: Double) -> String { HTMLPage.number(value) }
    if milliseconds == 0 { return "0" }
    if milliseconds < 1000 { return "\(short(milliseconds)) ms" }
    if milliseconds < 120_000 { return "\(short(milliseconds / 1000)) s" }
    return "\(short(milliseconds / 60_000)) min"
  }

  /// `1 seeder`, `3 seeders`
  package static func count(_ number: Int, _ noun: String) -> String {
    "\(number) \(noun)\(number == 1 ? "" : "s")"
  }

  /// `books 12 inserted, authors 43 unchanged`
  static func counts(_ outcome: SeedOutcome) -> String {
    outcome.tables.map { table in
      let counts = [
        (table.counts.inserted, "inserted"), (table.counts.updated, "updated"),
        (table.counts.deleted, "deleted"), (table.counts.drifted, "drifted"),
        (table.counts.unchanged, "unchanged"),
      ]
      let parts = counts.filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
      return "\(table.name) \(parts.isEmpty ? "0" : parts.joined(separator: " "))"
    }.joined(separator: ", ")
  }

  /// `books 12 deleted, authors 43 deleted 2 kept`
  static func removals(_ outcome: SeedOutcome) -> String {
    guard !outcome.tables.isEmpty else { return "no rows in the history" }
    return outcome.tables.map { table in
      (table.counts.updated > 0
        ? "\(table.name) \(table.counts.updated) cleared" : "\(table.name) \(table.counts.deleted) deleted")
        + (table.counts.drifted > 0 ? " \(table.counts.drifted) kept" : "")
    }.joined(separator: ", ")
  }

  /// `2026-03-01 12:30:00`, in UTC.
  package static func time(_ date: Date) -> String {
    date.formatted(
      Date.ISO8601FormatStyle().year().month().day().dateTimeSeparator(.space)
        .time(includingFractionalSeconds: false))
  }

  /// Formats a table, split into several tables below each other if it is wider than `columns`. Each part repeats the
  /// first column.
  static func tables(_ rows: [[String]], columns limit: Int?) -> [String] {
    guard let limit, let header = rows.first else { return table(rows) }
    let widths = header.indices.map { column in rows.map { DisplayText.width(of: $0[column]) }.max() ?? 0 }
    var groups: [[Int]] = []
    var used = Int.max / 2
    for column in header.indices.dropFirst() {
      used += 2 + widths[column]
      if used > limit || groups.isEmpty {
        groups.append([0])
        used = widths[0] + 2 + widths[column]
      }
      groups[groups.count - 1].append(column)
    }
    let parts = groups.map { group in table(rows.map { row in group.map { row[$0] } }) }
    return Array(parts.joined(separator: [""]))
  }

  /// Formats a table with left-aligned columns, separated by two spaces.
  package static func table(_ rows: [[String]]) -> [String] {
    let rows = rows.map { $0.map { DisplayText.line($0) } }
    let columnCount = rows.map(\.count).max() ?? 0
    let widths = (0..<columnCount).map { column in
      rows.map { column < $0.count ? DisplayText.width(of: $0[column]) : 0 }.max() ?? 0
    }
    return rows.map { row in
      let cells = row.enumerated().map { index, cell in
        index == row.count - 1 ? cell : DisplayText.padded(cell, to: widths[index])
      }
      let line = cells.joined(separator: "  ")
      return String(line.reversed().drop { $0 == " " }.reversed())
    }
  }
}
