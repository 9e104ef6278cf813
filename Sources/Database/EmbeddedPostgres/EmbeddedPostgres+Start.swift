import Glibc
import Postgres

extension EmbeddedPostgres {
  /// Starts the server unless it is running, and returns when it accepts connections.
  ///
  /// A running server is detected with one file and one connection, in a few milliseconds. Otherwise, the cluster
  /// is created if necessary and the server started. Then the role and database of the settings are created if they
  /// are missing. After a crash, the server recovers first. Concurrent callers wait for each other and get the same
  /// server.
  ///
  /// If the task is canceled or the timeout is reached, a server that is starting continues to do so.
  ///
  /// - Throws: ``EmbeddedPostgresError``; `PostgresError` if the server rejects a statement; `CancellationError`.
  public func start() async throws -> RunningServer {
    try settings.check()
    if let cluster = try Cluster.existing(settings),
      case .up(let file, isComplete: true) = try await ServerProbe.look(at: cluster, settings)
    {
      let needsPassword = settings.tcpPort != 0 && !file.listenAddress.isEmpty
      if !needsPassword || FileSystem.entry(cluster.passfile) != nil {
        return running(cluster, file, wasRunning: true, notes: missingTCP(file))
      }
    }
    while true {
      let cluster = try await Cluster.prepare(settings)
      do {
        return try await ClusterLock.withLock(
          cluster, timeout: settings.timeout,
          onWait: {
            settings.onProgress?("another process is starting or stopping PostgreSQL; waiting for it")
          },
          body: { try await startLocked(cluster) })
      } catch let error as EmbeddedPostgresError
        where error.path == cluster.lockFile && FileSystem.entry(cluster.home) == nil
      {
        // The cluster was destroyed between creating the folder and locking it, so try again.
        try Task.checkCancellation()
      }
    }
  }

  private func startLocked(_ cluster: Cluster) async throws -> RunningServer {
    let deadline = ContinuousClock.now + settings.timeout
    switch try await settled(cluster, until: deadline) {
    case .up(let file, _):
      try await complete(cluster, file)
      return running(cluster, file, wasRunning: true, notes: missingTCP(file))
    case .unready(let file, _):
      // The server is ready but unreachable: its socket was removed.
      try await halt(cluster, file, until: deadline)
    case .down: break
    }
    var notes: [String] = []
    if settings.isDisposable { try cluster.discardDataOfEarlierBoot() }
    let binaries = try await usableBinaries(cluster, notes: &notes)
    try cluster.removePartials()
    if try !cluster.hasData() {
      settings.onProgress?("creating a PostgreSQL \(binaries.majorVersion) cluster in \(cluster.home)")
      try await cluster.initialize(binaries, timeout: settings.timeout)
    }
    let port = try choosePort(&notes)
    let directory = SocketDirectory.path(home: cluster.home)
    try SocketDirectory.prepare(directory, for: cluster.user)
    let machine = Machine.current()
    let configuration = ServerConfiguration(
      settings: .recommended(
        memoryBytes: machine.memoryBytes, cores: machine.cores, sharedMemoryBytes: machine.sharedMemoryBytes),
      port: port, listensOnTCP: settings.tcpPort != 0, socketDirectory: directory,
      isDisposable: settings.isDisposable, extra: settings.serverSettings)
    try cluster.configure(
      configuration, roles: [Cluster.bootstrapRole, settings.role], majorVersion: binaries.majorVersion)
    let wasKilled = try await clearStaleFiles(cluster, socketDirectory: directory, until: deadline)
    let file = try await launch(cluster, binaries, configuration, until: deadline)
    if wasKilled { notes.append("PostgreSQL was not shut down cleanly; it has recovered its data") }
    if configuration.listensOnTCP, file.listenAddress != "127.0.0.1" {
      try await halt(cluster, file, until: deadline)
      throw EmbeddedPostgresError(
        .startFailed, "another program took TCP port \(port) while PostgreSQL was starting",
        fix: "run the command again; it uses the next free port")
    }
    try await complete(cluster, file)
    return running(cluster, file, wasRunning: false, notes: notes)
  }

  /// The state after waiting for a server that is starting or stopping.
  private func settled(_ cluster: Cluster, until deadline: ContinuousClock.Instant) async throws
    -> ServerProbe
  {
    var reportAt = ContinuousClock.now + .seconds(1)
    while true {
      let probe = try await ServerProbe.look(at: cluster, settings)
      guard case .unready(let file, let error) = probe else { return probe }
      if file.status == "ready" {
        let socket = "\(SocketDirectory.path(home: cluster.home))/.s.PGSQL.\(file.port)"
        if FileSystem.entry(socket) == nil { return probe }
        // A server that is only slow must not be restarted while others use it.
        guard error.isTransient else { throw error }
      }
      guard ContinuousClock.now < deadline else { throw notReady(cluster, file.processID) }
      report(cluster, doing: "PostgreSQL is \(file.status)", at: &reportAt)
      try await Task.sleep(for: .milliseconds(20))
    }
  }

