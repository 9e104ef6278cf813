import Glibc
import Postgres

/// Whether a server runs for a cluster and answers.
enum ServerProbe {
  /// No server answers, and no process of one is known.
  case down
  /// A process is there that does not, or no longer, accept connections.
  case unready(PostmasterFile, PostgresError)
  /// It answers; `isComplete` if the role and the database of the settings exist.
  case up(PostmasterFile, isComplete: Bool)

  /// Looks without starting a program: reads one file and connects to the socket.
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
      // No such database; no such role. Both mean that the server is there.
      case "3D000", "28000": return .up(file, isComplete: false)
      // All connections taken: as much up as a server can be.
      case "53300": return .up(file, isComplete: true)
      default:
        // A process of another container is not to be seen here, but its socket answered.
        let isGone = error.sqlState == nil && file.owner(dataDirectory: cluster.data) != .server
        return isGone ? .down : .unready(file, error)
      }
    }
  }

  /// How to connect through the socket.
  static func configuration(
    _ cluster: Cluster, file: PostmasterFile, role: String, database: String, timeout: Duration = .seconds(10)
  ) -> PostgresConfiguration {
    PostgresConfiguration(
      host: SocketDirectory.path(home: cluster.home), port: file.port, user: role, database: database,
      sslMode: .disable, connectTimeout: timeout)
  }
}
