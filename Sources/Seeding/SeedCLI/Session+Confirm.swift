import Postgres
import SeedKit

extension Session {
  /// Requires confirmation before rows are deleted: typed on a terminal or by `--yes`, and in production by
  /// `--allow-production` and `--confirm-database` with the database's name.
  ///
  /// - Throws: `CommandFailure` or `SeedGuardError` if it is not confirmed.
  func confirmRemoval(_ what: String, from database: Database) async throws {
    let name = try await PostgresConnection.with(database.configuration) { connection in
      try await connection.queryOne("SELECT current_database()::text").decode(String.self)
    }
    let isProduction = settings[.environment] == .production
    if isProduction || command.value(of: "confirm-database") != nil {
      guard command.has("allow-production") || !isProduction else {
        throw SeedGuardError.productionNotAllowed
      }
      guard command.value(of: "confirm-database") == name else {
        throw CommandFailure(
          code: .refused, message: "this deletes \(what) in production; nothing was deleted",
          fix: "to confirm, add --confirm-database with the name of the database")
      }
      return
    }
    guard !command.has("yes") else { return }
    let question = "This deletes \(what) from the database '\(name)'. Type yes to continue:"
    guard console.ask(question) == "yes" else {
      throw CommandFailure(
        code: .refused, message: "not confirmed; nothing was deleted",
        fix: "type yes in a terminal, or add --yes")
    }
  }
}
