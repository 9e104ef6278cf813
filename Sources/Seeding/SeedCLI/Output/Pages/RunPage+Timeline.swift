import FoundationEssentials
import Postgres
import SeedKit

extension RunPage {
  /// A lane for each step and each seeder. Lengths are percentages of the width, so the chart fits any screen. Texts
  /// are next to the chart, not in it.
  var timeline: String {
    guard !record.seeders.isEmpty || !record.steps.isEmpty else { return "" }
    let before = record.steps.filter { $0.name != .seed && $0.name != .verify }.map(lane)
    let after = record.steps.filter { $0.name == .verify }.map(lane)
    return """
      <h2 id="timeline">Timeline</h2>
      <p class="soft">The phases of each seeder over time. <a href="#spans">A table</a> lists the same data.</p>
      <ul class="legend">\(legend)</ul>
      <div class="chart">
      \(axis)
      \((before + record.seeders.map(lane) + after).joined(separator: "\n"))
      </div>
      """
  }

  /// The legend of the phases that occur.
  private var legend: String {
    let seen = Set(record.seeders.flatMap(\.spans).map(\.phase))
    var items = SeedPhase.allCases.filter { seen.contains($0) }.map { phase in
      "<li>\(Self.swatch("p-\(phase.rawValue)"))\(escape(phase.legend))</li>"
    }
    if record.steps.contains(where: { $0.name != .seed }) {
      items.insert("<li>\(Self.swatch("p-step"))a step of the run</li>", at: 0)
    }
    if !record.allRetries.isEmpty {
      items.append(
        "<li><svg class=\"swatch\" aria-hidden=\"true\"><path class=\"retry\" d=\"M6 1L12 11H0Z\"/></svg>failed and retried</li>"
      )
    }
    return items.joined()
  }

  private static func swatch(_ look: String) -> String {
    "<svg class=\"swatch\" aria-hidden=\"true\"><rect class=\"\(look)\" width=\"12\" height=\"12\" rx=\"2\"/></svg>"
  }

  /// Labels with round times above the lanes.
  private var axis: String {
    let labels = ticks.map { tick in
      let anchor = tick == 0 ? "start" : tick > span * 0.93 ? "end" : "middle"
      return """
        <text x="\(share(tick))" y="12" text-anchor="\(anchor)">\(escape(Text.tick(tick)))</text>
        """
    }
    return """
      <div class="lane axis" aria-hidden="true"><span class="name"></span>\
      <svg height="16">\(labels.joined())</svg><span class="time"></span></div>
      """
  }

  /// Four to six ticks, spaced by 1, 2 or 5 times a power of ten milliseconds.
  var ticks: [Double] {
    var step = 0.1
    for factor in [2.0, 2.5, 2.0].cycled(times: 12) where span / step > 6 { step *= factor }
    return Array(stride(from: 0, through: span, by: step))
  }

  private var grid: String {
    ticks.dropFirst().map { tick in
      "<line class=\"grid\" x1=\"\(share(tick))\" x2=\"\(share(tick))\" y1=\"0\" y2=\"26\"/>"
    }.joined()
  }

  /// A time in milliseconds as a percentage of the chart's width.
  func share(_ milliseconds: Double) -> String {
    HTMLPage.number(min(100, max(0, milliseconds / span * 100))) + "%"
  }

  private func lane(_ step: RunRecord.Step) -> String {
    let title = "\(step.name.rawValue): \(Text.duration(step.duration))"
    let marks = record.retries.filter {
      $0.subject == step.name.rawValue || step.name == .migrate && $0.subject == "connect"
    }
    return lane(
      name: "<span class=\"step\">\(escape(step.name.rawValue))</span>",
      badge: step.failure == nil ? "" : badge(.failed),
      note: step.note
        ?? (step.name == .migrate ? migrationNote : ""),
      time: Text.duration(step.duration), label: title,
      chart: bar("p-step", from: step.start.milliseconds, for: step.duration.milliseconds, title: title)
        + (step.name == .connect || !record.steps.contains { $0.name == .connect }
          ? marks.map(mark).joined() : ""))
  }

  private var migrationNote: String {
    record.migrations.isEmpty
      ? "no migrations were pending" : Text.count(record.migrations.count, "migration") + " applied"
  }

  private func lane(_ seeder: SeederReport) -> String {
    let last = seeder.attempts
    let bars = seeder.spans.map { span in
      let isLost = span.attempt < last && span.phase != .queued
      let detail = span.detail.map { " for \($0)" } ?? ""
      return bar(
        "p-\(span.phase.rawValue)\(isLost && span.phase != .pausing ? " lost" : "")",
        isThin: span.phase.isWaiting,
        from: offset + span.start.milliseconds, for: span.duration.milliseconds,
        title: "\(seeder.id): \(span.phase.legend)\(detail), \(Text.duration(span.duration))"
          + (last > 1 && span.phase != .queued ? ", attempt \(span.attempt)" : ""))
    }
    return lane(
      name: "<a href=\"#seeder-\(escape(seeder.id.rawValue))\">\(escape(seeder.id.rawValue))</a>",
      badge: badge(seeder.outcome), note: note(of: seeder),
      time: seeder.outcome == .skipped ? "" : Text.duration(seeder.duration),
      label: "\(seeder.id), \(seeder.outcome.rawValue), \(note(of: seeder))",
      chart: bars.joined() + seeder.retries.map(mark).joined())
  }

