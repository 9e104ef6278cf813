import Glibc

extension EmbeddedPostgres {
  /// Stops the server. Its data stays.
  ///
  /// Open sessions are disconnected and their transactions rolled back.
  ///
  /// - Returns: whether a server was running.
  /// - Throws: ``EmbeddedPostgresError`` with code `stopFailed` or `timedOut`.
  @discardableResult
  public func stop() async throws -> Bool {
    try settings.check()
    guard let cluster = try Cluster.existing(settings) else { return false }
    return try await locked(cluster) { try await stopLocked(cluster) }
  }

  /// Stops the server and deletes all its files: data, log, password.
  ///
  /// This cannot be undone. It also deletes a damaged cluster.
  ///
  /// - Returns: whether there was anything to delete.
  /// - Throws: ``EmbeddedPostgresError`` with code `unusableDirectory` if the folder contains other files. Nothing
  ///   is deleted then.
  @discardableResult
  public func destroy() async throws -> Bool {
    try settings.check()
    guard let cluster = try Cluster.existing(settings) else { return false }
    return try await locked(cluster) {
      let names = FileSystem.list(cluster.home)
      if let foreign = names.first(where: { !Self.isOwn($0) }) {
        throw EmbeddedPostgresError(
          .unusableDirectory,
          "the cluster's folder contains a file that does not belong to PostgreSQL; nothing was removed",
          path: cluster.home + "/" + foreign, fix: "move the file elsewhere, then run the command again")
      }
      try await stopLocked(cluster)
      let directory = SocketDirectory.path(home: cluster.home)
      try cluster.user.accessingFiles {
        // Renamed first in one step, so that a partial deletion is never mistaken for data.
        rename(cluster.data, cluster.home + "/" + Cluster.partialPrefix + "removed")
        for name in names + [Cluster.partialPrefix + "removed"] where name != "lock" {
          try FileSystem.remove(cluster.home + "/" + name)
        }
        if FileSystem.entry(directory)?.owner == cluster.user.id { try FileSystem.remove(directory) }
        try FileSystem.remove(cluster.lockFile)
      }
      guard rmdir(cluster.home) == 0 else { throw FileSystem.failure("remove", cluster.home) }
      // Fails if the folder contains anything else, which is intended.
      if let slash = cluster.home.lastIndex(of: "/") { rmdir(String(cluster.home[..<slash])) }
      return true
    }
  }

  private static func isOwn(_ name: String) -> Bool {
    ["data", "run", "server.log", "server.log.1", "lock", "passfile", "passfile.new"].contains(name)
      || name.hasPrefix(Cluster.partialPrefix)
  }

  private func locked(_ cluster: Cluster, _ body: () async throws -> Bool) async throws -> Bool {
    try await ClusterLock.withLock(
      cluster, timeout: settings.timeout,
      onWait: { settings.onProgress?("another process is starting or stopping PostgreSQL; waiting for it") },
      body: body)
  }

  @discardableResult
  private func stopLocked(_ cluster: Cluster) async throws -> Bool {
    guard let file = cluster.postmaster, file.owner(dataDirectory: cluster.data) == .server else {
      return false
    }
    try await halt(cluster, file, until: .now + settings.timeout)
    return true
  }
}
