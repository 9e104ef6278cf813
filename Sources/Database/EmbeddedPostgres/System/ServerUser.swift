import Basics
import CLinux
import Glibc

/// The operating-system user that runs the server: the current user, or another one for root, because PostgreSQL
/// refuses to run as root.
struct ServerUser: Sendable, Equatable {
  let id: uid_t
  let group: gid_t
  let name: String

  static func named(_ name: String) -> ServerUser? {
    lookUp { getpwnam_r(name, $0, $1, $2, $3) }
  }

  static func withID(_ id: uid_t) -> ServerUser? {
    lookUp { getpwuid_r(id, $0, $1, $2, $3) }
  }

  private static func lookUp(
    _ find: (
      UnsafeMutablePointer<passwd>, UnsafeMutablePointer<CChar>, Int,
      UnsafeMutablePointer<UnsafeMutablePointer<passwd>?>
    ) -> Int32
  ) -> ServerUser? {
    var entry = passwd()
    var found: UnsafeMutablePointer<passwd>?
    return withUnsafeTemporaryAllocation(of: CChar.self, capacity: 16384) { buffer in
      guard let start = buffer.baseAddress, find(&entry, start, buffer.count, &found) == 0,
        found != nil, let name = entry.pw_name
      else { return nil }
      return ServerUser(id: entry.pw_uid, group: entry.pw_gid, name: String(cString: name))
    }
  }

  /// Whether this process must switch to this user.
  var isAnother: Bool { geteuid() == 0 && id != 0 }

  /// The command for running a program as this user.
  func command(_ arguments: [String]) throws -> [String] {
    guard isAnother else { return arguments }
    let places: [String] = ["/usr/bin/setpriv", "/bin/setpriv"]
    guard let setpriv = places.first(where: { access($0, X_OK) == 0 })
    else {
      throw EmbeddedPostgresError(
        .noServerUser,
        "PostgreSQL cannot run as root, and setpriv, which switches to user \(name), is missing",
        fix: "install util-linux, or run seed-runner as an ordinary user")
    }
    return [setpriv, "--reuid", "\(id)", "--regid", "\(group)", "--init-groups", "--"] + arguments
  }

  /// Runs `body` with this user's file permissions. Files that it creates belong to the user.
  ///
  /// Another user can change its directory at any time: with a symbolic link instead of a log, root would write
  /// where the user could not. On Linux, the file system identity belongs to the thread, and `body` cannot suspend,
  /// so no other code runs with it.
  func accessingFiles<Result>(_ body: () throws -> Result) throws -> Result {
    guard isAnother else { return try body() }
    let ownGroup = getegid()
    setfsgid(group)
    setfsuid(id)
    defer {
      setfsuid(0)
      setfsgid(ownGroup)
    }
    // A failure only shows in the return value of the next call.
    guard setfsuid(id) == Int32(bitPattern: id), setfsgid(group) == Int32(bitPattern: group) else {
      throw EmbeddedPostgresError(
        .noServerUser,
        "cannot switch to user \(name) (id \(id)): this system does not allow root to use that id",
        fix: "run seed-runner as an ordinary user, or name another user to run PostgreSQL")
    }
    return try body()
  }

  /// The topmost directory of `path` that this user cannot search. If there is none, the path itself if `test` (of
  /// test(1): `-x`, `-r`, `-d`) fails for it. Nil if the user can access it.
  func obstacle(on path: String, test: String) async throws -> String? {
    guard isAnother else { return nil }
    if try await passes(test, path) { return nil }
    var parts = path.split(separator: "/")
    parts.removeLast()
    var current = ""
    for part in parts {
      current += "/" + part
      guard try await passes("-x", current) else { return current }
    }
    return path
  }

  private func passes(_ test: String, _ path: String) async throws -> Bool {
    // Asks the kernel, which includes the user's groups and access control lists.
    try await SystemProgram.run(command(["/usr/bin/test", test, path])).status == .exited(0)
  }
}
