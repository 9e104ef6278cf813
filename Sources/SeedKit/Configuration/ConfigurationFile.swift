import Glibc

/// Reads a file of the configuration.
enum ConfigurationFile {
  /// Why a file was not read.
  struct Failure: Error {
    let found: String
    let expected: String
  }

  /// What a file of settings may have, far more than any needs. 1 MiB.
  private static let sizeLimit = 1 << 20

  /// The bytes of a regular file, or of one that a symbolic link leads to; nil if there is none.
  ///
  /// A pipe or a device is refused without waiting for it.
  static func read(_ path: String) throws(Failure) -> [UInt8]? {
    let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else {
      if errno == ENOENT { return nil }
      throw systemFailure(errno)
    }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw systemFailure(errno) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw Failure(found: "something that is not a regular file", expected: "a file of settings")
    }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = Glibc.read(descriptor, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw systemFailure(errno) }
      guard count > 0 else { return bytes }
      bytes += buffer[..<count]
      guard bytes.count <= sizeLimit else {
        throw Failure(found: "more than \(sizeLimit) bytes", expected: "a file of settings")
      }
    }
  }

  private static func systemFailure(_ code: Int32) -> Failure {
    var text = [CChar](repeating: 0, count: 256)
    let isKnown = strerror_r(code, &text, text.count) == 0
    let words = String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    return Failure(
      found: isKnown ? "the error '\(words)'" : "error \(code)", expected: "a file that can be read")
  }
}
