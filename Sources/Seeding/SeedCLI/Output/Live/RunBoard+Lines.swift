import Migrations
import SeedKit

extension RunBoard {
  /// A line for each seeder and one for the whole, to fit a terminal.
  ///
  /// Where there are more seeders than rows, those at work come first, then those that failed, then those
  /// that ended last; the order of the plan is kept.
  func lines(columns: Int, rows limit: Int, on terminal: Terminal, at time: ContinuousClock.Instant)
    -> [StyledLine]
  {
    guard !rows.isEmpty else { return [] }
    // One row for the whole, one for the cursor.
    let shown = shownRows(atMost: max(1, limit - 2))
    let longest = rows.map { DisplayText.width(of: $0.id.rawValue) }.max() ?? 0
    // A long name must leave room for what the seeder does.
    let nameWidth = min(longest, max(12, columns * 3 / 10))
    let clockWidth = shown.map { DisplayText.width(of: Self.clock(of: $0, at: time)) }.max() ?? 0
    let lines = shown.map { row in
      let clock = DisplayText.padded(Self.clock(of: row, at: time), to: clockWidth, isRight: true)
      return line(of: row, nameWidth: nameWidth, clock: clock, columns: columns, on: terminal, at: time)
    }
    return lines + [footer(hiddenCount: rows.count - shown.count, on: terminal, at: time)]
  }

  private func shownRows(atMost limit: Int) -> [Row] {
    guard rows.count > limit else { return rows }
    func importance(_ row: Row) -> Int {
      switch row.state {
      case .running: 3_000_000
      case .ended(let report): (report.outcome == .failed ? 2_000_000 : 1_000_000) + row.order
      case .pending: 0
      }
    }
    let chosen = Set(
      rows.indices.sorted { (importance(rows[$0]), $1) > (importance(rows[$1]), $0) }.prefix(limit))
    return rows.indices.filter { chosen.contains($0) }.map { rows[$0] }
  }

  private func line(
    of row: Row, nameWidth: Int, clock: String, columns: Int, on terminal: Terminal,
    at time: ContinuousClock.Instant
  ) -> StyledLine {
    let signs = Signs(hasUnicode: terminal.hasUnicode)
    let name = DisplayText.padded(
      DisplayText.truncated(
        row.id.rawValue, to: nameWidth, ellipsis: terminal.hasUnicode ? "…" : "..."), to: nameWidth)
    var line = StyledLine()
    switch row.state {
    case .pending:
      line.append("\(signs.pending) \(name)", .faint)
    case .running(_, let activity):
      line.append(signs.spinner(after: time - start), .cyan)
      line.append(" \(name)  ")
      line.append(clock + "  ", .faint)
      append(activity, to: &line, columns: columns - 1, on: terminal, at: time)
    case .ended(let report):
      let (sign, look) = signs.outcome(report.outcome)
      line.append(sign, look)
      line.append(" \(name)  ")
      line.append(clock + "  ", .faint)
      line.append(RunFormatter.summary(of: report), report.outcome == .failed ? .red : .faint)
    }
    return line
  }

  private func append(
    _ activity: Activity, to line: inout StyledLine, columns: Int, on terminal: Terminal,
    at time: ContinuousClock.Instant
  ) {
    if isStopping { return line.append("rolling back", .yellow) }
    switch activity {
    case .working(let phase): line.append(phase.activity)
    case .waiting: line.append("waiting for another run of this seeder", .yellow)
    case .pausing(let cause, let until):
      let first = cause.split(separator: "\n").first.map(String.init) ?? ""
      let left = until - time
      let when = left > .zero ? "retrying in \(Text.clock(left))" : "tries again"
      line.append("\(when): \(first)", .yellow)
    case .progress(let meter):
      line.append(meter.bar(columns: columns - line.width, hasUnicode: terminal.hasUnicode, at: time))
    }
  }

  private func footer(hiddenCount: Int, on terminal: Terminal, at time: ContinuousClock.Instant) -> StyledLine
  {
    let ended = reports
    let failedCount = ended.count { $0.outcome == .failed }
    var parts = ["\(ended.count) of \(Text.count(rows.count, "seeder")) done"]
    if !running.isEmpty { parts.append("\(running.count) at work") }
    if failedCount > 0 { parts.append("\(failedCount) failed") }
    if hiddenCount > 0 { parts.append("\(hiddenCount) not shown") }
    var line = StyledLine()
    let text = "\(Text.clock(time - start)): " + parts.joined(separator: ", ")
    if isStopping {
      line.append("interrupted, rolling back", .yellow)
      line.append(", " + text)
    } else {
      line.append(
        ended.isEmpty && running.isEmpty ? "\(Text.clock(time - start)): getting ready" : text, .bold)
    }
    return line
  }

  /// How long a seeder has been at work, or took.
  private static func clock(of row: Row, at time: ContinuousClock.Instant) -> String {
    switch row.state {
    case .pending: ""
    case .running(let since, _): Text.clock(time - since)
    case .ended(let report): report.outcome == .skipped ? "" : Text.duration(report.duration)
    }
  }

  /// What stands before a seeder's name.
  private struct Signs {
    let hasUnicode: Bool

    var pending: String { hasUnicode ? "·" : "." }

    func spinner(after duration: Duration) -> String {
      let signs = Array(hasUnicode ? "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏" : "|/-\\")
      return String(signs[Int(max(.zero, duration) / .milliseconds(100)) % signs.count])
    }

    func outcome(_ outcome: SeederReport.Outcome) -> (String, StyledLine.Look) {
      switch outcome {
      case .seeded: (hasUnicode ? "✓" : "+", .green)
      case .unchanged: (hasUnicode ? "✓" : "=", .faint)
      case .skipped: ("-", .yellow)
      case .failed: (hasUnicode ? "✗" : "x", .red)
      }
    }
  }
}

extension SeedPhase {
  /// What a seeder does in the phase, as a line says it.
  var activity: String {
    switch self {
    case .queued: "queued"
    case .locking: "waiting for a connection"
    case .reading: "reading and checking"
    case .comparing: "comparing rows"
    case .writing: "writing rows"
    case .finishing: "finishing: index, statistics"
    case .committing: "committing"
    case .pausing: "waiting to retry"
    }
  }
}
