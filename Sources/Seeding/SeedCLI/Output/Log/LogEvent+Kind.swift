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
  /// The levels of the event, the default first.
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

  /// The possible fields, in addition to those of every event.
  var fields: [LogEvent.Field] {
    switch self {
    case .error: [.message, .errorCode, .fix, .sqlState, .exitCode]
    case .fixtureFault:
      [.seeder, .errorCode, .file, .line, .column, .record, .field, .found, .expected]
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
        .unchanged, .deleted, .drifted, .rowsPerSecond, .roundTrips, .errorCode, .sqlState,
        .message, .fix,
      ] + SeedPhase.allCases.map(LogEvent.Field.time)
    case .startup: [.phase]
    case .startupFailed: [.message, .errorCode, .fix, .sqlState]
    case .startupContinues: [.waitedMilliseconds]
    }
  }

  /// When the event is written, for the documentation.
  var summary: String {
    switch self {
    case .message: "A progress message that no other event covers."
    case .debug: "A debug message (`--debug`)."
    case .error: "The command failed, with the reason."
    case .fixtureFault: "An error in the data, with its place. Nothing of its seeder is written."
    case .interrupted: "SIGINT or SIGTERM was received. Open transactions are rolled back."
    case .runStarted: "The plan; `seeders` are its steps in order. No connection is open yet."
    case .runFinished:
      "The run ended, with the number of seeders per outcome. `error` if one failed or was skipped."
    case .migrationApplied: "A migration was applied."
    case .retry: "A transient error is retried. `subject` is `connect`, `migrate` or a seeder."
    case .seederLoaded: "A seeder of the plan, `selected` or `required` by others."
    case .seederStarted: "A seeder starts."
    case .seederPhase: "A seeder entered another phase (see below)."
    case .seederWaiting:
      "A seeder waits for another run of the same seeder. After one second, then every 10 seconds."
    case .seederProgress: "Progress of a long operation: at its start, every 5 seconds, and at its end."
    case .seederNote: "A message of a seeder."
    case .seederDebug: "A debug message of a seeder."
    case .seederFinished:
      "A seeder ended: `seeded`, `unchanged`, `skipped` (`warning`) or `failed` (`error`), with its rows."
    case .historyNotWritten: "A failure could not be written to the history. It is in the report."
    case .startup: "Start-up seeding entered another phase."
    case .startupFailed: "Start-up seeding failed."
    case .startupContinues: "Start-up seeding exceeded its time limit and continues in the background."
    }
  }
}
