import Postgres
import SeedKit

/// `seed-runner template list|drop`: lists or drops the databases that `ci --clone-from` copies.
struct TemplateCommand {
  let session: Session

  private struct Row: Encodable {
    let name: String
    let bytes: Int
    let state: String
    let madeAt: String?
    let environment: String?
    let programVersion: String?
  }

  func run() async throws -> ExitCode {
    let database = try await session.database()
    let templates = try TemplateDatabases(
      prefix: session.command.arguments.first ?? "", target: database.configuration, session: session)
    let (registry, fixtures) = try session.sources { _ in true }
    let plan = try SeedPlan(
      registry: registry, selection: .all(), environment: session.settings[.environment])
    let current = Fingerprint.whole(of: plan, fixtures: fixtures).map(templates.name)
    return try await PostgresConnection.with(templates.maintenance) { connection in
      let entries = try await templates.all(on: connection)
      if session.command.path.last == "list" {
        try list(entries, current: current)
      } else {
        try await drop(entries, current: current, templates, on: connection)
      }
      return .success
    }
  }

  private func list(_ entries: [TemplateDatabases.Entry], current: String?) throws {
    let rows = entries.map { entry in
      Row(
        name: entry.name, bytes: entry.bytes,
        state: !entry.isWhole ? "being created, or left over" : entry.name == current ? "current" : "old",
        madeAt: entry.madeAt, environment: entry.environment, programVersion: entry.programVersion)
    }
    if session.isJSON {
      try session.console.answer(json: rows)
      return
    }
    guard !rows.isEmpty else {
      session.console.answer("no templates")
      return
    }
    let header = ["TEMPLATE", "STATE", "MB", "CREATED", "ENVIRONMENT", "VERSION"]
    let body = rows.map { row in
      [
        row.name, row.state, "\(row.bytes / 1_000_000)", row.madeAt ?? "-", row.environment ?? "-",
        row.programVersion ?? "-",
      ]
    }
    for line in Text.table([header] + body) { session.console.answer(line) }
  }

  private func drop(
    _ entries: [TemplateDatabases.Entry], current: String?, _ templates: TemplateDatabases,
    on connection: PostgresConnection
  ) async throws {
    let candidates = entries.map(\.name).filter { session.command.has("current") || $0 != current }
    guard !candidates.isEmpty else {
      session.console.answer("no templates to drop")
      return
    }
    if !session.command.has("yes") {
      let question = "This drops \(candidates.joined(separator: ", ")). Type yes to continue:"
      guard session.console.ask(question) == "yes" else {
        throw CommandFailure(
          code: .refused, message: "not confirmed; nothing was dropped",
          fix: "type yes in a terminal, or add --yes")
      }
    }
    for name in candidates {
      if try await templates.dropUnlessLocked(name, on: connection) {
        session.console.answer("dropped \(name)")
      } else {
        session.console.answer("kept \(name): a job is creating it")
      }
    }
  }
}
