/// Splits a script into its statements.
///
/// Ignores semicolons inside quotes, escape strings, dollar quotes and comments (block comments nest), following
/// the chapter "Lexical Structure" of PostgreSQL's documentation.
struct SQLScript {
  struct Statement: Hashable {
    let text: String
    /// The line of the script on which it starts, from 1.
    let line: Int

    var firstWord: String { text.prefix { $0.isLetter }.uppercased() }

    var isTransactionControl: Bool {
      ["BEGIN", "START", "COMMIT", "ROLLBACK", "END", "ABORT"].contains(firstWord)
    }
  }

  private(set) var statements: [Statement] = []

  private var bytes: [UInt8]
  private var index = 0
  private var line = 1
  private var current: [UInt8] = []
  private var startLine = 1

  init(_ text: String) {
    bytes = Array(text.utf8)
    while index < bytes.count { step() }
    finishStatement()
  }

  private func byte(at offset: Int) -> UInt8 {
    index + offset < bytes.count ? bytes[index + offset] : 0
  }

  private mutating func take(_ count: Int) {
    for byte in bytes[index..<min(index + count, bytes.count)] {
      if byte == UInt8(ascii: "\n") { line += 1 }
      current.append(byte)
    }
    index = min(index + count, bytes.count)
  }

  private mutating func skip(_ count: Int) {
    let kept = current
    take(count)
    current = kept
  }

  private mutating func step() {
    let byte = byte(at: 0)
    switch (byte, self.byte(at: 1)) {
    case (UInt8(ascii: "-"), UInt8(ascii: "-")):
      let end = bytes[index...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
      skip(end - index)
    case (UInt8(ascii: "/"), UInt8(ascii: "*")): skipBlockComment()
    case (UInt8(ascii: "'"), _): takeQuoted(UInt8(ascii: "'"), hasEscapes: isEscapeString)
    case (UInt8(ascii: "\""), _): takeQuoted(UInt8(ascii: "\""), hasEscapes: false)
    case (UInt8(ascii: "$"), _): takeDollarQuoted()
    case (UInt8(ascii: ";"), _):
      finishStatement()
      skip(1)
    default:
      let isBlank = byte == 0x20 || (0x09...0x0D).contains(byte)
      if current.isEmpty {
        if isBlank {
          skip(1)
          return
        }
        startLine = line
      }
      take(1)
    }
  }

  private mutating func finishStatement() {
    while let last = current.last, last == 0x20 || (0x09...0x0D).contains(last) { current.removeLast() }
    if !current.isEmpty {
      statements.append(Statement(text: String(decoding: current, as: UTF8.self), line: startLine))
    }
    current = []
  }

  private mutating func skipBlockComment() {
    var depth = 0
    repeat {
      if byte(at: 0) == UInt8(ascii: "/"), byte(at: 1) == UInt8(ascii: "*") {
        depth += 1
        skip(2)
      } else if byte(at: 0) == UInt8(ascii: "*"), byte(at: 1) == UInt8(ascii: "/") {
        depth -= 1
        skip(2)
      } else {
        skip(1)
      }
    } while depth > 0 && index < bytes.count
    // A comment separates words like a blank.
    if !current.isEmpty { current.append(0x20) }
  }

  /// Whether the next quote starts an `E'…'` string.
  private var isEscapeString: Bool {
    guard let last = current.last, last == UInt8(ascii: "E") || last == UInt8(ascii: "e") else {
      return false
    }
    guard let before = current.dropLast().last else { return true }
    return !Self.isIdentifier(before)
  }

  private mutating func takeQuoted(_ quote: UInt8, hasEscapes: Bool) {
    if current.isEmpty { startLine = line }
    take(1)
    while index < bytes.count {
      if hasEscapes, byte(at: 0) == UInt8(ascii: "\\") {
        take(2)
      } else if byte(at: 0) == quote {
        // A doubled quote can be read as the end of one string and the start of the next.
        take(1)
        return
      } else {
        take(1)
      }
    }
  }

  private mutating func takeDollarQuoted() {
    if current.isEmpty { startLine = line }
    let isInsideWord = current.last.map(Self.isIdentifier) ?? false
    let tagEnd = bytes[(index + 1)...].firstIndex { !Self.isIdentifier($0) || $0 == UInt8(ascii: "$") }
    guard !isInsideWord, let tagEnd, bytes[tagEnd] == UInt8(ascii: "$"),
      !(0x30...0x39).contains(byte(at: 1))
    else {
      take(1)
      return
    }
    let tag = Array(bytes[index...tagEnd])
    take(tag.count)
    while index < bytes.count, !bytes[index...].starts(with: tag) { take(1) }
    take(tag.count)
  }

  private static func isIdentifier(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "$"), 0x80...:
      true
    default: false
    }
  }
}
