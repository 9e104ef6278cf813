import Glibc

/// Reads files named by users: whole, up to a size limit, and only regular files.
package enum RegularFile {
  /// Why a file was not read.
  package struct Failure: Error {
    let found: String
    let expected: String
  }

  /// The bytes of a regular file, which may be reached through a symbolic link; nil if it does not exist.
  ///
  /// A pipe or device is rejected without waiting for it. A file over the limit is rejected before it is read.
  ///
  /// - Parameters:
  ///   - sizeLimit: the maximum size in bytes.
  ///   - purpose: what the file should be, for the error: `a file of settings`.
  package static func read(_ path: String, sizeLimit: Int, purpose: String) throws(Failure) -> [UInt8]? {
    guard let descriptor = try open(path, purpose: purpose) else { return nil }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw systemFailure(errno) }
    guard status.st_size <= sizeLimit else { throw tooLarge("\(status.st_size) bytes", sizeLimit) }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(Int(status.st_size))
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = Glibc.read(descriptor, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw systemFailure(errno) }
      guard count > 0 else { return bytes }
      bytes += buffer[..<count]
      // The file may have grown, or be a kernel file without a size.
      guard bytes.count <= sizeLimit else { throw tooLarge("a larger file", sizeLimit) }
    }
  }

  /// Opens a regular file, which may be reached through a symbolic link; nil if it does not exist. The caller
  /// closes the descriptor.
  static func open(_ path: String, purpose: String) throws(Failure) -> Int32? {
    let descriptor = Glibc.open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else {
      if errno == ENOENT || errno == ENOTDIR { return nil }
      throw systemFailure(errno)
    }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      let code = errno
      close(descriptor)
      throw systemFailure(code)
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw Failure(found: name(ofMode: status.st_mode), expected: purpose)
    }
    return descriptor
  }

  /// The path without symbolic links and `..`; nil if it does not exist.
  package static func resolve(_ path: String) -> String? {
    guard let resolved = realpath(path, nil) else { return nil }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  private static func tooLarge(_ found: String, _ limit: Int) -> Failure {
    Failure(found: found, expected: "at most \(limit) bytes")
  }

  private static func name(ofMode mode: mode_t) -> String {
    switch mode & S_IFMT {
    case S_IFDIR: "a folder"
    case S_IFIFO: "a pipe"
    case S_IFSOCK: "a socket"
    case S_IFCHR, S_IFBLK: "a device"
    default: "a special file"
    }
  }

  /// A failure for an error code of the system.
  static func systemFailure(_ code: Int32) -> Failure {
    var text = [CChar](repeating: 0, count: 256)
    let isKnown = strerror_r(code, &text, text.count) == 0
    let words = String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    return Failure(
      found: isKnown ? "the error '\(words)'" : "error \(code)", expected: "a readable file")
  }
}
