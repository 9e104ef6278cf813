import Glibc
import Postgres

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
        return .broken(reason: "process \(file.processID) runs but does not answer: \(error.message)")
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
