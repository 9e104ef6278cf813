import FoundationEssentials
import Glibc
public import Postgres

/// Debian's PostgreSQL, which has no pgvector, with a separate cluster.
public struct DebianPostgres: Sendable {
  /// The configuration of a superuser.
  public let configuration: PostgresConfiguration
  /// The connection URL for other programs.
  public let url: String
  /// The major version.
  public let major: Int

  /// The TCP port, if `listen_addresses` is set.
  public let port: Int

  /// Starts a server, passes it to `body`, and removes it.
  ///
  /// Connections over the socket need no password. Connections over TCP, which `listen_addresses` enables, do.
  ///
  /// - Parameters:
  ///   - settings: server settings by name. Relative file names refer to the server's folder.
  ///   - files: files for that folder, such as a certificate.
  ///   - isStandby: whether it starts as a standby.
  ///   - body: receives the server.
  /// - Throws: the error of `body`; ``ChildProcess/StartFailure``.
  public static func with<Result>(
    settings: [String: String] = [:], files: [(name: String, text: String)] = [], isStandby: Bool = false,
    _ body: (DebianPostgres) async throws -> Result
  ) async throws -> Result {
    let majors = try FileManager.default.contentsOfDirectory(atPath: "/usr/lib/postgresql")
      .compactMap { Int($0) }.filter(hasNoPgvector)
    guard let major = majors.max() else {
      throw ChildProcess.StartFailure(
        description: "Debian's PostgreSQL without pgvector is not installed; run Scripts/setup --tests")
    }
    let programs = "/usr/lib/postgresql/\(major)/bin"
    // The package creates this user. Only root has to switch.
    let user = "postgres"
    return try await TemporaryFolder.with(owner: user) { folder in
      let prefix = TemporaryFolder.prefix(asUser: user)
      func start(_ command: [String]) throws -> ChildProcess {
        let words = prefix + command
        return try ChildProcess.start(
          words[0], Array(words.dropFirst()), environment: ["PATH": "/usr/bin:/bin", "LC_ALL": "C"])
      }
      let data = "\(folder.path)/data"
      let initdb = try await start(["\(programs)/initdb", "-D", data, "-U", "seed", "--auth=trust", "-N"])
        .wait()
      guard initdb.exitCode == 0 else { throw ChildProcess.StartFailure(description: initdb.errors) }
      let access = "local all all trust\nhost all all all scram-sha-256\n"
      for (name, text) in files + [("pg_hba.conf", access)] + (isStandby ? [("standby.signal", "")] : []) {
        try write(text, to: "\(data)/\(name)", owner: user)
      }
      let port = Int(try FreePort.find())
      var given = ["listen_addresses": "", "fsync": "off", "port": "\(port)"]
      given.merge(settings) { $1 }
      let process = try start(
        ["\(programs)/postgres", "-D", data, "-k", folder.path]
          + given.flatMap { ["-c", "\($0.key)=\($0.value)"] })
      let configuration = PostgresConfiguration(
        host: folder.path, port: port, user: "seed", database: "postgres")
      do {
        try await Readiness.wait(for: configuration, of: process)
        let result = try await body(
          DebianPostgres(
            configuration: configuration,
            url: "postgresql://seed@/postgres?host=\(folder.path)&port=\(port)", major: major, port: port))
        process.signal(SIGINT)
        _ = try await process.wait(timeout: .seconds(30))
        return result
      } catch {
        process.kill()
        _ = try? await process.wait(timeout: .seconds(30))
        throw error
      }
    }
  }

  /// Writes a file that only its owner can read, as PostgreSQL requires for keys.
  private static func write(_ text: String, to path: String, owner: String) throws {
    try Data(text.utf8).write(to: URL(filePath: path))
    chmod(path, 0o600)
    if getuid() == 0, let entry = getpwnam(owner) { chown(path, entry.pointee.pw_uid, entry.pointee.pw_gid) }
  }

  private static func hasNoPgvector(_ major: Int) -> Bool {
    let share = "/usr/share/postgresql/\(major)/extension/vector.control"
    return FileManager.default.fileExists(atPath: "/usr/lib/postgresql/\(major)/bin/initdb")
      && !FileManager.default.fileExists(atPath: share)
  }
}
