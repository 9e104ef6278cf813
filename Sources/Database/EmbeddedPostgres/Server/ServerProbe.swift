import Glibc
import Postgres

/// Whether a cluster's server is running and responds.
enum ServerProbe {
  /// No server responds, and no server process is known.
  case down
  /// A server process exists but does not accept connections.
  case unready(PostmasterFile, PostgresError)
  /// The server responds. `isComplete` is true if the role and database of the settings exist.
  case up(PostmasterFile, isComplete: Bool)

  /// Checks without starting a program: reads one file and connects to the socket.
  static func look(at cluster: Cluster, _ settings: EmbeddedPostgres.Settings) async throws -> ServerProbe {
    guard let file = cluster.postmaster else { return .down }
    let directory = SocketDirectory.path(home: cluster.home)
    if FileSystem.entry(directory) != nil { try SocketDirectory.check(directory, for: cluster.user) }
    let socket = configuration(
      cluster, file: file, role: settings.role, database: settings.database, timeout: .seconds(5))
    do {
      try await PostgresConnection.connect(socket).close()
      return .up(file, isComplete: true)
    } catch let error as PostgresError {
      switch error.sqlState?.rawValue {
      // The database or the role does not exist, so the server is running.
      case "3D000", "28000": return .up(file, isComplete: false)
      // All connections are in use, so the server is running.
      case "53300": return .up(file, isComplete: true)
      default:
        // A process in another container is not visible here, but its socket responded.
        let isGone = error.sqlState == nil && file.owner(dataDirectory: cluster.data) != .server
        return isGone ? .down : .unready(file, error)
      }
    }
  }

  /// The configuration for a connection through the socket.
  static func configuration(
    _ cluster: Cluster, file: PostmasterFile, role: String, database: String, timeout: Duration = .seconds(10)
  ) -> PostgresConfiguration {
    PostgresConfiguration(
      host: SocketDirectory.path(home: cluster.home), port: file.port, user: role, database: database,
      sslMode: .disable, connectTimeout: timeout)
  }
}
