public import Postgres

/// Debian's pgbouncer in transaction mode in front of a temporary database.
public enum PgBouncer {
  /// Starts pgbouncer, passes it to `body` and stops it.
  ///
  /// - Parameters:
  ///   - database: the database behind it, on a private server with a socket.
  ///   - mode: the pool mode. `transaction` by default.
  ///   - poolSize: the number of connections to the server.
  ///   - body: receives the pooler's configuration and connection URL.
  /// - Throws: the error of `body`; ``ChildProcess/StartFailure``.
  public static func with<Result>(
    database: TemporaryDatabase, mode: String = "transaction", poolSize: Int = 6,
    _ body: (PostgresConfiguration, String) async throws -> Result
  ) async throws -> Result {
    let server = database.configuration
    let user = database.server.systemUser
    return try await TemporaryFolder.with(owner: user) { folder in
      let file = try folder.write(
        """
        [databases]
        \(database.name) = host=\(server.host ?? "") port=\(server.port ?? "5432") user=\(server.user ?? "")
        [pgbouncer]
        listen_addr =
        unix_socket_dir = \(folder.path)
        listen_port = 6432
        auth_type = any
        pool_mode = \(mode)
        default_pool_size = \(poolSize)
        max_client_conn = 400
        """, to: "pgbouncer.ini")
      let command = TemporaryFolder.prefix(asUser: user) + ["/usr/sbin/pgbouncer", file]
      let process = try ChildProcess.start(
        command[0], Array(command.dropFirst()), environment: ["PATH": "/usr/sbin:/usr/bin:/bin"])
      let configuration = PostgresConfiguration(
        host: folder.path, port: 6432, user: server.user, database: database.name)
      let url = "postgresql://\(server.user ?? "")@/\(database.name)?host=\(folder.path)&port=6432"
      do {
        try await Readiness.wait(for: configuration, of: process)
        let result = try await body(configuration, url)
        process.signal(15)
        _ = try await process.wait(timeout: .seconds(20))
        return result
      } catch {
        process.kill()
        _ = try? await process.wait(timeout: .seconds(20))
        throw error
      }
    }
  }
}

/// Waits until a server accepts connections.
enum Readiness {
  static func wait(for configuration: PostgresConfiguration, of process: ChildProcess) async throws {
    let deadline = ContinuousClock.now + .seconds(30)
    while true {
      do {
        let connection = try await PostgresConnection.connect(configuration)
        await connection.close()
        return
      } catch {
        guard ContinuousClock.now < deadline else {
          process.kill()
          let end = try await process.wait(timeout: .seconds(10))
          throw ChildProcess.StartFailure(description: "\(error)\n\(end.output)\n\(end.errors)")
        }
        try await Task.sleep(for: .milliseconds(20))
      }
    }
  }
}
