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
