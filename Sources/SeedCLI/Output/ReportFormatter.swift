import Migrations
import Postgres
import SeedKit

/// Words a run's report for a person.
struct ReportFormatter {
  let report: SeedReport

  /// One line for each seeder, causes and remedies under those that failed, then a summary.
  var lines: [String] {
    let heads = Text.table(
      report.seeders.map { seeder in
        [seeder.outcome.rawValue, seeder.id.rawValue, Self.summary(of: seeder), Self.time(of: seeder)]
      })
    var lines: [String] = []
    for (seeder, head) in zip(report.seeders, heads) {
      lines.append(head)
      lines += Self.explanation(of: seeder).map { "  " + $0 }
    }
    if !report.leftOut.isEmpty {
      let names = report.leftOut.map(\.rawValue).joined(separator: ", ")
      lines.append("not part of --all in the environment '\(report.environment)': \(names)")
    }
    return lines + [summary]
  }

  static func summary(of seeder: SeederReport) -> String {
    switch seeder.outcome {
    case .seeded, .unchanged:
      seeder.tables.tables.isEmpty ? seeder.note ?? "nothing to do" : Text.counts(seeder.tables)
    case .skipped: seeder.note ?? ""
    case .failed: seeder.failure?.message.split(separator: "\n").first.map(String.init) ?? ""
    }
  }

  private static func time(of seeder: SeederReport) -> String {
    guard seeder.outcome != .skipped else { return "" }
    let retries = seeder.retries.isEmpty ? "" : ", after \(seeder.retries.count) of its attempts failed"
    return Text.duration(seeder.duration) + retries
  }

  static func explanation(of seeder: SeederReport) -> [String] {
    guard let failure = seeder.failure else { return [] }
    let rest = failure.message.split(separator: "\n").dropFirst().map(String.init)
    return rest + failure.faults.map(\.description) + (failure.remedy.map { ["Help: \($0)"] } ?? [])
  }

  private var summary: String {
    let outcomes: [SeederReport.Outcome] = [.seeded, .unchanged, .skipped, .failed]
    let parts = outcomes.compactMap { outcome in
      let number = report.seeders.count { $0.outcome == outcome }
      return number == 0 ? nil : "\(number) \(outcome.rawValue)"
    }
    return parts.joined(separator: ", ") + " in \(Text.duration(report.duration))"
  }
}
