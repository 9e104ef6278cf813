import FoundationEssentials
import Glibc

/// A folder of its own for one test, with a short path: a socket's path has 107 bytes at most.
public struct TemporaryFolder: Sendable {
  /// The folder.
  public let path: String

  /// Makes a folder, lends it to `body` and removes it with all that is in it.
  ///
  /// - Parameters:
  ///   - owner: a user of the operating system to whom it belongs, if we are root.
  ///   - body: receives the folder.
  /// - Throws: what `body` throws; an error of the file system.
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

  /// Writes a file in it.
  ///
  /// - Throws: an error of the file system.
  @discardableResult
  public func write(_ text: String, to name: String) throws -> String {
    let file = "\(path)/\(name)"
    try Data(text.utf8).write(to: URL(filePath: file))
    return file
  }

  /// The words that run a program as a user, if we are root and may not run it ourselves.
  static func prefix(asUser user: String?) -> [String] {
    guard getuid() == 0, let user else { return [] }
    return ["/usr/bin/setpriv", "--reuid=\(user)", "--regid=\(user)", "--init-groups", "--"]
  }
}
