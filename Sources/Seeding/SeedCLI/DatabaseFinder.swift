import EmbeddedPostgres
import Postgres
import SeedKit

/// Finds the database of a command: a configured one, or the embedded PostgreSQL.
struct DatabaseFinder: Sendable {
  let settings: Settings
  let environment: [String: String]
  let project: ProjectDirectory
  let console: Console

  /// The configured database; nil if none is configured, so that the embedded server is used.
  ///
  /// - Throws: `PostgresError` for an invalid connection string.
  func external() throws -> PostgresConfiguration? {
    let url = settings[.databaseURL]?.value
    var found = try url.map { try PostgresConfiguration(url: $0) }
    if found == nil { found = try PostgresConfiguration(environment: environment) }
    guard var configuration = found else { return nil }
    if settings.isExplicit(.databaseConnectTimeout) {
      configuration.connectTimeout = settings[.databaseConnectTimeout]
    }
    return configuration
  }

  /// The embedded server of the project.
  var embedded: EmbeddedPostgres {
    EmbeddedPostgres(
      EmbeddedPostgres.Settings(
        projectDirectory: project.path, binaries: settings[.embeddedBinaries],
        majorVersion: settings[.embeddedVersion], tcpPort: settings[.embeddedPort],
        serverUser: settings[.embeddedUser], onProgress: { console.progress($0) }))
  }

  /// Starts the embedded server if it is not running.
  ///
  /// - Returns: the connection parameters, also as a connection URL.
  /// - Throws: `EmbeddedPostgresError`.
  func startEmbedded() async throws -> (configuration: PostgresConfiguration, url: String) {
    let clock = ContinuousClock.now
    let server = try await embedded.start()
    if !server.wasRunning {
      console.progress("started the embedded PostgreSQL in \(Text.duration(.now - clock))")
      for note in server.notes { console.progress(note) }
    }
    var configuration = server.configuration
    configuration.connectTimeout = settings[.databaseConnectTimeout]
    return (configuration, "\(server.connectionURL)")
  }
}
