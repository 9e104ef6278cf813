import Glibc

/// What other users of the machine see of this process.
enum ProcessList {
  /// Overwrites the passwords of connection strings among the arguments, which `ps` shows to
  /// everybody. To be called once the arguments have been read.
  static func hidePasswords() {
    // The arguments are copied when they are first asked for.
    _ = CommandLine.arguments
    for index in 0..<Int(CommandLine.argc) {
      guard let argument = CommandLine.unsafeArgv[index] else { continue }
      let bytes = UnsafeMutableBufferPointer(start: argument, count: strlen(argument))
      guard let range = passwordRange(in: bytes.map { UInt8(bitPattern: $0) }) else { continue }
      for position in range { bytes[position] = CChar(bitPattern: UInt8(ascii: "*")) }
    }
  }

  /// Where the password of `scheme://user:password@host` is: from the first colon behind the scheme
  /// to the last `@`.
  static func passwordRange(in bytes: [UInt8]) -> Range<Int>? {
    guard let scheme = bytes.firstRange(of: Array("://".utf8)),
      let end = bytes.lastIndex(of: UInt8(ascii: "@")), end > scheme.upperBound,
      let colon = bytes[scheme.upperBound..<end].firstIndex(of: UInt8(ascii: ":"))
    else { return nil }
    return (colon + 1)..<end
  }
}
