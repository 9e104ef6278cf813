import Postgres

extension EmbeddedPostgres {
  /// Settings of the embedded server.
  public struct Settings: Sendable {
    /// The project folder, which must exist. The server's files are in its `.seed-runner` folder.
    public var projectDirectory: String
    /// The directory of PostgreSQL's programs or its parent. If nil, it is searched for; see
    /// ``PostgresBinaries/locate(explicit:majorVersion:)``.
    public var binaries: String?
    /// The major version of a new cluster. If nil, the highest found. An existing cluster keeps its version.
    public var majorVersion: Int?
    /// A TCP port on 127.0.0.1 and ::1, with password authentication, for programs that cannot use the socket. If
    /// it is in use, the next free one is used. 0 by default: no TCP.
    public var tcpPort: Int
    /// The user that runs the server if this process is root. If nil, the first that exists of: the user who called
    /// `sudo`, `seed-runner`, `postgres`, `nobody`.
    public var serverUser: String?
    /// The database to create. `seed` by default.
    public var database: String
    /// The role to create, a superuser of this private server. `seed` by default.
    public var role: String
    /// Additional PostgreSQL settings by name, which override the recommended ones. They take effect when the
    /// server starts. Settings that could open the server to others are rejected.
    public var serverSettings: [String: String]
    /// The folder inside `.seed-runner`. `postgres` by default. Each name is a separate server.
    public var clusterName: String
    /// Whether the data may be lost. Then the server never waits for the disk, which makes creating and dropping
    /// databases many times faster. After a restart of the machine, the cluster is created anew. False by default.
    public var isDisposable: Bool
    /// How long to wait for the server, including crash recovery, and for another process that is starting or
    /// stopping it. 120 seconds by default.
    public var timeout: Duration
    /// Called with a message for the user if something takes long.
    public var onProgress: (@Sendable (String) -> Void)?

    /// Creates settings.
    public init(
      projectDirectory: String, binaries: String? = nil, majorVersion: Int? = nil, tcpPort: Int = 0,
      serverUser: String? = nil, database: String = "seed", role: String = "seed",
      serverSettings: [String: String] = [:], clusterName: String = "postgres",
      isDisposable: Bool = false, timeout: Duration = .seconds(120),
      onProgress: (@Sendable (String) -> Void)? = nil
    ) {
      self.projectDirectory = projectDirectory
      self.binaries = binaries
      self.majorVersion = majorVersion
      self.tcpPort = tcpPort
      self.serverUser = serverUser
      self.database = database
      self.role = role
      self.serverSettings = serverSettings
      self.clusterName = clusterName
      self.isDisposable = isDisposable
      self.timeout = timeout
      self.onProgress = onProgress
    }

    /// - Throws: ``EmbeddedPostgresError`` with code `invalidSettings`.
    func check() throws {
      func refuse(_ message: String, _ fix: String) -> EmbeddedPostgresError {
        EmbeddedPostgresError(.invalidSettings, message, fix: fix)
      }
      guard (0...65535).contains(tcpPort) else {
        throw refuse("invalid TCP port \(tcpPort)", "use 0 (no TCP) or a port from 1024 to 65535")
      }
      let isFolder =
        !clusterName.isEmpty && clusterName.utf8.count <= 100 && !clusterName.hasPrefix(".")
        && !clusterName.utf8.contains { $0 == UInt8(ascii: "/") || $0 < 0x20 }
      guard isFolder else {
        throw refuse(
          "invalid cluster name '\(clusterName)'",
          "choose a plain name such as postgres")
      }
      for (kind, name) in [("database", database), ("role", role)] {
        do {
          _ = try PostgresIdentifier(name)
        } catch let error as PostgresError {
          throw refuse("invalid \(kind) name: \(error.message)", "choose a name such as seed")
        }
        guard !name.utf8.contains(where: { $0 < 0x20 }), !name.hasPrefix("pg_") else {
          throw refuse(
            "the \(kind) name '\(name)' is reserved or contains a control character",
            "choose a name such as seed")
        }
      }
      try ServerConfiguration.check(extra: serverSettings)
    }
  }
}
