import Migrations
import Postgres
import SeedKit

/// Writes a run's events to standard error, a line each.
struct ProgressPrinter: Sendable {
  let console: Console
  private let bar: ProgressBar

  init(console: Console) {
    self.console = console
    bar = ProgressBar(console: console)
  }

  func print(_ event: SeedEvent) {
    switch event {
    case .loaded(let id, .selected): console.debug("loaded \(id) (selected)")
    case .loaded(let id, .required(let dependents)):
      let names = dependents.map(\.rawValue).joined(separator: ", ")
      console.debug("loaded \(id) (required by \(names))")
    case .migrated(let migration):
      let time = Text.duration(migration.duration)
      console.progress("migrated \(migration.set) \(migration.version) \(migration.name) in \(time)")
    case .started(let id): console.debug("\(id) starts")
    case .waiting(let id, let duration):
      console.debug("\(id) has waited \(Text.duration(duration)) for another run of the same seeder")
    case .retrying(let record):
      let pause = Text.duration(.milliseconds(record.pauseMilliseconds))
      console.progress("\(record.subject): \(record.cause); trying again in \(pause)")
    case .progress(let id, let progress): bar.show(progress, of: id.rawValue)
    case .note(let id, let message):
      bar.clear()
      console.progress("\(id): \(message)")
    case .debug(let id, let message): console.debug("\(id): \(message)")
    case .finished(let report):
      bar.clear()
      console.debug("\(report.id) ends: \(report.outcome) after \(Text.duration(report.duration))")
    case .historyNotWritten(let id, let reason):
      console.progress("\(id): the history could not be told of the failure: \(reason)")
    case .startup(let phase): console.debug("start-up seeding: \(phase.rawValue)")
    case .startupFailed(let failure):
      bar.clear()
      console.progress("start-up seeding failed: \(failure.message)")
      if let remedy = failure.remedy { console.progress("  Help: \(remedy)") }
      console.debug("  \(failure.details)")
    case .startupGoesOn(let limit):
      console.progress("not seeded within \(Text.duration(limit)); it goes on in the background")
    }
  }
}
