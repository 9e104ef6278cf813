import Glibc

extension EmbeddedPostgres {
  private static let longestLog = 16 << 20

  /// Starts the server process and waits until it accepts connections.
  func launch(
    _ cluster: Cluster, _ binaries: PostgresBinaries, _ configuration: ServerConfiguration,
    until deadline: ContinuousClock.Instant
  ) async throws -> PostmasterFile {
    let options = configuration.access.flatMap { ["-c", "\($0.name)=\($0.value)"] }
    let command = try cluster.user.command([binaries.program("postgres"), "-D", cluster.data] + options)
    let (log, logStart) = try openLog(cluster)
    defer { close(log) }
    let process = try SystemProgram.launch(command, output: log)
    var reportAt = ContinuousClock.now + .seconds(1)
    while true {
      if let status = process.exitStatus {
        throw EmbeddedPostgresError(
          .startFailed, "PostgreSQL failed to start: \(status)", path: cluster.log, command: command,
          output: cluster.logTail(from: logStart),
          fix: "read the last lines of the log above; they name any setting that PostgreSQL rejects")
      }
      // The server writes this line itself, so no connection is needed to check.
      if let file = cluster.postmaster, file.processID == process.id, file.status == "ready" { return file }
      guard ContinuousClock.now < deadline else { throw notReady(cluster, process.id) }
      report(cluster, doing: "PostgreSQL is starting", at: &reportAt)
      try await Task.sleep(for: .milliseconds(5))
    }
  }

  private func openLog(_ cluster: Cluster) throws -> (descriptor: Int32, size: Int) {
    try cluster.user.accessingFiles {
      if let size = FileSystem.entry(cluster.log)?.size, size > Self.longestLog {
        rename(cluster.log, cluster.log + ".1")
      }
      let descriptor = open(
        cluster.log, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o600)
      guard descriptor >= 0 else { throw FileSystem.failure("open the log", cluster.log) }
      return (descriptor, FileSystem.entry(of: descriptor)?.size ?? 0)
    }
  }

  /// Reports every second what is being waited for, with the last log line.
  func report(_ cluster: Cluster, doing: String, at due: inout ContinuousClock.Instant) {
    guard let onProgress = settings.onProgress, ContinuousClock.now >= due else { return }
    due = .now + .seconds(1)
    let last = cluster.logTail(lines: 1)
    onProgress(last.isEmpty ? doing : "\(doing): \(last)")
  }

  func notReady(_ cluster: Cluster, _ process: pid_t) -> EmbeddedPostgresError {
    EmbeddedPostgresError(
      .timedOut,
      "PostgreSQL (process \(process)) does not accept connections after \(settings.timeout); it is still running",
      path: cluster.log, output: cluster.logTail(),
      fix: "it may be recovering after a crash: wait and run the command again, or raise the timeout")
  }

  /// Stops the server: disconnects sessions and writes the data. If that takes too long, stops it immediately,
  /// which needs crash recovery at the next start.
  func halt(_ cluster: Cluster, _ file: PostmasterFile, until deadline: ContinuousClock.Instant) async throws
  {
    func isRunning() -> Bool { file.owner(dataDirectory: cluster.data) == .server }
    let patience = min(ContinuousClock.now + .seconds(60), deadline)
    for (signal, limit) in [(SIGINT, patience), (SIGQUIT, .now + .seconds(70))] {
      guard isRunning() else { return }
      guard kill(file.processID, signal) == 0 || errno == ESRCH else { break }
      var reportAt = ContinuousClock.now + .seconds(1)
      while ContinuousClock.now < limit {
        guard isRunning() else { return }
        report(cluster, doing: "PostgreSQL is stopping", at: &reportAt)
        try await Task.sleep(for: .milliseconds(5))
      }
    }
    throw EmbeddedPostgresError(
      .stopFailed, "PostgreSQL (process \(file.processID)) did not stop", path: cluster.log,
      output: cluster.logTail(),
      fix:
        "check the log; it is safe to kill the process with SIGKILL: PostgreSQL recovers its data at the next start"
    )
  }

  /// Removes files of a server that is gone and that would prevent a new one from starting.
  ///
  /// Returns whether that server was not shut down properly.
  func clearStaleFiles(
    _ cluster: Cluster, socketDirectory: String, until deadline: ContinuousClock.Instant
  ) async throws -> Bool {
    let wasKilled = FileSystem.entry(cluster.postmasterFile) != nil
    if wasKilled {
      var reportAt = ContinuousClock.now + .seconds(1)
      // Children of a killed server end by themselves, but a second server must not run beside them.
      while let survivor = PostmasterFile.processes(workingIn: cluster.data).first {
        guard ContinuousClock.now < deadline else {
          throw EmbeddedPostgresError(
            .timedOut, "process \(survivor) of a killed server still uses the data directory",
            path: cluster.data, fix: "end process \(survivor), then run the command again")
        }
        report(cluster, doing: "waiting for process \(survivor) of a killed server", at: &reportAt)
        try await Task.sleep(for: .milliseconds(10))
      }
      // PostgreSQL removes the file of a dead process itself, after checking its shared memory. It refuses to start
      // if the process id is in use: by another program, or by the dead server until it is reaped, which in a
      // container may never happen.
      let isFree = cluster.postmaster.map { kill($0.processID, 0) != 0 && errno == ESRCH } ?? false
      if !isFree {
        try cluster.user.accessingFiles { try FileSystem.remove(cluster.postmasterFile) }
      }
    }
    try cluster.user.accessingFiles {
      for name in FileSystem.list(socketDirectory) where name.hasPrefix(".s.PGSQL.") {
        try FileSystem.remove(socketDirectory + "/" + name)
      }
    }
    return wasKilled
  }
}
