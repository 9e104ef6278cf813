import SeedKit

/// `seed-runner lint`: lints fixtures without a database.
struct LintCommand {
  let session: Session

  func run() throws -> ExitCode {
    let names = session.command.arguments
    func isSelected(_ id: SeederID) -> Bool { names.isEmpty || names.contains(id.rawValue) }
    let (registry, fixtures) = try session.sources(selected: isSelected)
    let report = Linter.run(
      registry.seeders.filter { isSelected($0.id) },
      alongside: registry.seeders.filter { !isSelected($0.id) }, fixtures: fixtures)
    if session.isJSON {
      try session.console.answer(json: report)
    } else {
      for line in lines(of: report) { session.console.answer(line) }
    }
    return report.isClean ? .success : .badData
  }

  private func lines(of report: LintReport) -> [String] {
    let findings = report.seeders.flatMap { entry in
      entry.findings.map(\.description)
        + (entry.unlisted > 0
          ? ["\(entry.seeder): showing the first \(entry.findings.count) of \(entry.total) findings"] : [])
    }
    let header = ["SEEDER", "RECORDS", "FINDINGS", "NOTES"]
    let rows = report.seeders.map { entry in
      [
        entry.seeder, "\(entry.records)", "\(entry.total)",
        entry.notes.isEmpty ? "-" : entry.notes.joined(separator: "; "),
      ]
    }
    return findings + Text.table([header] + rows)
  }
}
