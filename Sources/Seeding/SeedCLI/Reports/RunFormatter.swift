import FoundationEssentials
import Postgres
import SeedKit

/// Formats a run as text.
struct RunFormatter {
  let record: RunRecord

  /// Formats one line per seeder, with errors and fixes below failed ones, then a summary.
  ///
  /// - Parameter columns: the width at which lines are wrapped; nil for no wrapping.
  func lines(columns: Int?) -> [StyledLine] {
    Self.lines(of: record.seeders, columns: columns) + wrapped(leftOut("--all in the environment"), columns)
      + [outcomeCounts]
  }

  private var outcomeCounts: StyledLine {
    let outcomes: [SeederReport.Outcome] = [.seeded, .unchanged, .skipped, .failed]
    let parts = outcomes.compactMap { outcome in
      let number = record.seeders.count { $0.outcome == outcome }
      return number == 0 ? nil : "\(number) \(outcome.rawValue)"
    }
    var line = StyledLine()
    line.append(
      (parts.isEmpty ? "nothing to seed" : parts.joined(separator: ", "))
        + " in \(Text.duration(record.duration))", .bold)
    return line
  }

  /// Formats a run of `ci`: outcomes with errors and fixes, durations, and verifications.
  ///
  /// - Parameter columns: the width at which lines are wrapped; nil for no wrapping.
  func details(columns: Int?) -> [StyledLine] {
    // If the run ended before its first seeder, the error message says why.
    guard record.failure == nil || record.seeders.contains(where: { $0.attempts > 0 }) else {
      return wrapped([summary], columns)
    }
    let heads =
      columns.map { width in
        Self.lines(of: record.seeders, columns: width) { $0.retries.map(RetryText.line) }
      } ?? outcomes.map(StyledLine.init)
    let tables = Text.tables(metrics, columns: columns).map(StyledLine.init)
    let rest = wrapped([steps].filter { !$0.isEmpty && !metrics.isEmpty }, columns)
    return heads + wrapped(leftOut("the environment") + [""], columns) + tables + rest
      + (metrics.isEmpty ? [] : [StyledLine("")]) + wrapped(verifications + [summary], columns)
  }

  private func wrapped(_ lines: [String], _ columns: Int?) -> [StyledLine] {
    lines.flatMap { Self.wrapped($0, indent: 0, columns: columns) }
  }

  private var outcomes: [String] {
    let heads = Text.table(
      record.seeders.map { [$0.outcome.rawValue, $0.id.rawValue, Self.summary(of: $0)] })
    var lines: [String] = []
    for (seeder, head) in zip(record.seeders, heads) {
      lines.append(head)
      lines += Self.explanation(of: seeder).map { "  " + $0 }
      lines += seeder.retries.map { "  " + RetryText.line($0) }
    }
    return lines
  }

  private func leftOut(_ whole: String) -> [String] {
    guard !record.leftOut.isEmpty else { return [] }
    let names = record.leftOut.map(\.rawValue).joined(separator: ", ")
    return ["not part of \(whole) '\(record.environment)': \(names)"]
  }

  /// A table of the seeders that started, with the phases that took time.
  private var metrics: [[String]] {
    let started = record.seeders.filter { $0.attempts > 0 }
    guard !started.isEmpty else { return [] }
    let phases = SeedPhase.allCases.filter { phase in
      started.contains { $0.spans.times.contains { $0.phase == phase } }
    }
    let header =
      ["SEEDER", "ROWS", "ROWS/S", "TRIPS", "RETRIES"] + phases.map { Self.heading($0) } + ["TIME"]
    let rows = started.map { seeder in
      let counts = seeder.tables.total
      let times = seeder.spans.times
      return [
        seeder.id.rawValue, "\(counts.written + counts.unchanged + counts.drifted)",
        seeder.rowsPerSecond.map { "\(Int($0))" } ?? "-", "\(seeder.roundTrips)", "\(seeder.retries.count)",
      ]
        + phases.map { phase in
          times.first { $0.phase == phase }.map { Text.duration($0.duration) } ?? "-"
        } + [Text.duration(seeder.duration)]
    }
    return [header] + rows
  }

  private var steps: String {
    let steps = record.steps.map { step in
      "\(step.name.rawValue) \(Text.duration(step.duration)) (\(Text.count(step.roundTrips, "round trip")))"
    }
    return "steps: " + steps.joined(separator: ", ")
  }

  private static func heading(_ phase: SeedPhase) -> String {
    switch phase {
    case .queued: "QUEUED"
    case .locking: "LOCK"
    case .reading: "READ"
    case .comparing: "COMPARE"
    case .writing: "WRITE"
    case .finishing: "FINISH"
    case .committing: "COMMIT"
    case .pausing: "LOST"
    }
  }

  private var verifications: [String] {
    Text.table(
      record.verifications.map { found in
        let word =
          switch found.outcome {
          case .passed: "ok"
          case .failed: "fails"
          case .skipped: "skipped"
          }
        return [word, found.name, found.found]
      })
  }

  private var summary: String {
    let retries = record.allRetries.count
    var parts = ["\(record.result.rawValue) in \(Text.duration(record.duration))"]
    let rows = record.rows
    parts.append("\(Text.count(rows.written, "row")) written, \(rows.unchanged) unchanged")
    if retries > 0 { parts.append("retried \(retries == 1 ? "once" : "\(retries) times")") }
    if let template = record.template {
      parts.append("\(template.isMade ? "created" : "cloned from") the template \(template.name)")
    }
    return parts.joined(separator: "; ")
  }
}