  private func lane(name: String, badge: String, note: String, time: String, label: String, chart: String)
    -> String
  {
    """
    <div class="lane"><span class="name">\(badge)\(name)</span>\
    <svg height="26" role="img" aria-label="\(escape(label))">\(grid)\(chart)</svg>\
    <span class="time">\(escape(time))</span><span class="note">\(escape(note))</span></div>
    """
  }

  /// A bar with a minimum width, so that short spans are visible.
  func bar(_ look: String, isThin: Bool = false, from start: Double, for duration: Double, title: String)
    -> String
  {
    """
    <rect class="\(look)" x="\(share(start))" \(isThin ? "y=\"10\" height=\"6\"" : "y=\"4\" height=\"18\"") width="\(share(max(duration, span * 0.002)))">\
    <title>\(escape(title))</title></rect>
    """
  }

  private func mark(_ retry: RetryRecord) -> String {
    let moment = retry.at.timeIntervalSince(record.startedAt) * 1000
    let code = retry.sqlState.map { " (\($0))" } ?? ""
    return """
      <svg x="\(share(moment))" width="12" height="26" overflow="visible"><path class="retry" d="M0 14L6 25H-6Z">\
      <title>\(escape("retried\(code): \(retry.cause)"))</title></path></svg>
      """
  }

  func badge(_ outcome: SeederReport.Outcome) -> String {
    let (sign, look) =
      switch outcome {
      case .seeded: ("✓", "good")
      case .unchanged: ("✓", "soft")
      case .skipped: ("–", "warn")
      case .failed: ("✗", "bad")
      }
    return "<span class=\"badge \(look)\" role=\"img\" aria-label=\"\(outcome.rawValue)\">\(sign)</span>"
  }

  /// `11 inserted · connection 2 · waited 18 ms for preparation`
  private func note(of seeder: SeederReport) -> String {
    var parts = [RunFormatter.summary(of: seeder)]
    if !seeder.connections.isEmpty {
      parts.append(
        (seeder.connections.count == 1 ? "connection " : "connections ") + seeder.connections.ranges)
    }
    let waits = seeder.waits
    if !waits.isEmpty { parts.append("waited \(waits.joined(separator: ", "))") }
    if !seeder.retries.isEmpty {
      parts.append("retried \(seeder.retries.count == 1 ? "once" : "\(seeder.retries.count) times")")
    }
    return parts.filter { !$0.isEmpty }.joined(separator: " · ")
  }
}

extension Array where Element == Double {
  fileprivate func cycled(times: Int) -> [Double] { (0..<times).flatMap { _ in self } }
}

extension [Int] {
  /// `1–4, 7`
  var ranges: String {
    var parts: [ClosedRange<Int>] = []
    for number in sorted() {
      if let last = parts.last, last.upperBound + 1 >= number {
        parts[parts.count - 1] = last.lowerBound...Swift.max(last.upperBound, number)
      } else {
        parts.append(number...number)
      }
    }
    return parts.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)–\($0.upperBound)" }
      .joined(separator: ", ")
  }
}

extension SeederReport {
  /// The waits of at least a millisecond, by cause: `18 ms for preparation`.
  var waits: [String] {
    var order: [String] = []
    var times: [String: Duration] = [:]
    for span in spans where span.phase == .queued || span.phase == .locking {
      let cause = span.detail ?? (span.phase == .queued ? "its turn" : "a connection or a lock")
      if times[cause] == nil { order.append(cause) }
      times[cause, default: .zero] += span.duration
    }
    return order.compactMap { cause in
      guard let time = times[cause], time >= .milliseconds(1) else { return nil }
      return "\(Text.duration(time)) for \(cause)"
    }
  }
}

extension SeedPhase {
  /// Whether the seeder only waits in this phase. The chart draws it thinner, so that color is not the only cue.
  var isWaiting: Bool { self == .queued || self == .locking || self == .pausing }

  /// The name of the phase in the legend.
  var legend: String {
    switch self {
    case .queued: "queued"
    case .locking: "waiting for a connection or another run"
    case .reading: "reading and checking"
    case .comparing: "comparing"
    case .writing: "writing"
    case .finishing: "finishing"
    case .committing: "committing"
    case .pausing: "pausing before a retry"
    }
  }
}
