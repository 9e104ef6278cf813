import Migrations
import Postgres
import SeedKit

extension RunFormatter {
  /// Formats each seeder in one line, or in several to fit `columns`, with its errors and fixes below.
  ///
  /// - Parameters:
  ///   - columns: the width to fit; nil for one line each.
  ///   - notes: further lines for a seeder.
  static func lines(
    of seeders: [SeederReport], columns: Int?, notes: (SeederReport) -> [String] = { _ in [] }
  ) -> [StyledLine] {
    let rows = seeders.map(Row.init)
    let widths = Widths(rows)
    return zip(seeders, rows).flatMap { seeder, row in
      (columns.map { Self.lines(of: row, widths, columns: $0) } ?? [Self.line(of: row, widths)])
        + (explanation(of: seeder) + notes(seeder)).flatMap { wrapped($0, indent: 2, columns: columns) }
    }
  }

  /// The parts of a seeder's line.
  private struct Row {
    let outcome: SeederReport.Outcome
    let id: String
    let summary: String
    let time: String
    let retries: String

    init(_ seeder: SeederReport) {
      outcome = seeder.outcome
      id = seeder.id.rawValue
      summary = DisplayText.line(RunFormatter.summary(of: seeder))
      time = seeder.outcome == .skipped ? "" : Text.duration(seeder.duration)
      retries = seeder.retries.isEmpty ? "" : "after \(Text.count(seeder.retries.count, "failed attempt"))"
    }

    var look: StyledLine.Look {
      switch outcome {
      case .seeded: .green
      case .unchanged: .plain
      case .skipped: .yellow
      case .failed: .red
      }
    }
  }

  private struct Widths {
    let outcome: Int
    let id: Int
    let summary: Int
    let time: Int

    init(_ rows: [Row]) {
      func widest(_ texts: [String]) -> Int { texts.map { DisplayText.width(of: $0) }.max() ?? 0 }
      outcome = widest(rows.map(\.outcome.rawValue))
      id = widest(rows.map(\.id))
      summary = widest(rows.map(\.summary))
      time = widest(rows.map(\.time))
    }
  }

  /// Formats a seeder in one line, with times aligned after the longest summary.
  private static func line(of row: Row, _ widths: Widths) -> StyledLine {
    let tail = [row.time, row.retries].filter { !$0.isEmpty }.joined(separator: ", ")
    let cells = [
      DisplayText.padded(row.id, to: widths.id),
      tail.isEmpty ? row.summary : DisplayText.padded(row.summary, to: widths.summary), tail,
    ]
    var line = StyledLine()
    line.append(DisplayText.padded(row.outcome.rawValue, to: widths.outcome), row.look)
    line.append("  " + cells.filter { !$0.isEmpty }.joined(separator: "  "))
    return line
  }

  /// Formats a seeder to fit a terminal. The summary is wrapped in its column, or below the name if that column would
  /// be too narrow.
  private static func lines(of row: Row, _ widths: Widths, columns: Int) -> [StyledLine] {
    // Limit the column of names, so that one long name does not squeeze the summaries.
    let nameWidth = min(widths.id, max(16, columns * 3 / 10))
    let left = widths.outcome + nameWidth + 4
    let room = columns - left - widths.time - 2
    let text = [row.summary, row.retries].filter { !$0.isEmpty }.joined(separator: "; ")
    var head = StyledLine()
    head.append(DisplayText.padded(row.outcome.rawValue, to: widths.outcome), row.look)
    guard room >= leastSummary else {
      head.append("  " + row.id)
      if !row.time.isEmpty { head.append("  " + row.time, .faint) }
      return [head] + wrapped(text, indent: 2, columns: columns, hanging: 0)
    }
    let width = min(room, max(widths.summary, leastSummary))
    var parts = text.isEmpty ? [""] : DisplayText.wrapped(text, to: width)
    var lines: [StyledLine] = []
    if DisplayText.width(of: row.id) > nameWidth {
      head.append("  " + row.id)
      lines.append(head)
      head = StyledLine(String(repeating: " ", count: left))
    } else {
      head.append("  " + DisplayText.padded(row.id, to: nameWidth) + "  ")
    }
    if row.time.isEmpty {
      head.append(parts.removeFirst())
    } else {
      head.append(DisplayText.padded(parts.removeFirst(), to: width))
      head.append("  " + DisplayText.padded(row.time, to: widths.time, isRight: true), .faint)
    }
    return lines + [head] + parts.map { StyledLine(String(repeating: " ", count: left) + $0) }
  }

  /// The minimum width in columns of a summary next to the name.
  private static let leastSummary = 24

  /// Wraps a line to a width, with continuation lines indented by `hanging` more columns.
  static func wrapped(
    _ text: String, indent: Int, columns: Int?, hanging: Int = 2
  ) -> [StyledLine] {
    let blanks = String(repeating: " ", count: indent)
    guard let columns, DisplayText.width(of: blanks + text) > columns else {
      return [StyledLine(blanks + text)]
    }
    let rest = blanks + String(repeating: " ", count: hanging)
    let width = max(leastSummary, columns - indent - hanging)
    return DisplayText.wrapped(DisplayText.line(text), to: width).enumerated().map { index, part in
      StyledLine((index > 0 ? rest : blanks) + part)
    }
  }

  /// The row counts of a seeder, or why it did not write any.
  static func summary(of seeder: SeederReport) -> String {
    switch seeder.outcome {
    case .seeded, .unchanged:
      seeder.tables.tables.isEmpty ? seeder.note ?? "nothing to do" : Text.counts(seeder.tables)
    case .skipped: seeder.note ?? ""
    case .failed: seeder.failure?.lines.first ?? ""
    }
  }

  /// The rest of the error message, the faults and the fix of a failed seeder.
  static func explanation(of seeder: SeederReport) -> [String] {
    guard let failure = seeder.failure else { return [] }
    return Array(failure.lines.dropFirst())
  }
}
