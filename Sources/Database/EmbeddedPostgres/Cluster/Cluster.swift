import Glibc

/// Where one server's files are and which user they belong to.
struct Cluster: Sendable, Equatable {
  /// The folder that holds everything.
  let home: String
  let user: ServerUser
  /// The folder is not in the project, because the server's user cannot go there.
  let isOutsideProject: Bool

  var data: String { home + "/data" }
  var log: String { home + "/server.log" }
  var lockFile: String { home + "/lock" }
  var passfile: String { home + "/passfile" }
  var postmasterFile: String { data + "/postmaster.pid" }

  /// Folders in which a data directory is being made or removed.
  static let partialPrefix = "data.partial-"

  /// The server's major version; nil while there is no data directory.
  var majorVersion: Int? {
    guard let text = FileSystem.read(data + "/PG_VERSION", limit: 16) else { return nil }
    return Int(text.split(whereSeparator: \.isWhitespace).first ?? "")
  }

  /// Whether a data directory exists. An empty one counts as none.
  ///
  /// - Throws: ``EmbeddedPostgresError`` with code `brokenCluster` if it lacks what every cluster has.
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

  /// What the server said, from `offset` of the log on, its last lines only.
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
