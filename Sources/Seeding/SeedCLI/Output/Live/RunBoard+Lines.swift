import Migrations
import SeedKit

extension RunBoard {
  /// A line for each seeder and a summary line, to fit a terminal.
  ///
  /// If there are more seeders than rows, running seeders are preferred, then failed ones, then those that ended last.
  /// They keep the order of the plan.
  func lines(columns: Int, rows limit: Int, on terminal: Terminal, at time: ContinuousClock.Instant)
    -> [StyledLine]
  {
    guard !rows.isEmpty else { return [] }
    // Reserve one row for the summary and one for the cursor.
    let shown = shownRows(atMost: max(1, limit - 2))
    let longest = rows.map { DisplayText.width(of: $0.id.rawValue) }.max() ?? 0
    // Limit long names, so that the activity fits.
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
      let when = left > .zero ? "retrying in \(Text.clock(left))" : "retrying"
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
    if !running.isEmpty { parts.append("\(running.count) running") }
    if failedCount > 0 { parts.append("\(failedCount) failed") }
    if hiddenCount > 0 { parts.append("\(hiddenCount) not shown") }
    var line = StyledLine()
    let text = "\(Text.clock(time - start)): " + parts.joined(separator: ", ")
    if isStopping {
      line.append("interrupted, rolling back", .yellow)
      line.append(", " + text)
    } else {
      line.append(
        ended.isEmpty && running.isEmpty ? "\(Text.clock(time - start)): preparing" : text, .bold)
    }
    return line
  }

  /// The elapsed time of a running seeder, or the duration of one that ended.
  private static func clock(of row: Row, at time: ContinuousClock.Instant) -> String {
    switch row.state {
    case .pending: ""
    case .running(let since, _): Text.clock(time - since)
    case .ended(let report): report.outcome == .skipped ? "" : Text.duration(report.duration)
    }
  }

  /// The sign in front of a seeder's name.
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
  /// The description of the phase in live lines and progress lines.
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
