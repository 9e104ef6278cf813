import FoundationEssentials
import Postgres
import SeedKit

/// `seed-runner status`: shows the last recorded run of each seeder.
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
    let (found, text) = try await PostgresConnection.with(database.configuration) { connection in
      let found = try await SeedHistory.lastRuns(on: connection)
      return (found, session.command.has("metrics") ? try await metrics(found, on: connection) : nil)
    }
    if let text {
      session.console.answer(document: text)
      return .success
    }
    let registered = try session.registry().ids.map(\.rawValue)
    // A renamed or removed seeder still has a history.
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

  /// The last runs and the metrics of the modules, in Prometheus text format.
  private func metrics(_ runs: [SeedStatus], on connection: PostgresConnection) async throws -> String {
    var page = MetricsText()
    page.add(
      Metric(
        "seed_runner_last_run_timestamp_seconds", .gauge, "Time at which the last run of each seeder ended",
        runs.map { ([("seeder", $0.seeder)], $0.finishedAt.timeIntervalSince1970) }))
    page.add(
      Metric(
        "seed_runner_last_run_outcome", .gauge,
        "Outcome of the last run of each seeder: always 1, with the outcome as a label",
        runs.map { ([("seeder", $0.seeder), ("outcome", $0.outcome)], 1) }))
    page.add(
      Metric(
        "seed_runner_last_run_duration_seconds", .gauge, "Duration of the last run of each seeder",
        runs.map { ([("seeder", $0.seeder)], $0.duration.milliseconds / 1000) }))
    for source in session.invocation.program.modules.flatMap(\.metrics) {
      do {
        for metric in try await source(session.settings, connection) { page.add(metric) }
      } catch let error as PostgresError where error.server != nil {
        // The module's tables may not exist yet. The metrics of the seeders are valid without them.
        session.console.progress("some metrics are missing: \(error.message)")
      }
    }
    return String(page.text.dropLast())
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