  private func usableBinaries(_ cluster: Cluster, notes: inout [String]) async throws -> PostgresBinaries {
    let version = try cluster.hasData() ? cluster.majorVersion : nil
    if let version, let wanted = settings.majorVersion, version != wanted {
      notes.append(
        "PostgreSQL \(version) created the cluster, so version \(wanted) is not used; remove the cluster to change the version"
      )
    }
    let binaries: PostgresBinaries
    do {
      binaries = try PostgresBinaries.locate(
        explicit: settings.binaries, majorVersion: version ?? settings.majorVersion)
    } catch let error as EmbeddedPostgresError {
      guard let version else { throw error }
      throw EmbeddedPostgresError(
        error.code, "\(error.message); PostgreSQL \(version) created the data directory",
        path: error.path ?? cluster.data, output: error.output,
        fix: "\(error.fix); or remove \(cluster.home) and seed again")
    }
    if let obstacle = try await cluster.user.obstacle(on: binaries.program("postgres"), test: "-x") {
      throw EmbeddedPostgresError(
        .binariesUnreachable,
        "user \(cluster.user.name), which runs PostgreSQL, cannot access its programs in \(binaries.binDirectory)",
        path: obstacle,
        fix:
          "grant that user access (chmod o+x), or run Scripts/setup as root, which installs them for all users"
      )
    }
    return binaries
  }

  private func choosePort(_ notes: inout [String]) throws -> Int {
    // Without TCP it is only part of the socket's name.
    guard settings.tcpPort != 0 else { return 5432 }
    guard let port = TCPPort.firstFree(from: settings.tcpPort) else {
      throw EmbeddedPostgresError(
        .startFailed, "TCP port \(settings.tcpPort) and the next hundred ports are in use",
        fix: "choose another port, or 0 to use the socket only")
    }
    if port != settings.tcpPort {
      notes.append("TCP port \(settings.tcpPort) is in use; PostgreSQL listens on \(port)")
    }
    return port
  }

  /// Creates the role, the database and the password that are missing.
  private func complete(_ cluster: Cluster, _ file: PostmasterFile) async throws {
    let connection = try await PostgresConnection.connect(
      ServerProbe.configuration(cluster, file: file, role: Cluster.bootstrapRole, database: "postgres"))
    let role = try PostgresIdentifier(settings.role)
    let database = try PostgresIdentifier(settings.database)
    let roles = try await connection.query("SELECT 1 FROM pg_roles WHERE rolname = \(settings.role)")
    if roles.isEmpty {
      try await connection.query("CREATE ROLE \(unescaped: role.quoted) SUPERUSER LOGIN")
    }
    let databases = try await connection.query(
      "SELECT 1 FROM pg_database WHERE datname = \(settings.database)")
    if databases.isEmpty {
      try await connection.query(
        "CREATE DATABASE \(unescaped: database.quoted) OWNER \(unescaped: role.quoted)")
    }
    if !file.listenAddress.isEmpty {
      try await Passfile.ensure(cluster, role: settings.role, on: connection)
    }
    await connection.close()
  }

  /// What is missing from the TCP access of a running server, as notes.
  private func missingTCP(_ file: PostmasterFile) -> [String] {
    guard settings.tcpPort != 0 else { return [] }
    if file.listenAddress.isEmpty {
      return [
        "PostgreSQL was started without TCP; restart it to open port \(settings.tcpPort)"
      ]
    }
    if file.port != settings.tcpPort {
      return ["PostgreSQL listens on TCP port \(file.port), not \(settings.tcpPort)"]
    }
    return []
  }

  private func running(
    _ cluster: Cluster, _ file: PostmasterFile, wasRunning: Bool, notes: [String]
  ) -> RunningServer {
    var notes = notes
    if cluster.user.isAnother {
      let place = cluster.isOutsideProject ? ", outside the project, which that user cannot access" : ""
      notes.insert(
        "running as root: PostgreSQL runs as user \(cluster.user.name) with its data in \(cluster.home)\(place)",
        at: 0)
    }
    return RunningServer(
      configuration: ServerProbe.configuration(
        cluster, file: file, role: settings.role, database: settings.database),
      connectionURL: url(cluster, file), processID: file.processID, wasRunning: wasRunning, notes: notes)
  }
}
