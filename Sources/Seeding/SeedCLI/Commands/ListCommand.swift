import SeedKit

/// `seed-runner list`: what can be selected.
struct ListCommand {
  let session: Session

  private struct Row: Encodable {
    let id: String
    let summary: String
    let environments: [String]
    let dependencies: [String]
    /// What is wrong with the definition; absent if nothing is.
    let faults: [FixtureFault]?
  }

  /// Succeeds also if definitions are faulty: that is part of the answer.
  func run() throws -> ExitCode {
    let rows = try session.registry().seeders.map { seeder in
      Row(
        id: seeder.id.rawValue, summary: seeder.summary,
        environments: SeedEnvironment.allCases.filter(seeder.environments.contains).map(\.rawValue),
        dependencies: seeder.dependencies.map(\.rawValue), faults: seeder.definitionError?.faults)
    }
    if session.isJSON {
      try session.console.answer(json: rows)
      return .success
    }
    let header = ["SEEDER", "ENVIRONMENTS", "DEPENDS ON", "SUMMARY"]
    let body = rows.map { row in
      [
        row.id, row.environments.joined(separator: " "),
        row.dependencies.isEmpty ? "-" : row.dependencies.joined(separator: " "), row.summary,
      ]
    }
    for line in Text.table([header] + body) { session.console.answer(line) }
    return .success
  }
}
