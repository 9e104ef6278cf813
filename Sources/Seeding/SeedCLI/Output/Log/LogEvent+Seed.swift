import Migrations
import SeedKit

extension LogEvent {
  /// The log events for an event of a run. `waiting` and `progress` are too frequent, so ``ProgressLog`` logs them.
  static func events(for event: SeedEvent) -> [LogEvent] {
    switch event {
    case .loaded(let id, .selected):
      [LogEvent(.seederLoaded).with(.seeder, id.rawValue).with(.reason, "selected")]
    case .loaded(let id, .required(let dependents)):
      [
        LogEvent(.seederLoaded).with(.seeder, id.rawValue).with(.reason, "required")
          .with(.requiredBy, dependents.map(\.rawValue))
      ]
    case .migrated(let migration):
      [
        LogEvent(.migrationApplied).with(.set, migration.set).with(.version, migration.version)
          .with(.migration, migration.name).with(.durationMilliseconds, migration.duration)
      ]
    case .started(let id): [LogEvent(.seederStarted).with(.seeder, id.rawValue)]
    case .phase(let id, let phase):
      [LogEvent(.seederPhase).with(.seeder, id.rawValue).with(.phase, phase.rawValue)]
    case .migrating, .seeding, .waiting, .progress: []
    case .retrying(let record):
      [
        LogEvent(.retry).with(.subject, record.subject)
          .with(.seeder, ["connect", "migrate"].contains(record.subject) ? nil : record.subject)
          .with(.sqlState, record.sqlState).with(.message, record.cause).with(
            .pauseMilliseconds, record.pauseMilliseconds)
      ]
    case .note(let id, let message):
      [LogEvent(.seederNote).with(.seeder, id.rawValue).with(.message, message)]
    case .debug(let id, let message):
      [LogEvent(.seederDebug).with(.seeder, id.rawValue).with(.message, message)]
    case .finished(let report): finished(report)
    case .historyNotWritten(let id, let reason):
      [LogEvent(.historyNotWritten).with(.seeder, id.rawValue).with(.message, reason)]
    case .startup(let phase): [LogEvent(.startup).with(.phase, phase.rawValue)]
    case .startupFailed(let failure):
      [
        LogEvent(.startupFailed).with(.message, failure.message).with(.errorCode, failure.code.id).with(
          .fix, failure.fix
        )
        .with(.sqlState, failure.sqlState)
      ]
    case .startupGoesOn(let limit): [LogEvent(.startupContinues).with(.waitedMilliseconds, limit)]
    }
  }

  private static func finished(_ report: SeederReport) -> [LogEvent] {
    let level: Level =
      switch report.outcome {
      case .seeded, .unchanged: .info
      case .skipped: .warning
      case .failed: .error
      }
    let rows = report.tables.total
    var event = LogEvent(.seederFinished, level).with(.seeder, report.id.rawValue)
      .with(.outcome, report.outcome.rawValue).with(.startMilliseconds, report.start)
      .with(.durationMilliseconds, report.duration)
      .with(.attempts, report.attempts > 0 ? report.attempts : nil)
      .with(.inserted, rows.inserted).with(.updated, rows.updated).with(.unchanged, rows.unchanged)
      .with(.deleted, rows.deleted).with(.drifted, rows.drifted)
      .with(.rowsPerSecond, report.rowsPerSecond.map { .number($0) }).with(.roundTrips, report.roundTrips)
      .with(.sqlState, report.failure?.sqlState).with(.message, report.failure?.message ?? report.note)
      .with(.errorCode, report.failure?.code.id).with(.fix, report.failure?.fix)
    for (phase, duration) in report.spans.times { event = event.with(.time(in: phase), duration) }
    return [event] + (report.failure?.faults ?? []).map { Self.fault($0, of: report.id) }
  }

  /// A fault in a fixture. The seeder is nil if the fault was found before the run.
  static func fault(_ fault: FixtureFault, of seeder: SeederID? = nil) -> LogEvent {
    LogEvent(.fixtureFault).with(.seeder, seeder?.rawValue).with(.errorCode, fault.code.id)
      .with(.file, fault.file).with(.line, fault.line)
      .with(.column, fault.column).with(.record, fault.record).with(.field, fault.field).with(
        .found, fault.found
      )
      .with(.expected, fault.expected)
  }

  /// The end of a run.
  static func finished(_ report: SeedReport) -> LogEvent {
    func count(_ outcome: SeederReport.Outcome) -> Int { report.seeders.count { $0.outcome == outcome } }
    return LogEvent(.runFinished, report.isSuccess ? .info : .error).with(.success, .bool(report.isSuccess))
      .with(.durationMilliseconds, report.duration).with(.seeded, count(.seeded))
      .with(.unchanged, count(.unchanged)).with(.skipped, count(.skipped)).with(.failed, count(.failed))
      .with(.retries, report.retries.count + report.seeders.map(\.retries.count).reduce(0, +))
  }
}
