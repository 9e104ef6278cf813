import FoundationEssentials
import Postgres
import SeedKit

/// `seed-runner status`: the last recorded run of each seeder.
struct StatusCommand {
  let session: Session

  private struct Row: Encodable {
    let seeder: String
    let outcome: String?
    let environment: String?
    let tables: SeedOutcome?
    let failure: String?
    let finishedAt: Date?
    let durationMilliseconds: Double?
    let programVersion: String?
  }

  func run() async throws -> ExitCode {
    let database = try await session.database()
    let found = try await PostgresConnection.with(database.configuration) { connection in
      try await SeedHistory.lastRuns(on: connection)
    }
    let registered = try session.registry().ids.map(\.rawValue)
    // A seeder that was renamed or removed still has a past.
    let others = found.map(\.seeder).filter { !registered.contains($0) }
    let rows = (registered + others).map { name in row(name, found.first { $0.seeder == name }) }
    if session.isJSON {
      try session.console.answer(json: rows)
      return .success
    }
    let header = ["SEEDER", "LAST RUN", "WHEN (UTC)", "TOOK", "ROWS"]
    for line in Text.table([header] + rows.map(cells)) { session.console.answer(line) }
    return .success
  }

  private func row(_ name: String, _ status: SeedStatus?) -> Row {
    Row(
      seeder: name, outcome: status?.outcome, environment: status?.environment, tables: status?.tables,
      failure: status?.failure, finishedAt: status?.finishedAt,
      durationMilliseconds: status?.duration.milliseconds, programVersion: status?.programVersion)
  }

  private func cells(_ row: Row) -> [String] {
    guard let outcome = row.outcome, let finishedAt = row.finishedAt else {
      return [row.seeder, "never", "-", "-", "-"]
    }
    let rows = row.failure ?? row.tables.map(outcome == "reset" ? Text.removals : Text.counts) ?? ""
    return [
      row.seeder, outcome, Text.time(finishedAt),
      Text.duration(.milliseconds(row.durationMilliseconds ?? 0)),
      rows.split(separator: "\n").first.map(String.init) ?? "-",
    ]
  }
}
