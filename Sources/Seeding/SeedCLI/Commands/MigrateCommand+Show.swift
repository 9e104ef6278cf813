import FoundationEssentials
import Migrations
import Postgres
import SeedKit

extension MigrateCommand {
  private struct StateJSON: Encodable {
    let set: String
    let version: Int
    let name: String
    let standing: String
    let appliedAt: Date?
  }

  /// Where each migration stands.
  func status() async throws {
    let migrator = try migrator()
    let rows = try await withPool { try await migrator.status(on: $0) }.map { state in
      let (standing, date): (String, Date?) =
        switch state.standing {
        case .applied(let date): ("applied", date)
        case .pending: ("pending", nil)
        case .edited(let date, _): ("edited after it was applied", date)
        case .unknown(let date): ("applied by another version of this program", date)
        }
      return StateJSON(
        set: state.set, version: state.version, name: state.name, standing: standing, appliedAt: date)
    }
    if session.isJSON {
      try session.console.answer(json: rows)
      return
    }
    let header = ["SET", "VERSION", "NAME", "APPLIED (UTC)", "STANDING"]
    let body = rows.map {
      [$0.set, "\($0.version)", $0.name, $0.appliedAt.map(Text.time) ?? "-", $0.standing]
    }
    for line in Text.table([header] + body) { session.console.answer(line) }
  }

  /// The statements, for somebody else to run. Opens nothing.
  func sql() throws {
    let first = session.command.integer("from") ?? 0
    let last = session.command.integer("to") ?? .max
    let direction: Migrator.Direction = session.command.has("down") ? .down : .up
    session.console.answer(document: try migrator().script(direction, versions: first...last))
  }
}
