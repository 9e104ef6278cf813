import Migrations
import Postgres
import SeedKit

/// Tells of a run's events on standard error: live lines on a terminal, a line each elsewhere, structured
/// events if they were asked for.
struct ProgressPrinter: Sendable {
  let console: Console
  private let display: LiveDisplay?
  private let progressLog: ProgressLog?

  init(console: Console) {
    self.console = console
    let isLive = console.terminal.isLive && console.log == nil
    display =
      isLive && !console.isQuiet ? LiveDisplay(screen: console.screen, terminal: console.terminal) : nil
    progressLog = !isLive && !console.isQuiet ? ProgressLog(console: console) : nil
  }

  /// Tells of an event.
  func print(_ event: SeedEvent) {
    if console.log == nil {
      printText(event)
    } else {
      for entry in LogEvent.events(for: event) { console.tell(entry) }
    }
    display?.apply(event)
    progressLog?.apply(event)
  }

  /// Runs what tells its events to this. Live lines are gone when it has ended, however it did; when it was
  /// interrupted, a line says how far it had come.
  ///
  /// - Throws: as `SeedRunner.run()`.
  func follow(_ runner: SeedRunner) async throws -> SeedReport {
    let plan = runner.plan
    console.tell(
      LogEvent(.runStarted).with(.environment, plan.environment.rawValue)
        .with(.programVersion, ProgramVersion.current).with(.seeders, plan.steps.map(\.id.rawValue)))
    do {
      let report = try await withTaskCancellationHandler {
        try await runner.run()
      } onCancel: {
        display?.stopping()
      }
      finish()
      console.tell(LogEvent.finished(report))
      return report
    } catch {
      let board = finish()
      if error is CancellationError, let board { tellStanding(of: board) }
      throw error
    }
  }

  /// Takes the live lines away and tells nothing of what goes on any more.
  ///
  /// - Returns: the last state, unless nobody followed it.
  @discardableResult
  func finish() -> RunBoard? {
    let board = display?.finish()
    return progressLog?.finish() ?? board
  }

  /// The structured log has an event for each seeder that ended.
  private func tellStanding(of board: RunBoard) {
    func names(_ ids: [SeederID]) -> String { ids.map(\.rawValue).joined(separator: ", ") }
    let ended = board.reports.filter { $0.outcome == .seeded || $0.outcome == .unchanged }.map(\.id)
    if !ended.isEmpty { console.tell(nil, text: "done before: \(names(ended))") }
    if !board.running.isEmpty { console.tell(nil, text: "stopped: \(names(board.running))") }
  }

  private func printText(_ event: SeedEvent) {
    switch event {
    case .loaded(let id, .selected): console.debug("loaded \(id) (selected)")
    case .loaded(let id, .required(let dependents)):
      let names = dependents.map(\.rawValue).joined(separator: ", ")
      console.debug("loaded \(id) (required by \(names))")
    case .migrated(let migration):
      let time = Text.duration(migration.duration)
      console.progress("migrated \(migration.set) \(migration.version) \(migration.name) in \(time)")
    case .started(let id): console.debug("\(id) starts")
    case .migrating, .seeding, .phase, .progress: break
    case .waiting(let id, let duration):
      console.debug("\(id) has waited \(Text.duration(duration)) for another run of this seeder")
    case .retrying(let record):
      let pause = Text.duration(.milliseconds(record.pauseMilliseconds))
      console.progress("\(record.subject): \(record.cause); retrying in \(pause)")
    case .note(let id, let message): console.progress("\(id): \(message)")
    case .debug(let id, let message): console.debug("\(id): \(message)")
    case .finished(let report):
      console.debug("\(report.id) ends: \(report.outcome) after \(Text.duration(report.duration))")
    case .historyNotWritten(let id, let reason):
      console.progress("\(id): could not write the failure to the history: \(reason)")
    case .startup(let phase): console.debug("start-up seeding: \(phase.rawValue)")
    case .startupFailed(let failure):
      console.progress("start-up seeding failed: \(failure.message)")
      if let remedy = failure.remedy { console.progress("  Fix: \(remedy)") }
      console.debug("  \(failure.details)")
    case .startupGoesOn(let limit):
      console.progress("not seeded within \(Text.duration(limit)); continuing in the background")
    }
  }
}
