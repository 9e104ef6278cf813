import EmbeddedPostgres
import FoundationEssentials
import Postgres
import SeedKit

/// The database that a command works on.
struct Database: Sendable {
  /// How to connect.
  let configuration: PostgresConfiguration
  /// What a person types to connect.
  let connectCommand: String
}

extension Session {
  /// Finds the database: `DATABASE_URL` or `--database-url`, else the `PG*` variables, else the
  /// embedded server, which is started if it does not run.
  ///
  /// - Throws: `PostgresError` for a malformed string, `EmbeddedPostgresError`.
  func database() async throws -> Database {
    if let configuration = try externalConfiguration() {
      console.debug("database \(configuration)")
      return Database(configuration: configuration, connectCommand: "psql '\(configuration)'")
    }
    let postgres = embeddedPostgres
    let clock = ContinuousClock.now
    let server = try await postgres.start()
    if !server.wasRunning {
      console.progress("started the embedded PostgreSQL in \(Text.duration(.now - clock))")
      for note in server.notes { console.progress(note) }
    }
    var configuration = server.configuration
    configuration.connectTimeout = settings[.databaseConnectTimeout]
    return Database(
      configuration: configuration,
      connectCommand: "psql '\(server.connectionURL)', or: \(programName) db psql")
  }

  /// How the program was called, as it can be typed again here.
  private var programName: String {
    let path = CommandLine.arguments.first ?? "seed-runner"
    let current = FileManager.default.currentDirectoryPath + "/"
    return path.hasPrefix(current) ? String(path.dropFirst(current.count)) : path
  }

  /// The configured server, or nil if the embedded one is to be used.
  func externalConfiguration() throws -> PostgresConfiguration? {
    let url = settings[.databaseURL]?.value
    var found = try url.map { try PostgresConfiguration(url: $0) }
    if found == nil { found = try PostgresConfiguration(environment: invocation.environment) }
    guard var configuration = found else { return nil }
    if settings.isExplicit(.databaseConnectTimeout) {
      configuration.connectTimeout = settings[.databaseConnectTimeout]
    }
    return configuration
  }

  /// The embedded server of the project.
  var embeddedPostgres: EmbeddedPostgres {
    EmbeddedPostgres(
      EmbeddedPostgres.Settings(
        projectDirectory: invocation.project.path, binaries: settings[.embeddedBinaries],
        majorVersion: settings[.embeddedVersion], tcpPort: settings[.embeddedPort],
        serverUser: settings[.embeddedUser], onProgress: { console.progress($0) }))
  }
}
