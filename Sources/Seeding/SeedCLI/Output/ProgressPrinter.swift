import Migrations
import Postgres
import SeedKit

/// Prints the events of a run to standard error: as live lines on a terminal, as plain lines elsewhere, or as JSON
/// with `--log-format json`.
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

  /// Prints an event.
  func print(_ event: SeedEvent) {
    if console.log == nil {
      printText(event)
    } else {
      for entry in LogEvent.events(for: event) { console.tell(entry) }
    }
    display?.apply(event)
    progressLog?.apply(event)
  }

  /// Runs a runner that sends its events to this printer, and removes the live lines at the end. After an interruption
  /// it prints which seeders had finished.
  ///
  /// - Throws: the errors of `SeedRunner.run()`.
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
      if error is CancellationError, let board { printOutcome(of: board) }
      throw error
    }
  }

  /// Removes the live lines and stops printing progress.
  ///
  /// - Returns: the final state of the seeders; nil if progress is not shown.
  @discardableResult
  func finish() -> RunBoard? {
    let board = display?.finish()
    return progressLog?.finish() ?? board
  }

  /// Prints which seeders finished and which were stopped. The structured log has events for this.
  private func printOutcome(of board: RunBoard) {
    func names(_ ids: [SeederID]) -> String { ids.map(\.rawValue).joined(separator: ", ") }
    let ended = board.reports.filter { $0.outcome == .seeded || $0.outcome == .unchanged }.map(\.id)
    if !ended.isEmpty { console.tell(nil, text: "finished: \(names(ended))") }
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
    case .started(let id): console.debug("\(id) started")
    case .migrating, .seeding, .phase, .progress: break
    case .waiting(let id, let duration):
      console.debug("\(id) has waited \(Text.duration(duration)) for another run of this seeder")
    case .retrying(let record):
      let pause = Text.duration(.milliseconds(record.pauseMilliseconds))
      console.progress("\(record.subject): \(record.cause); retrying in \(pause)")
    case .note(let id, let message): console.progress("\(id): \(message)")
    case .debug(let id, let message): console.debug("\(id): \(message)")
    case .finished(let report):
      console.debug("\(report.id) ended: \(report.outcome) after \(Text.duration(report.duration))")
    case .historyNotWritten(let id, let reason):
      console.progress("\(id): could not write the failure to the history: \(reason)")
    case .startup(let phase): console.debug("start-up seeding: \(phase.rawValue)")
    case .startupFailed(let failure):
      console.progress("start-up seeding failed: \(failure.message)")
      if let fix = failure.fix { console.progress("  Fix: \(fix)") }
      console.debug("  \(failure.details)")
    case .startupGoesOn(let limit):
      console.progress("not seeded within \(Text.duration(limit)); continuing in the background")
    }
  }
}
