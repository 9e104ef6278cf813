import Glibc
import Threads

/// Identifies the state of a file without reading it.
struct FileIdentity: Hashable, Sendable {
  private let device: UInt64
  private let inode: UInt64
  private let size: Int64
  private let seconds: Int
  private let nanoseconds: Int

  /// Size and time of the last change, which a copy may have too, such as a file of a container image.
  var version: String { "\(size) \(seconds) \(nanoseconds)" }

  private init(_ status: stat) {
    device = UInt64(status.st_dev)
    inode = UInt64(status.st_ino)
    size = Int64(status.st_size)
    seconds = status.st_mtim.tv_sec
    nanoseconds = status.st_mtim.tv_nsec
  }

  /// The state of an open file.
  init?(descriptor: Int32) {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { return nil }
    self.init(status)
  }

  /// The state of the file that a path currently leads to.
  init?(path: String) {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    self.init(status)
  }
}

/// The states of a folder's files when their digests were computed.
///
/// A fingerprint is computed before the rows are written. The loaded files must have the same state, or the history
/// would report rows as unchanged that come from other bytes.
final class FileStates: Sendable {
  /// Nil for a file that did not exist.
  private let states = Lock<[String: FileIdentity?]>([:])

  var all: [String: FileIdentity?] { states.withLock { $0 } }

  func record(_ name: String, _ identity: FileIdentity?) {
    states.withLock { $0[name] = .some(identity) }
  }
}

/// Watches the files of a run. None may change between its digest, or its first use, and the commit.
final class FileWatch: Sendable {
  private let expected: [String: FileIdentity?]
  /// The opened files by path.
  private let opened = Lock<[String: FileIdentity]>([:])

  /// - Parameter expected: the states that belong to the fingerprint.
  init(expected: [String: FileIdentity?]) { self.expected = expected }

  /// Records that a file was opened or does not exist.
  ///
  /// - Throws: ``FixtureError`` if it has changed.
  func note(_ name: String, path: String, _ identity: FileIdentity?) throws {
    if let before = expected[name], before != identity { throw FixtureError([Self.fault(path)]) }
    guard let identity else { return }
    let first = opened.withLock { files in
      files[path] = files[path] ?? identity
      return files[path]
    }
    guard first == identity else { throw FixtureError([Self.fault(path)]) }
  }

  /// Checks all files again.
  ///
  /// - Throws: ``FixtureError`` with the files that have changed.
  func check() throws {
    let changed = opened.withLock { $0 }.filter { FileIdentity(path: $0.key) != $0.value }.map(\.key)
    guard changed.isEmpty else { throw FixtureError(changed.sorted().map(Self.fault)) }
  }

  private static func fault(_ path: String) -> FixtureFault {
    FixtureFault(
      .unreadableFile, file: path, found: "the file changed while it was read; run again",
      expected: "")
  }
}
