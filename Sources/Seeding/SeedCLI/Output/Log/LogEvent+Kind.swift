import SeedKit

extension LogEvent {
  /// The names of events.
  enum Kind: String, Sendable, CaseIterable {
    case message
    case debug
    case error
    case fixtureFault = "fixture_fault"
    case interrupted
    case runStarted = "run_started"
    case runFinished = "run_finished"
    case migrationApplied = "migration_applied"
    case retry
    case seederLoaded = "seeder_loaded"
    case seederStarted = "seeder_started"
    case seederPhase = "seeder_phase"
    case seederWaiting = "seeder_waiting"
    case seederProgress = "seeder_progress"
    case seederNote = "seeder_note"
    case seederDebug = "seeder_debug"
    case seederFinished = "seeder_finished"
    case historyNotWritten = "history_not_written"
    case startup
    case startupFailed = "startup_failed"
    case startupContinues = "startup_continues"
  }
}

extension LogEvent.Kind {
  /// The levels that it comes with, the usual one first.
  var levels: [LogEvent.Level] {
    switch self {
    case .message, .runStarted, .migrationApplied, .seederStarted, .seederWaiting, .seederProgress,
      .seederNote:
      [.info]
    case .debug, .seederLoaded, .seederPhase, .seederDebug, .startup: [.debug]
    case .retry, .interrupted, .historyNotWritten, .startupContinues: [.warning]
    case .error, .fixtureFault, .startupFailed: [.error]
    case .seederFinished: [.info, .warning, .error]
    case .runFinished: [.info, .error]
    }
  }

  /// The fields that it may have beside those of every event.
  var fields: [LogEvent.Field] {
    switch self {
    case .error: [.message, .remedy, .sqlState, .exitCode]
    case .fixtureFault: [.seeder, .file, .line, .column, .record, .field, .found, .expected]
    case .message, .debug, .interrupted: [.message]
    case .runStarted: [.environment, .programVersion, .seeders]
    case .runFinished: [.success, .durationMilliseconds, .seeded, .unchanged, .skipped, .failed, .retries]
    case .migrationApplied: [.set, .version, .migration, .durationMilliseconds]
    case .retry: [.subject, .seeder, .sqlState, .message, .pauseMilliseconds]
    case .seederLoaded: [.seeder, .reason, .requiredBy]
    case .seederStarted: [.seeder]
    case .seederPhase: [.seeder, .phase]
    case .seederWaiting: [.seeder, .waitedMilliseconds]
    case .seederProgress:
      [
        .seeder, .activity, .completed, .total, .unit, .ratePerSecond, .durationMilliseconds,
        .leftMilliseconds,
      ]
    case .seederNote, .seederDebug, .historyNotWritten: [.seeder, .message]
    case .seederFinished:
      [
        .seeder, .outcome, .startMilliseconds, .durationMilliseconds, .attempts, .inserted, .updated,
        .unchanged, .deleted, .drifted, .rowsPerSecond, .roundTrips, .sqlState, .message, .remedy,
      ] + SeedPhase.allCases.map(LogEvent.Field.time)
    case .startup: [.phase]
    case .startupFailed: [.message, .remedy, .sqlState]
    case .startupContinues: [.waitedMilliseconds]
    }
  }

  /// When it comes.
  var summary: String {
    switch self {
    case .message: "What a person would read as a line of progress and no other event tells."
    case .debug: "A line of `--debug`."
    case .error: "Why the command ends without having done what was asked for."
    case .fixtureFault: "One fault in a fixture, with its place; nothing of its seeder is written."
    case .interrupted: "SIGINT or SIGTERM came; what was under way is rolled back."
    case .runStarted: "The plan is made; `seeders` are its steps in order. Nothing is opened yet."
    case .runFinished:
      "The run has ended: how many seeders came to which outcome. `error` if one failed or was skipped."
    case .migrationApplied: "A migration was applied."
    case .retry: "Something failed that can pass and is tried again; `subject` is `connect` or a seeder."
    case .seederLoaded: "A seeder of the plan: `selected`, or `required` by others."
    case .seederStarted: "A seeder starts."
    case .seederPhase: "A seeder does something else from now on: what phases there are is below."
    case .seederWaiting: "Another run has the same seeder; after a second, then every 10 seconds."
    case .seederProgress: "How far long work is: at first, every 5 seconds, at its end."
    case .seederNote: "Something that a person wants to know of a seeder in any case."
    case .seederDebug: "A line of a seeder's own debug log."
    case .seederFinished:
      "A seeder has ended: `seeded`, `unchanged`, `skipped` (`warning`) or `failed` (`error`), and its rows."
    case .historyNotWritten: "The history could not be told of a failure. The report still has it."
    case .startup: "Start-up seeding has come to another phase."
    case .startupFailed: "Start-up seeding has ended without having seeded all that it should have."
    case .startupContinues: "The time limit of start-up seeding has passed; it goes on in the background."
    }
  }
}
