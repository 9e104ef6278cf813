import Basics
import Glibc

/// The directory of the server's socket, which nobody but its user can enter.
enum SocketDirectory {
  /// `sun_path` of `sockaddr_un` holds 108 bytes on Linux, the last of them a NUL.
  static let maximumSocketPath = 107
  private static let longestName = "/.s.PGSQL.65535".utf8.count

  /// Beside the data or, if that path is too long for a socket, a short one.
  ///
  /// libpq takes a comma in a host for the end of it, and PostgreSQL a quote or a backslash in this
  /// setting for more than itself, so such paths are replaced too.
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

  /// Makes it if there is none and checks that it is safe.
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

  /// - Throws: ``EmbeddedPostgresError`` with code `unusableDirectory` if somebody else could have put
  ///   a socket of their own there.
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
