import Basics
import Postgres

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
        path: settings.projectDirectory, remedy: "start it first")
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
