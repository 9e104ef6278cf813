import Postgres
import SeedKit

/// The part of `ci` that works on an existing database: seeding it and verifying the rows.
struct CIJob: Sendable {
  let plan: SeedPlan
  let fixtures: FixtureStore
  let recorder: RunRecorder
  let printer: ProgressPrinter
  let modules: [CommandModule]
  var options: SeedRunner.Options

  /// Applies migrations and seeds.
  ///
  /// - Throws: The errors of `SeedRunner.run()`. The record contains the failed step.
  func seed(_ database: PostgresConfiguration) async throws -> SeedReport {
    let start = ContinuousClock.now
    let runner = SeedRunner(
      plan: plan, configuration: database, fixtures: fixtures, options: options, onEvent: note)
    do {
      let report = try await printer.follow(runner)
      recorder.recordReport(report, since: start)
      return report
    } catch {
      // Once a seeder has started, failures are part of the report, and only an interruption throws.
      recorder.recordFailure(error, in: recorder.record.seeders.isEmpty ? .migrate : .seed, since: start)
      throw error
    }
  }

  /// Compares the rows of the successful seeders with their fixtures, and runs the verifications of the modules.
  ///
  /// - Parameter compares: whether to compare rows. If false, the verifications are recorded as skipped with the
  ///   reason.
  func verify(
    _ report: SeedReport, on database: PostgresConfiguration, compares: Bool = true
  ) async throws {
    try await recorder.step(.verify) {
      let found = try await options.retry.run(
        onRetry: { error, pause in
          printer.print(.retrying(recorder.recordRetry(error, pause: pause, of: "verify")))
        },
        { _ in try await verifications(report, on: database, compares: compares) })
      recorder.update { $0.verifications = found }
      return ((), note: Self.note(found))
    }
    recorder.recordVerifyOutcome()
  }

  private func verifications(
    _ report: SeedReport, on database: PostgresConfiguration, compares: Bool
  ) async throws -> [RunRecord.Verification] {
    let usable = report.seeders.filter { $0.outcome == .seeded || $0.outcome == .unchanged }.map(\.id)
    var entries: [SeederID: PlanReport.Entry] = [:]
    if compares, !usable.isEmpty {
      let registry = try SeederRegistry(plan.steps.map(\.seeder.seeder))
      let part = try SeedPlan(registry: registry, selection: .only(usable), environment: plan.environment)
      let preview = try await SeedRunner(
        plan: part, configuration: database, fixtures: fixtures, options: options, onEvent: { _ in }
      ).preview()
      for entry in preview.entries { entries[entry.id] = entry }
    }
    let isUsable = Set(usable)
    let rows = report.seeders.map { seeder in
      if let entry = entries[seeder.id] { return RunRecord.Verification(entry) }
      let reason =
        isUsable.contains(seeder.id)
        ? "not compared: the template was verified when it was created" : "not seeded"
      return RunRecord.Verification(
        name: seeder.id.rawValue, kind: .rows, outcome: .skipped, found: reason)
    }
    let checks = try await PostgresConnection.with(database) { try await modules.verify($0) }
    return rows
      + checks.map {
        RunRecord.Verification(
          name: $0.name, kind: .check, outcome: $0.isPassed ? .passed : .failed, found: $0.found)
      }
  }

  /// Summarizes the verifications in a line.
  static func note(_ found: [RunRecord.Verification]) -> String {
    let failed = found.count { $0.outcome == .failed }
    let skipped = found.count { $0.outcome == .skipped }
    guard skipped < found.count || found.isEmpty else {
      return "nothing was verified: \(Set(found.map(\.found)).sorted().joined(separator: "; "))"
    }
    return (failed == 0 ? "no differences" : "\(failed) failed")
      + (skipped == 0 ? "" : "; \(skipped) not compared")
  }

  private func note(_ event: SeedEvent) {
    recorder.recordEvent(event)
    printer.print(event)
  }
}

extension RunRecord.Verification {
  /// Describes the result of comparing a seeder's rows with its fixtures.
  init(_ entry: PlanReport.Entry) {
    let total = entry.tables.total
    let expected = total.inserted + total.updated + total.unchanged + total.drifted
    let parts = [
      (total.inserted, "missing"), (total.updated, "different"),
      (entry.editedRows, "drifted"), (entry.rowsLeftDeleted, "deleted outside seed-runner"),
      (total.deleted, "surplus"),
    ].filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
    let problem = entry.failure?.message ?? entry.note ?? parts.joined(separator: ", ")
    self.init(
      name: entry.id.rawValue, kind: .rows, outcome: entry.isPending ? .failed : .passed,
      found: entry.isPending
        ? "\(Text.count(expected, "row")); \(problem)"
        : expected == 0 ? "nothing to verify" : "\(Text.count(expected, "row")) match the fixtures")
  }
}
