import EmbeddedPostgres
import FoundationEssentials
public import Postgres

/// A PostgreSQL server for tests, shared by all tests and kept for the next run.
///
/// `SEED_TEST_DATABASE_URL` names a server of your own, whose role must be allowed to create databases. Otherwise a
/// private server for each requested major version starts in the project's `.seed-runner`. Without a requested
/// version, `SEED_TEST_POSTGRES_VERSION` applies, then the newest.
public struct TestServer: Sendable {
  /// The configuration of a role that may create databases.
  public let configuration: PostgresConfiguration
  /// The operating-system user that a program must run as to use the socket; nil for a server of your own.
  public let systemUser: String?

  /// Returns the server. Starts it if necessary.
  ///
  /// - Parameter major: the major version; nil for the newest available.
  /// - Throws: `PostgresError` for a malformed variable; `EmbeddedPostgresError`.
  public static func shared(major: Int? = nil) async throws -> TestServer {
    let variables = ProcessInfo.processInfo.environment
    if major == nil, let url = variables["SEED_TEST_DATABASE_URL"] {
      return TestServer(configuration: try PostgresConfiguration(url: url), systemUser: nil)
    }
    return try await cache.server(major: try major ?? chosenMajor(variables))
  }

  /// An invalid version must not silently select the newest.
  private static func chosenMajor(_ variables: [String: String]) throws -> Int? {
    guard let text = variables["SEED_TEST_POSTGRES_VERSION"], !text.isEmpty else { return nil }
    guard let major = Int(text) else {
      throw PostgresError(
        code: .invalidConfiguration,
        message: "SEED_TEST_POSTGRES_VERSION is '\(text)'; expected a major version")
    }
    return major
  }

  private static let cache = Cache()

  /// Each server is looked up once, even if many tests request it concurrently.
  private actor Cache {
    private var servers: [Int: Task<TestServer, any Error>] = [:]

    func server(major: Int?) async throws -> TestServer {
      if let known = servers[major ?? 0] { return try await known.value }
      let task = Task { try await TestServer.start(major: major) }
      servers[major ?? 0] = task
      return try await task.value
    }
  }

  private static func start(major: Int?) async throws -> TestServer {
    let postgres = EmbeddedPostgres(
      EmbeddedPostgres.Settings(
        projectDirectory: projectDirectory, majorVersion: major,
        serverSettings: ["max_connections": "400", "shared_buffers": "128MB"],
        clusterName: major.map { "test-\($0)" } ?? "test", isDisposable: true))
    let server = try await postgres.start()
    guard case .running(let details) = try await postgres.status() else {
      throw CocoaError(.featureUnsupported)
    }
    return TestServer(configuration: server.configuration, systemUser: details.user)
  }

  /// The nearest folder, from the current one upward, that contains a package.
  private static var projectDirectory: String {
    var folder = URL(filePath: FileManager.default.currentDirectoryPath, directoryHint: .isDirectory)
    func isPackage() -> Bool {
      FileManager.default.fileExists(atPath: folder.appending(path: "Package.swift").path)
    }
    while !isPackage(), folder.pathComponents.count > 1 { folder.deleteLastPathComponent() }
    return isPackage() ? folder.path : FileManager.default.currentDirectoryPath
  }
}
