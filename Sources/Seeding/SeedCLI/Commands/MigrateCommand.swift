import FoundationEssentials
import Migrations
import Postgres
import SeedKit

/// `seed-runner migrate up|down|status|sql`: applies, reverts, lists or prints migrations.
struct MigrateCommand {
  let session: Session

  func run() async throws -> ExitCode {
    switch session.command.path.dropFirst().first {
    case "up": try await up()
    case "down": try await down()
    case "status": try await status()
    default: try sql()
    }
    return .success
  }

  private struct OutcomeJSON: Encodable {
    let set: String
    let version: Int
    let name: String
    let durationMilliseconds: Double
  }

  /// A migrator with seed-runner's own migrations and those of every registered seeder, each set once.
  func migrator() throws -> Migrator {
    Migrator(
      sets: try SeedRunner.migrationSets(of: session.registry().seeders),
      lockTimeout: session.settings[.lockTimeout])
  }

  func withPool<Result>(_ body: (PostgresPool) async throws -> Result) async throws -> Result {
    // One connection holds the lock. The other runs statements that cannot run in a transaction.
    try await PostgresPool.with(try await session.database().configuration, maximumConnections: 2, body)
  }

  private func up() async throws {
    let migrator = try migrator()
    let target = session.command.integer("to")
    let (outcomes, missing) = try await withPool { try await migrator.applyPossible(on: $0, to: target) }
    try answer(outcomes, verb: "applied", none: "nothing to apply")
    if let error = missing.first?.error { throw error }
  }

  private func down() async throws {
    let migrator = try migrator()
    let target = session.command.integer("to")
    let steps = session.command.integer("steps") ?? 1
    let database = try await session.database()
    try await session.confirmRemoval("tables with all their rows", from: database)
    let outcomes = try await withPool { pool in
      if let target { return try await migrator.revert(on: pool, to: target) }
      return try await migrator.revert(on: pool, steps: steps)
    }
    try answer(outcomes, verb: "reverted", none: "nothing to revert")
  }

  private func answer(_ outcomes: [MigrationOutcome], verb: String, none: String) throws {
    if session.isJSON {
      try session.console.answer(
        json: outcomes.map {
          OutcomeJSON(
            set: $0.set, version: $0.version, name: $0.name, durationMilliseconds: $0.duration.milliseconds)
        })
      return
    }
    let rows = outcomes.map { [verb, $0.set, "\($0.version)", $0.name, Text.duration($0.duration)] }
    for line in Text.table(rows) { session.console.answer(line) }
    if outcomes.isEmpty { session.console.answer(none) }
  }

  private struct StateJSON: Encodable {
    let set: String
    let version: Int
    let name: String
    let standing: String
    let appliedAt: Date?
  }

  /// Prints whether each migration is applied, pending, edited or unknown to this program.
  func status() async throws {
    let migrator = try migrator()
    let rows = try await withPool { try await migrator.status(on: $0) }.map { state in
      let (standing, date): (String, Date?) =
        switch state.status {
        case .applied(let date): ("applied", date)
        case .pending: ("pending", nil)
        case .edited(let date, _): ("edited after it was applied", date)
        case .unknown(let date): ("applied by another version of \(session.programName)", date)
        }
      return StateJSON(
        set: state.set, version: state.version, name: state.name, standing: standing, appliedAt: date)
    }
    if session.isJSON {
      try session.console.answer(json: rows)
      return
    }
    let header = ["SET", "VERSION", "NAME", "APPLIED (UTC)", "STATUS"]
    let body = rows.map {
      [$0.set, "\($0.version)", $0.name, $0.appliedAt.map(Text.time) ?? "-", $0.standing]
    }
    for line in Text.table([header] + body) { session.console.answer(line) }
  }

  /// Prints the statements without opening a connection, for a DBA to run.
  func sql() throws {
    let first = session.command.integer("from") ?? 0
    let last = session.command.integer("to") ?? .max
    let direction: Migrator.Direction = session.command.has("down") ? .down : .up
    session.console.answer(document: try migrator().script(direction, versions: first...last))
  }
}
