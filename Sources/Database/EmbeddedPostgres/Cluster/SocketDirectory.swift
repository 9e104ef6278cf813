import Basics
import Glibc

/// The directory of the server's socket, which only its user can enter.
enum SocketDirectory {
  /// The size of `sun_path` in `sockaddr_un` on Linux is 108 bytes, including a NUL.
  static let maximumSocketPath = 107
  private static let longestName = "/.s.PGSQL.65535".utf8.count

  /// A directory beside the data; a short path if that one is too long for a socket.
  ///
  /// Paths with a comma, which separates hosts in libpq, or with a quote or backslash, which have a meaning in
  /// this setting, are replaced too.
  static func path(home: String, temporary: String = "/tmp") -> String {
    let path = home + "/run"
    let isPlain = !path.utf8.contains {
      $0 < 0x20 || [",", "\"", "\\"].contains(Character(Unicode.Scalar($0)))
    }
    guard isPlain, path.utf8.count + longestName <= maximumSocketPath else {
      return "\(temporary)/seed-runner-\(Digest.short(home))"
    }
    return path
  }

  /// Creates it if necessary and checks that it is safe.
  static func prepare(_ path: String, for user: ServerUser) throws {
    try user.accessingFiles {
      try FileSystem.makeDirectory(path, permissions: 0o700)
      if let entry = FileSystem.entry(path), entry.owner == user.id, entry.isDirectory,
        entry.permissions != 0o700
      {
        chmod(path, 0o700)
      }
    }
    try check(path, for: user)
  }

  /// - Throws: ``EmbeddedPostgresError`` with code `unusableDirectory` if another user could have created a socket
  ///   in it.
  static func check(_ path: String, for user: ServerUser) throws {
    func refuse(_ reason: String) -> EmbeddedPostgresError {
      EmbeddedPostgresError(
        .unusableDirectory, "the server's socket directory is not safe: \(reason)", path: path,
        fix: "find out who created it, then remove it; seed-runner creates its own")
    }
    guard let entry = FileSystem.entry(path) else { throw refuse("it does not exist") }
    guard !entry.isSymbolicLink else { throw refuse("it is a symbolic link") }
    guard entry.isDirectory else { throw refuse("it is not a directory") }
    guard entry.owner == user.id else {
      throw refuse("it belongs to user id \(entry.owner), not to \(user.name)")
    }
    guard entry.permissions & 0o077 == 0 else { throw refuse("users other than \(user.name) can access it") }
  }
}
