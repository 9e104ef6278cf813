import Glibc

/// Reads the names in a folder as bytes, because Foundation omits names that are not UTF-8.
enum FolderNames {
  /// Lists the subfolders that contain a file.
  ///
  /// - Returns: the names, and separately those that are not UTF-8, with non-ASCII bytes escaped as `\\xE9`.
  static func read(_ path: String, holding file: String) -> (names: [String], unreadable: [String]) {
    guard let directory = opendir(path) else { return ([], []) }
    defer { closedir(directory) }
    var names: [String] = []
    var unreadable: [String] = []
    while let entry = readdir(directory) {
      let bytes = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
      let place = (bytes + Array("/\(file)".utf8) + [0]).map(CChar.init(bitPattern:))
      guard faccessat(dirfd(directory), place, F_OK, 0) == 0 else { continue }
      if let name = String(validating: bytes, as: UTF8.self) {
        names.append(name)
      } else {
        unreadable.append(escaped(bytes))
      }
    }
    return (names, unreadable)
  }

  private static func escaped(_ bytes: [UInt8]) -> String {
    bytes.map { byte in
      (0x20..<0x7F).contains(byte)
        ? String(UnicodeScalar(byte))
        : "\\x\(byte < 16 ? "0" : "")\(String(byte, radix: 16, uppercase: true))"
    }.joined()
  }
}
