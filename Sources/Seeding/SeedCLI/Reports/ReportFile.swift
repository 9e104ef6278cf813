import Glibc
import SeedKit

/// A file for a report. It is checked before the run and written atomically after it.
struct ReportFile: Sendable {
  /// The path as given.
  let path: String
  /// The path with symbolic links resolved, so that a link is not replaced.
  private let target: String
  private let folder: String

  /// Checks that the file can be written, by creating a temporary file in its folder.
  ///
  /// - Parameter option: the option that names the file, for errors.
  /// - Throws: `CommandFailure` if it cannot be written.
  init(_ path: String, option: String) throws {
    self.path = path
    var status = stat()
    let exists = stat(path, &status) == 0
    target = (exists ? Self.resolve(path) : nil) ?? path
    folder = Self.folder(of: target)
    guard !exists || status.st_mode & S_IFMT == S_IFREG else {
      throw Self.refusal(
        path, option, status.st_mode & S_IFMT == S_IFDIR ? "it is a directory" : "it is not a regular file",
        fix: "name a file; an existing file is replaced")
    }
    guard target.last != "/" else {
      throw Self.refusal(path, option, "it is a directory", fix: "name a file")
    }
    // A rename would replace a read-only file, so check its permissions first.
    guard !exists || access(target, W_OK) == 0 else {
      throw Self.refusal(path, option, Self.reason(), fix: "name a writable file")
    }
    do {
      let (descriptor, name) = try temporary()
      close(descriptor)
      unlink(name)
    } catch {
      throw Self.refusal(path, option, error.description, fix: "create the folder, or name another one")
    }
  }

  /// Replaces the file atomically: a reader sees the old content or all of the new one.
  ///
  /// - Throws: `CommandFailure` if the file cannot be written.
  func write(_ text: String) throws {
    do throws(SystemFailure) {
      let (descriptor, name) = try temporary()
      var isDone = false
      defer { if !isDone { unlink(name) } }
      do throws(SystemFailure) {
        try Self.write(text, to: descriptor)
        guard fsync(descriptor) == 0 else { throw SystemFailure() }
      } catch {
        close(descriptor)
        throw error
      }
      guard close(descriptor) == 0, rename(name, target) == 0 else { throw SystemFailure() }
      isDone = true
    } catch {
      throw CommandFailure(
        code: .internalFault, errorCode: .unusablePath, message: "cannot write the report \(path): \(error)",
        fix: "the run itself has finished, and its result above is valid")
    }
  }

  /// Appends text to a file that other programs may also append to.
  ///
  /// - Throws: `SystemFailure` if the file cannot be written.
  static func append(_ text: String, to path: String) throws(SystemFailure) {
    let descriptor = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw SystemFailure() }
    defer { close(descriptor) }
    try write(text, to: descriptor)
  }

  /// The reason for a failed system call.
  struct SystemFailure: Error, CustomStringConvertible {
    let description = ReportFile.reason()
  }

  private func temporary() throws(SystemFailure) -> (Int32, name: String) {
    let base = target.split(separator: "/").last.map(String.init) ?? "report"
    for _ in 0..<8 {
      // At most 200 bytes of the name, because the limit for the temporary name is 255.
      let name =
        "\(folder)/.\(String(decoding: base.utf8.prefix(200), as: UTF8.self)).\(UInt32.random(in: 0...UInt32.max))"
      let descriptor = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
      if descriptor >= 0 { return (descriptor, name) }
      guard errno == EEXIST else { break }
    }
    throw SystemFailure()
  }

  private static func write(_ text: String, to descriptor: Int32) throws(SystemFailure) {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count > 0 {
        bytes = bytes.dropFirst(count)
      } else if errno != EINTR {
        throw SystemFailure()
      }
    }
  }

  private static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  private static func resolve(_ path: String) -> String? {
    guard let resolved = realpath(path, nil) else { return nil }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  private static func reason() -> String { String(cString: strerror(errno)) }

  private static func refusal(
    _ path: String, _ option: String, _ reason: String, fix: String
  ) -> CommandFailure {
    CommandFailure(
      code: .usage, errorCode: .unusablePath,
      message: "--\(option) \(path) cannot be written: \(reason); nothing was started",
      fix: fix)
  }
}
