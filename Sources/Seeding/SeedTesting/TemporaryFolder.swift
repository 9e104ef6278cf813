import FoundationEssentials
import Glibc

/// A folder for one test. Its path is short, because socket paths are limited to 107 bytes.
public struct TemporaryFolder: Sendable {
  /// The path of the folder.
  public let path: String

  /// Creates a folder, passes it to `body` and deletes it with its contents.
  ///
  /// - Parameters:
  ///   - owner: the operating-system user that owns it, if this process is root.
  ///   - body: receives the folder.
  /// - Throws: the error of `body`; an error of the file system.
  public static func with<Result>(
    owner: String? = nil, _ body: (TemporaryFolder) async throws -> Result
  ) async throws -> Result {
    let path = "/tmp/seed-\(UInt32.random(in: 0...UInt32.max))"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    if getuid() == 0, let entry = owner.flatMap({ getpwnam($0) }) {
      chown(path, entry.pointee.pw_uid, entry.pointee.pw_gid)
    }
    do {
      let result = try await body(TemporaryFolder(path: path))
      try FileManager.default.removeItem(atPath: path)
      return result
    } catch {
      try? FileManager.default.removeItem(atPath: path)
      throw error
    }
  }

  /// Writes a file in the folder.
  ///
  /// - Throws: an error of the file system.
  @discardableResult
  public func write(_ text: String, to name: String) throws -> String {
    let file = "\(path)/\(name)"
    try Data(text.utf8).write(to: URL(filePath: file))
    return file
  }

  /// The start of a command that runs a program as a user, if this process is root.
  static func prefix(asUser user: String?) -> [String] {
    guard getuid() == 0, let user else { return [] }
    return ["/usr/bin/setpriv", "--reuid=\(user)", "--regid=\(user)", "--init-groups", "--"]
  }
}
