/// The encoding of a data file, by all its bytes.
enum EncodingGuess {
  /// Encodings to try if a file is not UTF-8. The last one reads any bytes.
  private static let others = ["windows-1252", "latin-1"]

  /// - Returns: the name for `seeder.json`, and whether it is only a guess; nil for UTF-8.
  /// - Throws: ``FixtureError`` for a file that is not text or cannot be read; `CancellationError`.
  static func read(_ name: String, in folder: DataFolder) throws -> (name: String, isGuess: Bool)? {
    guard let contents = try folder.content(of: name) else { return nil }
    var rest: [UInt8] = []
    var isFirst = true
    var isUTF8 = true
    while isUTF8, let chunk = try contents.next() {
      try Task.checkCancellation()
      if isFirst {
        isFirst = false
        if let wide = wide(chunk) {
          return (wide, !chunk.starts(with: [0xFF, 0xFE]) && !chunk.starts(with: [0xFE, 0xFF]))
        }
        if chunk.starts(with: Array("PK".utf8) + [3, 4]) {
          throw folder.fault(
            name, found: "a ZIP file, as spreadsheets are", expected: "the sheet saved as CSV")
        }
        guard !chunk.prefix(1 << 16).contains(0) else {
          throw folder.fault(name, found: "binary data", expected: "a text file")
        }
      }
      let bytes = rest + chunk
      let end = bytes.count - incomplete(bytes)
      isUTF8 = isValid(bytes[..<end])
      rest = Array(bytes[end...])
    }
    if isUTF8, rest.isEmpty { return nil }
    for encoding in others where try reads(name, in: folder, encoding: encoding) { return (encoding, true) }
    return nil
  }

  private static func reads(_ name: String, in folder: DataFolder, encoding: String) throws -> Bool {
    do {
      guard let contents = try folder.content(of: name, encoding: encoding) else { return false }
      while try contents.next() != nil { try Task.checkCancellation() }
      return true
    } catch is FixtureError {
      return false
    }
  }

  private static func isValid(_ bytes: ArraySlice<UInt8>) -> Bool {
    bytes.allSatisfy { $0 < 0x80 } || String(validating: bytes, as: UTF8.self) != nil
  }

  /// The number of bytes at the end that begin a character.
  private static func incomplete(_ bytes: [UInt8]) -> Int {
    for count in 1...3 where count <= bytes.count {
      let byte = bytes[bytes.count - count]
      guard byte < 0x80 || byte >= 0xC0 else { continue }
      let length = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC0 ? 2 : 1
      return length > count ? count : 0
    }
    return 0
  }

  /// UTF-16 or UTF-32, by a byte order mark or the zeros in ASCII characters.
  private static func wide(_ bytes: [UInt8]) -> String? {
    if bytes.starts(with: [0xFF, 0xFE, 0, 0]) || bytes.starts(with: [0, 0, 0xFE, 0xFF]) { return "utf-32" }
    if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) { return "utf-16" }
    guard bytes.count >= 2 else { return nil }
    if bytes[0] != 0, bytes[1] == 0 { return "utf-16le" }
    return bytes[0] == 0 && bytes[1] != 0 ? "utf-16be" : nil
  }
}
