import SeedKit

/// `seed-runner list`: lists the seeders.
struct ListCommand {
  let session: Session

  private struct Row: Encodable {
    let id: String
    let summary: String
    let environments: [String]
    let dependencies: [String]
    /// The faults of the definition; nil if it has none.
    let faults: [FixtureFault]?
  }

  /// Succeeds even if definitions have faults, because the list includes them.
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
