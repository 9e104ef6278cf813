import Postgres

extension EmbeddedPostgres {
  /// Which server to run, and how.
  public struct Settings: Sendable {
    /// The project whose `.seed-runner` folder holds the server's files. It must exist.
    public var projectDirectory: String
    /// The directory of PostgreSQL's programs or the one above it; searched for if nil, see
    /// ``PostgresBinaries/locate(explicit:majorVersion:)``.
    public var binaries: String?
    /// The major version for a new cluster; the highest found if nil. An existing cluster keeps its own.
    public var majorVersion: Int?
    /// A TCP port on 127.0.0.1 and ::1 for programs that cannot use the socket, with a password; the
    /// next free one if it is taken. 0, the default, opens none.
    public var tcpPort: Int
    /// The user that runs the server when we are root; chosen if nil: the one that called `sudo`,
    /// `seed-runner`, `postgres` or `nobody`, the first that exists.
    public var serverUser: String?
    /// The database to make. `seed` by default.
    public var database: String
    /// The role to make, a superuser of this private server. `seed` by default.
    public var role: String
    /// Further settings of PostgreSQL by name, over the recommended ones. They take effect when the
    /// server starts. Those that could open it to others are refused.
    public var serverSettings: [String: String]
    /// The folder inside `.seed-runner`. `postgres` by default; another name is another server.
    public var clusterName: String
    /// How long to wait for the server, crash recovery included, and for another process that is
    /// starting or stopping it. 120 seconds by default.
    public var timeout: Duration
    /// Called with what is being waited for, in words for a person, when it takes a while.
    public var onProgress: (@Sendable (String) -> Void)?

    /// Makes settings from their parts.
    public init(
      projectDirectory: String, binaries: String? = nil, majorVersion: Int? = nil, tcpPort: Int = 0,
      serverUser: String? = nil, database: String = "seed", role: String = "seed",
      serverSettings: [String: String] = [:], clusterName: String = "postgres",
      timeout: Duration = .seconds(120), onProgress: (@Sendable (String) -> Void)? = nil
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
