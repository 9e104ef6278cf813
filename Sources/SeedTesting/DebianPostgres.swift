import FoundationEssentials
import Glibc
public import Postgres

/// Debian's own PostgreSQL, which has no pgvector, on a cluster of its own.
public struct DebianPostgres: Sendable {
  /// How to connect as a superuser.
  public let configuration: PostgresConfiguration
  /// The same for a program that is started.
  public let url: String
  /// The major version.
  public let major: Int

  /// Starts a server, lends it to `body`, and removes it.
  ///
  /// - Throws: what `body` throws; ``ChildProcess/StartFailure``.
  public static func with<Result>(
    _ body: (DebianPostgres) async throws -> Result
  ) async throws -> Result {
    let majors = try FileManager.default.contentsOfDirectory(atPath: "/usr/lib/postgresql")
      .compactMap { Int($0) }.filter(hasNoPgvector)
    guard let major = majors.max() else {
      throw ChildProcess.StartFailure(
        description: "no PostgreSQL of Debian's without pgvector; run Scripts/setup --tests")
    }
    let programs = "/usr/lib/postgresql/\(major)/bin"
    // The package has made this user; only root needs another.
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
        .wait(timeout: .seconds(60))
      guard initdb.exitCode == 0 else { throw ChildProcess.StartFailure(description: initdb.errors) }
      let process = try start([
        "\(programs)/postgres", "-D", data, "-k", folder.path, "-c", "listen_addresses=", "-c", "fsync=off",
      ])
      let configuration = PostgresConfiguration(host: folder.path, user: "seed", database: "postgres")
      do {
        try await Readiness.wait(for: configuration, of: process)
        let result = try await body(
          DebianPostgres(
            configuration: configuration, url: "postgresql://seed@/postgres?host=\(folder.path)", major: major
          ))
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

  private static func hasNoPgvector(_ major: Int) -> Bool {
    let share = "/usr/share/postgresql/\(major)/extension/vector.control"
    return FileManager.default.fileExists(atPath: "/usr/lib/postgresql/\(major)/bin/initdb")
      && !FileManager.default.fileExists(atPath: share)
  }
}
