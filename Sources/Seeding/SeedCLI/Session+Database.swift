import EmbeddedPostgres
import FoundationEssentials
import Postgres
import SeedKit

/// The database that a command works on.
struct Database: Sendable {
  /// How to connect.
  let configuration: PostgresConfiguration
  /// What a person types to connect to the embedded database; nil for one that is configured, to which its owner
  /// knows the way.
  var connectCommand: String?
}

extension Session {
  /// Finds the database: `DATABASE_URL` or `--database-url`, else the `PG*` variables, else the
  /// embedded server, which is started if it does not run.
  ///
  /// - Throws: `PostgresError` for a malformed string, `EmbeddedPostgresError`.
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
  private var programPath: String {
    let path = CommandLine.arguments.first ?? "seed-runner"
    let current = FileManager.default.currentDirectoryPath + "/"
    return path.hasPrefix(current) ? String(path.dropFirst(current.count)) : path
  }

  private var finder: DatabaseFinder {
    DatabaseFinder(
      settings: settings, environment: invocation.environment, project: invocation.project, console: console)
  }

  /// The configured server, or nil if the embedded one is to be used.
  func externalConfiguration() throws -> PostgresConfiguration? { try finder.external() }

  /// The embedded server of the project.
  var embeddedPostgres: EmbeddedPostgres { finder.embedded }
}
