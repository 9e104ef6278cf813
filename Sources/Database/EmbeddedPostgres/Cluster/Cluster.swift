import Glibc

/// The files of a server and the user that they belong to.
struct Cluster: Sendable, Equatable {
  /// The folder that holds everything.
  let home: String
  let user: ServerUser
  /// Whether the folder is outside the project, because the server's user cannot access the project.
  let isOutsideProject: Bool

  var data: String { home + "/data" }
  var log: String { home + "/server.log" }
  var lockFile: String { home + "/lock" }
  var passfile: String { home + "/passfile" }
  var postmasterFile: String { data + "/postmaster.pid" }

  /// The prefix of folders in which a data directory is being created or deleted.
  static let partialPrefix = "data.partial-"

  /// The server's major version; nil without a data directory.
  var majorVersion: Int? {
    guard let text = FileSystem.read(data + "/PG_VERSION", limit: 16) else { return nil }
    return Int(text.split(whereSeparator: \.isWhitespace).first ?? "")
  }

  /// Whether a data directory exists. An empty one does not count.
  ///
  /// - Throws: ``EmbeddedPostgresError`` with code `brokenCluster` if it lacks files that every cluster has.
  func hasData() throws -> Bool {
    guard let entry = FileSystem.entry(data) else { return false }
    guard entry.isDirectory else {
      throw broken("it is not a directory")
    }
    guard !FileSystem.list(data).isEmpty else { return false }
    for file in ["PG_VERSION", "global/pg_control", "base", "pg_wal", "postgresql.conf"]
    where FileSystem.target(data + "/" + file) == nil {
      throw broken("\(file) is missing")
    }
    guard majorVersion != nil else { throw broken("PG_VERSION does not contain a number") }
    return true
  }

  private func broken(_ reason: String) -> EmbeddedPostgresError {
    EmbeddedPostgresError(
      .brokenCluster, "the data directory of the embedded PostgreSQL is damaged: \(reason)", path: data,
      fix: """
        remove \(home) and run the command again: seeding recreates the rows \
        (back up the folder first if it contains other data)
        """)
  }

  /// The last lines of the log after `offset`.
  func logTail(from offset: Int = 0, lines: Int = 20) -> String {
    let text = try? user.accessingFiles {
      let size = FileSystem.entry(log)?.size ?? 0
      return FileSystem.read(log, offset: max(offset, size - 16384), limit: 16384)
    }
    return (text ?? "")?.split(separator: "\n").suffix(lines).joined(separator: "\n") ?? ""
  }

  var postmaster: PostmasterFile? {
    FileSystem.read(postmasterFile, limit: 4096).flatMap { PostmasterFile($0) }
  }
}
