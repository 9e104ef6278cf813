import EmbeddedPostgres
import FoundationEssentials
import Postgres
import SeedKit

/// The database of a command.
struct Database: Sendable {
  /// The connection parameters.
  let configuration: PostgresConfiguration
  /// The command that connects to the embedded database; nil for a configured database.
  var connectCommand: String?
}

extension Session {
  /// Finds the database: `--database-url` or `DATABASE_URL`, the `PG*` variables, or the embedded server, which is
  /// started if necessary.
  ///
  /// - Throws: `PostgresError` for an invalid connection string; `EmbeddedPostgresError`.
  func database() async throws -> Database {
    if let configuration = try finder.external() {
      console.debug("database \(configuration)")
      return Database(configuration: configuration)
    }
    let server = try await finder.startEmbedded()
    return Database(
      configuration: server.configuration,
      connectCommand: "psql '\(server.url)', or: \(programPath) db psql")
  }

  /// The path of the program as it can be typed in the working directory.
  var programPath: String {
    let path = CommandLine.arguments.first ?? "seed-runner"
    let current = FileManager.default.currentDirectoryPath + "/"
    return path.hasPrefix(current) ? String(path.dropFirst(current.count)) : path
  }

  private var finder: DatabaseFinder {
    DatabaseFinder(
      settings: settings, environment: invocation.environment, project: invocation.project, console: console)
  }

  /// The configured database; nil if none is configured, so that the embedded server is used.
  func externalConfiguration() throws -> PostgresConfiguration? { try finder.external() }

  /// The embedded server of the project.
  var embeddedPostgres: EmbeddedPostgres { finder.embedded }
}
