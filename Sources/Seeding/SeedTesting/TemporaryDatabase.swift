import Basics
import FoundationEssentials
public import Postgres

/// An empty database for one test.
///
/// ```swift
/// try await TemporaryDatabase.with { database in
///   let connection = try await PostgresConnection.connect(database.configuration)
/// }
/// ```
public struct TemporaryDatabase: Sendable {
  /// The configuration of the database.
  public let configuration: PostgresConfiguration
  /// The server of the database.
  public let server: TestServer

  /// The database's name.
  public var name: String { configuration.database ?? "" }

  /// The connection URL for other programs. Contains the password, if there is one.
  public var url: String {
    func encoded(_ text: String) -> String { PercentEncoding.encode(text) }
    var url = "postgresql://\(encoded(configuration.user ?? ""))"
    if let password = configuration.password { url += ":\(encoded(password))" }
    url += "@/\(name)?host=\(encoded(configuration.host ?? ""))"
    return url + (configuration.port.map { "&port=\($0)" } ?? "")
  }

  /// Creates a database, passes it to `body` and drops it in any case.
  ///
  /// The databases of a killed run stay. A later run drops those that are more than an hour old.
  ///
  /// - Parameters:
  ///   - major: the major version of the server; nil for the newest.
  ///   - body: the test.
  /// - Throws: the error of `body`; errors of the server.
  public static func with<Result>(
    major: Int? = nil, _ body: (TemporaryDatabase) async throws -> Result
  ) async throws -> Result {
    let server = try await TestServer.shared(major: major)
    let name = "\(prefix)\(Int(Date().timeIntervalSince1970))_\(UInt32.random(in: 0...UInt32.max))"
    // Copying files is faster, except on a server that waits for the disk, as your own one probably does.
    let strategy: PostgresQuery = server.systemUser == nil ? "" : "STRATEGY file_copy"
    try await run("CREATE DATABASE \(PostgresIdentifier(name)) \(strategy)", on: server)
    var configuration = server.configuration
    configuration.database = name
    let result: Result
    do {
      result = try await body(TemporaryDatabase(configuration: configuration, server: server))
    } catch {
      try? await drop(name, on: server)
      throw error
    }
    try await drop(name, on: server)
    await Sweeper.shared.sweep(server)
    return result
  }

  /// Passes a connection to `body` and closes it.
  ///
  /// - Throws: the error of `body`; `PostgresError`.
  @discardableResult
  public func withConnection<Result>(
    _ body: (PostgresConnection) async throws -> Result
  ) async throws -> Result {
    try await PostgresConnection.with(configuration, body)
  }

  /// Passes a pool to `body` and closes it.
  ///
  /// - Throws: the error of `body`.
  @discardableResult
  public func withPool<Result>(
    maximumConnections: Int, _ body: (PostgresPool) async throws -> Result
  ) async throws -> Result {
    try await PostgresPool.with(configuration, maximumConnections: maximumConnections, body)
  }

  private static let prefix = "seed_test_"

  private static func run(_ query: PostgresQuery, on server: TestServer) async throws {
    try await PostgresConnection.with(server.configuration) { try await $0.query(query) }
  }

  /// Drops a database. A session of the server itself, such as the maintenance daemon of Citus, may connect between the
  /// end of the others and the drop, so a busy database is dropped again.
  private static func drop(_ name: String, on server: TestServer) async throws {
    for _ in 0..<3 {
      do {
        return try await run("DROP DATABASE IF EXISTS \(PostgresIdentifier(name)) WITH (FORCE)", on: server)
      } catch let error as PostgresError where error.sqlState?.rawValue == "55006" {
        continue
      }
    }
    try await run("DROP DATABASE IF EXISTS \(PostgresIdentifier(name)) WITH (FORCE)", on: server)
  }

  /// Drops the databases of earlier runs, once for each server and process.
  private actor Sweeper {
    static let shared = Sweeper()
    private var swept: Set<PostgresConfiguration> = []

    func sweep(_ server: TestServer) async {
      guard swept.insert(server.configuration).inserted else { return }
      do {
        let connection = try await PostgresConnection.connect(server.configuration)
        let names = try await connection.query(
          "SELECT datname FROM pg_database WHERE datname LIKE 'seed_test_%'"
        )
        .map { try $0.decode(String.self) }
        for name in names where isOld(name) { try await drop(name, on: server) }
        await connection.close()
      } catch {
        // Another process is dropping them, or the server is shutting down. The next run tries again.
      }
    }

    private func isOld(_ name: String) -> Bool {
      let parts = name.dropFirst(prefix.count).split(separator: "_")
      guard let seconds = parts.first.flatMap({ Double($0) }) else { return false }
      return Date().timeIntervalSince1970 - seconds > 3600
    }
  }
}
