import Basics
import Glibc
public import Postgres

/// A private PostgreSQL server with pgvector for one project.
///
/// Its files are in `<project>/.seed-runner/<cluster name>/`. It listens on a unix socket that only
/// its own user (and root) can reach, keeps running after this process ends, and is found again by
/// the next one. As root, which PostgreSQL refuses to run as, another user runs it.
///
/// A value of this type holds no resource: it may be copied, and several may be used at once, also
/// from several processes.
///
/// ```swift
/// let postgres = EmbeddedPostgres(.init(projectDirectory: "."))
/// let server = try await postgres.start()
/// let connection = try await PostgresConnection.connect(server.configuration)
/// ```
public struct EmbeddedPostgres: Sendable {
  /// What it was made with.
  public let settings: Settings

  /// Makes a handle; nothing is touched before a method is called.
  public init(_ settings: Settings) { self.settings = settings }

  /// A server that accepts connections.
  public struct RunningServer: Sendable {
    /// How this process connects: through the socket, as the role and to the database of the settings.
    public let configuration: PostgresConfiguration
    /// The same for other programs: see ``EmbeddedPostgres/connectionURL``.
    public let connectionURL: String
    /// The server's process.
    public let processID: Int32
    /// Whether it was running before ``EmbeddedPostgres/start()`` was called.
    public let wasRunning: Bool
    /// What a person should know, such as the user that the server runs as. Often empty.
    public let notes: [String]
  }

  /// The state of the server.
  public enum Status: Sendable, Hashable {
    /// No server runs; ``EmbeddedPostgres/start()`` will start one, and make its files if need be.
    case stopped
    /// A server runs and does not accept connections yet, as after a crash.
    case starting(processID: Int32)
    /// A server accepts connections.
    case running(Details)
    /// It cannot be used, and why.
    case broken(reason: String)
  }

  /// Facts about a running server.
  public struct Details: Sendable, Hashable {
    /// The server's process.
    public let processID: Int32
    /// The port, which without TCP is only the number in the socket's name.
    public let port: Int
    /// The version, such as `16.4`.
    public let version: String
    /// Bytes on disk of the data directory, the write-ahead log included.
    public let diskBytes: Int
    /// Time since it was started.
    public let uptime: Duration
    /// The user of the operating system that it runs as.
    public let user: String
    /// The data directory.
    public let dataDirectory: String
  }
}

extension EmbeddedPostgres {
  /// Looks at the server without changing anything.
  ///
  /// - Throws: ``EmbeddedPostgresError`` if the settings or the project directory cannot be used.
  ///   What is wrong with the cluster itself is ``Status/broken(reason:)``.
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

  /// The folder with the server's data and log; nil if there is none yet.
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
  /// How other programs connect to the running server.
  ///
  /// Through the socket: `postgresql://seed@/seed?host=…&port=…`, for the user that runs the server
  /// and for root. If the server was started with a TCP port and the settings still ask for one:
  /// `postgresql://seed@127.0.0.1:5433/seed?passfile=…`, which names the file with the password,
  /// never the password.
  ///
  /// - Throws: ``EmbeddedPostgresError`` with code `notRunning`. Only the server's own file is looked
  ///   at, so a server that was killed a moment ago can still be named.
  public var connectionURL: String {
    get throws {
      let (cluster, file) = try runningCluster()
      return url(cluster, file)
    }
  }

  /// The program `psql` and its arguments, to connect to the running server.
  ///
  /// - Throws: ``EmbeddedPostgresError`` with code `notRunning` or `binariesNotFound`.
  public var psqlCommand: (executable: String, arguments: [String]) {
    get throws {
      let (cluster, file) = try runningCluster()
      let binaries = try PostgresBinaries.locate(
        explicit: settings.binaries, majorVersion: cluster.majorVersion)
      return (binaries.program("psql"), [socketURL(cluster, file)])
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
