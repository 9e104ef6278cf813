import Basics
import Glibc
public import Postgres

/// A private PostgreSQL server with pgvector for one project.
///
/// Its files are in `<project>/.seed-runner/<cluster name>/`. It listens on a Unix socket that only its own user
/// and root can use. It keeps running after this process ends, and the next process finds it. PostgreSQL refuses to
/// run as root, so for root another user runs it.
///
/// This type holds no resources. Values may be copied, and several may be used at the same time, even from several
/// processes.
///
/// ```swift
/// let postgres = EmbeddedPostgres(.init(projectDirectory: "."))
/// let server = try await postgres.start()
/// let connection = try await PostgresConnection.connect(server.configuration)
/// ```
public struct EmbeddedPostgres: Sendable {
  /// The settings of the server.
  public let settings: Settings

  /// Creates a handle. Does nothing until a method is called.
  public init(_ settings: Settings) { self.settings = settings }

  /// A server that accepts connections.
  public struct RunningServer: Sendable {
    /// The configuration for this process: through the socket, with the role and database of the settings.
    public let configuration: PostgresConfiguration
    /// The connection URL for other programs; see ``EmbeddedPostgres/connectionURL``.
    public let connectionURL: String
    /// The id of the server process.
    public let processID: Int32
    /// Whether it was running before ``EmbeddedPostgres/start()`` was called.
    public let wasRunning: Bool
    /// Notes for the user, such as the user that the server runs as. Often empty.
    public let notes: [String]
  }

  /// The state of the server.
  public enum Status: Sendable, Hashable {
    /// No server is running.
    case stopped
    /// A server is running but does not accept connections yet, for example during crash recovery.
    case starting(processID: Int32)
    /// A server is running and accepts connections.
    case running(Details)
    /// The server cannot be used, for this reason.
    case broken(reason: String)
  }

  /// Facts about a running server.
  public struct Details: Sendable, Hashable {
    /// The id of the server process.
    public let processID: Int32
    /// The port. Without TCP it is only part of the socket's name.
    public let port: Int
    /// The version, such as `16.4`.
    public let version: String
    /// The size of the data directory on disk in bytes, including the write-ahead log.
    public let diskBytes: Int
    /// The time since it was started.
    public let uptime: Duration
    /// The operating-system user that it runs as.
    public let user: String
    /// The data directory.
    public let dataDirectory: String
  }
}

extension EmbeddedPostgres {
  /// Returns the status of the server without changing anything.
  ///
  /// - Throws: ``EmbeddedPostgresError`` if the settings or the project directory cannot be used. Problems of the
  ///   cluster are returned as ``Status/broken(reason:)``.
  public func status() async throws -> Status {
    try settings.check()
    do {
      guard let cluster = try Cluster.existing(settings), try cluster.hasData() else { return .stopped }
      switch try await ServerProbe.look(at: cluster, settings) {
      case .down:
        return .stopped
      case .unready(let file, let error):
        if file.status != "ready" || error.sqlState?.rawValue == "57P03" {
          return .starting(processID: file.processID)
        }
        return .broken(reason: "process \(file.processID) is running but does not respond: \(error.message)")
      case .up(let file, _):
        return .running(try await details(cluster, file))
      }
    } catch let error as EmbeddedPostgresError where error.code == .brokenCluster || isAboutCluster(error) {
      return .broken(reason: error.path.map { "\(error.message) (\($0))" } ?? error.message)
    }
  }

  /// The folder with the server's data and log; nil if it does not exist.
  ///
  /// - Throws: ``EmbeddedPostgresError`` if the settings or the project directory cannot be used.
  public var folder: String? {
    get throws {
      try settings.check()
      return try Cluster.existing(settings)?.home
    }
  }

  private func isAboutCluster(_ error: EmbeddedPostgresError) -> Bool {
    error.code == .unusableDirectory && error.path != settings.projectDirectory
  }

  private func details(_ cluster: Cluster, _ file: PostmasterFile) async throws -> Details {
    let connection = try await PostgresConnection.connect(
      ServerProbe.configuration(cluster, file: file, role: Cluster.bootstrapRole, database: "postgres"))
    let version = try await connection.queryOne("SHOW server_version").decode(String.self)
    await connection.close()
    let size = try cluster.user.accessingFiles { FileSystem.diskUsage(cluster.data) }
    return Details(
      processID: file.processID, port: file.port, version: version, diskBytes: size,
      uptime: .seconds(max(0, time(nil) - file.startTime)), user: cluster.user.name,
      dataDirectory: cluster.data)
  }
}

extension EmbeddedPostgres {
  /// The connection URL of the running server for other programs.
  ///
  /// Through the socket, it is `postgresql://seed@/seed?host=…&port=…`, for the user that runs the server and for
  /// root. If the server was started with a TCP port and the settings ask for one, it is
  /// `postgresql://seed@127.0.0.1:5433/seed?passfile=…`, with the file that contains the password but not the
  /// password.
  ///
  /// - Throws: ``EmbeddedPostgresError`` with code `notRunning`. Only the server's own file is checked, so a server
  ///   that was just killed may still be returned.
  public var connectionURL: String {
    get throws {
      let (cluster, file) = try runningCluster()
      return url(cluster, file)
    }
  }

  /// The path of `psql`, and the environment variables with which it connects to the running server. A nil removes a
  /// variable that would have precedence. Options of psql, such as `-d NAME`, override single variables.
  ///
  /// - Throws: ``EmbeddedPostgresError`` with code `notRunning` or `binariesNotFound`.
  public var psqlCommand: (executable: String, variables: [String: String?]) {
    get throws {
      let (cluster, file) = try runningCluster()
      let binaries = try PostgresBinaries.locate(
        explicit: settings.binaries, majorVersion: cluster.majorVersion)
      let variables: [String: String?] = [
        "PGHOST": SocketDirectory.path(home: cluster.home), "PGPORT": "\(file.port)", "PGUSER": settings.role,
        "PGDATABASE": settings.database, "PGHOSTADDR": nil, "PGSERVICE": nil,
      ]
      return (binaries.program("psql"), variables)
    }
  }

  private func runningCluster() throws -> (Cluster, PostmasterFile) {
    try settings.check()
    guard let cluster = try Cluster.existing(settings), let file = cluster.postmaster, file.port != 0,
      file.owner(dataDirectory: cluster.data) == .server
    else {
      throw EmbeddedPostgresError(
        .notRunning, "the embedded PostgreSQL of this project is not running",
        path: settings.projectDirectory, fix: "start it first")
    }
    return (cluster, file)
  }

  func url(_ cluster: Cluster, _ file: PostmasterFile) -> String {
    guard settings.tcpPort != 0, !file.listenAddress.isEmpty else { return socketURL(cluster, file) }
    return
      "postgresql://\(PercentEncoding.encode(settings.role))@127.0.0.1:\(file.port)/\(PercentEncoding.encode(settings.database))"
      + "?passfile=\(PercentEncoding.encode(cluster.passfile))"
  }

  private func socketURL(_ cluster: Cluster, _ file: PostmasterFile) -> String {
    let directory = SocketDirectory.path(home: cluster.home)
    return
      "postgresql://\(PercentEncoding.encode(settings.role))@/\(PercentEncoding.encode(settings.database))"
      + "?host=\(PercentEncoding.encode(directory))&port=\(file.port)"
  }
}
