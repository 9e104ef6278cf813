import SeedKit

/// Formats a plan as text.
struct PlanFormatter {
  let report: PlanReport
  let environment: SeedEnvironment

  /// The maximum number of rows shown per seeder. JSON lists more.
  private static let shownRows = 50
  /// The maximum length of a value in characters. JSON contains complete values.
  private static let shownLength = 60

  var lines: [String] {
    var lines = report.migrations.map { "migrate  \($0)" }
    let heads = Text.table(
      report.entries.map { entry in [Self.verb(entry), entry.id.rawValue, Self.summary(entry)] })
    for (entry, head) in zip(report.entries, heads) {
      lines.append(head)
      lines += explanation(of: entry).map { "  " + $0 }
    }
    return lines + [total]
  }

  private static func verb(_ entry: PlanReport.Entry) -> String {
    if entry.failure != nil { return "fail" }
    if entry.note != nil { return "wait" }
    return entry.wouldChange ? "change" : entry.isPending ? "kept" : "unchanged"
  }

  private static func summary(_ entry: PlanReport.Entry) -> String {
    if let failure = entry.failure {
      return failure.lines.first ?? ""
    }
    if let note = entry.note { return note }
    return entry.tables.tables.map { table in
      let counts = table.counts
      let parts = [
        (counts.inserted, "to insert"), (counts.updated, "to update"), (counts.deleted, "to delete"),
        (counts.drifted, "drifted, kept"), (counts.unchanged, "unchanged"),
      ].filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
      return "\(table.name) \(parts.isEmpty ? "0" : parts.joined(separator: ", "))"
    }.joined(separator: "; ")
  }

  private func explanation(of entry: PlanReport.Entry) -> [String] {
    var lines: [String] = []
    var changes = entry.changes
    if let failure = entry.failure {
      lines += failure.lines.dropFirst()
      // A failing seeder writes nothing, so show only the rows that make it fail.
      changes = failure.cause == .drift ? changes.filter(\.isDrift) : []
    }
    for change in changes.prefix(Self.shownRows) {
      let origin = change.file.map { file in
        "  (\(file)\(change.record.map { ": record \($0)" } ?? ""))"
      }
      lines.append("\(Self.sign(change)) \(change.table) '\(Self.shown(change.key))'\(origin ?? "")")
      guard change.action != .insert, !change.isRemoved else { continue }
      for column in change.columns {
        lines.append("    \(column.name): \(Self.value(column.old)) → \(Self.value(column.new))")
      }
    }
    let rest = changes.count - Self.shownRows
    if rest > 0 { lines.append("… and \(rest) more; --format json lists up to 1,000 per table") }
    return lines
  }

  private static func sign(_ change: RowChange) -> String {
    switch change.action {
    case .insert: change.isDrift ? "+ (deleted outside seed-runner)" : "+"
    case .update: change.isDrift ? "~ (drifted)" : "~"
    case .delete: "-"
    case .keep:
      if change.isRemoved {
        "= (deleted outside seed-runner, kept deleted)"
      } else if change.isDrift {
        "= (drifted, kept)"
      } else {
        "= (kept: \(change.reason ?? "other rows reference it, or a trigger keeps it"))"
      }
    }
  }

  private static func value(_ text: String?) -> String { text.map { "'\(shown($0))'" } ?? "NULL" }

  private static func shown(_ text: String) -> String {
    let line = text.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "⏎")
    return line.count > shownLength ? line.prefix(shownLength) + "…" : line
  }

  private var total: String {
    let counts = report.entries.map(\.tables.total).reduce(RowCounts(), +)
    guard report.wouldChange else {
      let verb = counts.unchanged == 1 ? "matches" : "match"
      let kept = report.entries.map(\.keptRows).reduce(0, +)
      return "nothing to do: \(Text.count(counts.unchanged, "row")) \(verb) the fixtures"
        + (kept == 0 ? "" : ", \(Text.count(kept, "drifted row")) kept")
    }
    let first =
      report.migrations.isEmpty ? "" : "\(Text.count(report.migrations.count, "migration")) to apply; "
    let failed = report.entries.count { $0.failure != nil }
    return first
      + "\(counts.inserted) to insert, \(counts.updated) to update, \(counts.deleted) to delete; "
      + (failed == 0 ? "" : "\(Text.count(failed, "seeder")) would fail; ") + "nothing was written"
  }
}
