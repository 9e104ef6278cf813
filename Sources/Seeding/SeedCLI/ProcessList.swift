import Glibc

/// Hides secrets in the arguments that other users see in the process list.
enum ProcessList {
  /// Overwrites the passwords of connection URLs in the arguments, which `ps` shows to all users.
  static func hidePasswords() {
    // The first access copies the arguments, so that the program still sees the passwords.
    _ = CommandLine.arguments
    for index in 0..<Int(CommandLine.argc) {
      guard let argument = CommandLine.unsafeArgv[index] else { continue }
      let bytes = UnsafeMutableBufferPointer(start: argument, count: strlen(argument))
      guard let range = passwordRange(in: bytes.map { UInt8(bitPattern: $0) }) else { continue }
      for position in range { bytes[position] = CChar(bitPattern: UInt8(ascii: "*")) }
    }
  }

  /// The range of the password in `scheme://user:password@host`: from the first colon after the scheme to the last `@`.
  static func passwordRange(in bytes: [UInt8]) -> Range<Int>? {
    guard let scheme = bytes.firstRange(of: Array("://".utf8)),
      let end = bytes.lastIndex(of: UInt8(ascii: "@")), end > scheme.upperBound,
      let colon = bytes[scheme.upperBound..<end].firstIndex(of: UInt8(ascii: ":"))
    else { return nil }
    return (colon + 1)..<end
  }
}
