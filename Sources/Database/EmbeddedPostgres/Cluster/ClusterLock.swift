import Glibc

/// Prevents two processes from creating, starting or stopping the same server at the same time.
///
/// The lock is a kernel lock on a file, so it is released when its process ends for any reason.
enum ClusterLock {
  /// Runs `body` while holding the lock. Waits for it at most `timeout`.
  ///
  /// - Throws: ``EmbeddedPostgresError`` with code `timedOut`, `CancellationError`.
  static func withLock<Result>(
    _ cluster: Cluster, timeout: Duration, onWait: () -> Void = {}, body: () async throws -> Result
  ) async throws -> Result {
    let descriptor = try await acquire(cluster, timeout: timeout, onWait: onWait)
    defer { close(descriptor) }
    return try await body()
  }

  private static func acquire(_ cluster: Cluster, timeout: Duration, onWait: () -> Void) async throws -> Int32
  {
    let deadline = ContinuousClock.now + timeout
    var hasReported = false
    while true {
      if let descriptor = try attempt(cluster) { return descriptor }
      guard ContinuousClock.now < deadline else {
        throw EmbeddedPostgresError(
          .timedOut, "another process has been starting or stopping the embedded PostgreSQL for \(timeout)",
          path: cluster.lockFile,
          fix:
            "find the process that holds the lock file (fuser \(cluster.lockFile)), end it, and run the command again"
        )
      }
      if !hasReported { onWait() }
      hasReported = true
      try await Task.sleep(for: .milliseconds(10))
    }
  }

  private static func attempt(_ cluster: Cluster) throws -> Int32? {
    let path = cluster.lockFile
    let descriptor = try cluster.user.accessingFiles {
      let descriptor = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o600)
      guard descriptor >= 0 else { throw FileSystem.failure("open the lock file", path) }
      return descriptor
    }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      close(descriptor)
      return nil
    }
    // The last holder may have deleted the folder. The lock is then on a deleted file.
    guard let locked = FileSystem.entry(of: descriptor), locked.identity == FileSystem.entry(path)?.identity
    else {
      close(descriptor)
      return nil
    }
    return descriptor
  }
}
