import SeedKit

/// `seed-runner config`: every setting and where it comes from.
struct ConfigCommand {
  let session: Session

  private struct Row: Encodable {
    let name: String
    let value: String
    let source: String
    let variable: String
    let summary: String
  }

  func run() throws -> ExitCode {
    let rows = session.settings.entries.map { entry in
      Row(
        name: entry.name, value: entry.value, source: entry.source.description, variable: entry.variable,
        summary: entry.summary)
    }
    if session.isJSON {
      try session.console.answer(json: rows)
      return .success
    }
    let header = ["SETTING", "VALUE", "FROM", "VARIABLE", "MEANING"]
    let body = rows.map { [$0.name, $0.value.isEmpty ? "-" : $0.value, $0.source, $0.variable, $0.summary] }
    for line in Text.table([header] + body) { session.console.answer(line) }
    return .success
  }
}
