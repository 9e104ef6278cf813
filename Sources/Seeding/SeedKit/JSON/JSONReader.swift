/// The state of parsing one document.
///
/// Open arrays and objects are on an explicit stack, so nesting uses memory but not the thread's stack. The bytes
/// are an array, so that every access is checked.
struct JSONReader {
  typealias Failure = JSONParseError

  let bytes: [UInt8]
  let dialect: JSONParser.Dialect
  let limits: JSONParser.Limits
  /// The next byte to read.
  var index = 0
  /// The current string, unescaped. Reused to avoid allocations.
  var resolved: [UInt8] = []
  private var open: [Container] = []
  private var valueCount = 0
  /// The part of a file that the bytes are; nil for a whole file.
  let part: JSONParser.Part?
  /// The position of the first byte.
  let start: SourcePosition
  private var cursor: PositionCursor

  init(
    bytes: [UInt8], dialect: JSONParser.Dialect, limits: JSONParser.Limits, part: JSONParser.Part? = nil,
    start: SourcePosition = SourcePosition(line: 1, column: 1)
  ) {
    self.part = part
    self.start = start
    cursor = PositionCursor(at: start)
    self.bytes = bytes
    self.dialect = dialect
    self.limits = limits
  }

  var isJSON5: Bool { dialect == .json5 }

  /// The next byte, or nil at the end.
  var next: UInt8? { index < bytes.count ? bytes[index] : nil }

  /// The byte at a distance from the next one; nil at the end.
  func peek(_ distance: Int) -> UInt8? {
    index + distance < bytes.count ? bytes[index + distance] : nil
  }

  mutating func document() throws -> JSONNode {
    do {
      return try value()
    } catch var error as Failure {
      // Longer paths are not readable.
      let path = open.prefix(3).map(\.pathOfNext).joined() + (open.count > 3 ? "…" : "")
      error.field = path.isEmpty ? nil : String(path.drop { $0 == "." })
      throw error
    }
  }

  private mutating func value() throws -> JSONNode {
    guard bytes.count <= limits.size else {
      throw tooMuch(found: "\(bytes.count) bytes", expected: "a file of at most \(limits.size) bytes", at: 0)
    }
    try checkEncoding()
    cursor.offset = index
    while true {
      if valueCount % 4_096 == 4_095 { try Task.checkCancellation() }
      guard var node = try valueOrOpen() else { continue }
      // A value is complete. If a closing bracket follows, so is its container, and so on.
      while true {
        guard !open.isEmpty else {
          try skipBlanks()
          guard index == bytes.count else {
            throw behindTheEnd
          }
          return node
        }
        open[open.count - 1].take(node)
        guard let closed = try separator() else { break }
        node = closed
      }
    }
  }

  /// Reads a scalar or an empty container. Returns nil after opening a nonempty container.
  private mutating func valueOrOpen() throws(Failure) -> JSONNode? {
    try skipBlanks()
    let position = currentPosition()
    guard let byte = next else { throw error(found: endOfFile, expected: "a value", fix: unclosed) }
    try count()
    guard byte == UInt8(ascii: "{") || byte == UInt8(ascii: "[") else {
      return JSONNode(position: position, value: try scalar(byte))
    }
    guard open.count < limits.depth else {
      throw tooMuch(
        found: "more than \(limits.depth) levels of nesting",
        expected: "arrays and objects nested at most \(limits.depth) deep")
    }
    index += 1
    let container = Container(isObject: byte == UInt8(ascii: "{"), position: position)
    try skipBlanks()
    if next == (container.isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) {
      index += 1
      return JSONNode(position: position, value: container.value)
    }
    open.append(container)
    if container.isObject { try memberKey() }
    return nil
  }

  /// Counts a value or a key.
  private mutating func count() throws(Failure) {
    valueCount += 1
    guard bytes.count + valueCount * limits.valueSize <= limits.size else {
      throw tooMuch(
        found:
          "more than \(limits.size) bytes, counting \(limits.valueSize) more for each value and each key",
        expected: "a smaller record")
    }
  }

  /// Reads what follows a value in a container. Returns the container if it ends.
  private mutating func separator() throws(Failure) -> JSONNode? {
    try skipBlanks()
    let isObject = open[open.count - 1].isObject
    let close = isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")
    let comma = index
    if next == UInt8(ascii: ",") {
      index += 1
      try skipBlanks()
      guard next == close else {
        if isObject { try memberKey() }
        return nil
      }
      guard isJSON5 else {
        throw error(
          found: "a trailing comma", expected: "no comma before the closing bracket",
          fix: "JSON does not allow trailing commas", at: comma)
      }
    }
    guard next == close else {
      throw error(expected: isObject ? "',' or '}'" : "',' or ']'", fix: next == nil ? unclosed : nil)
    }
    index += 1
    let container = open.removeLast()
    return JSONNode(position: container.position, value: container.value)
  }

  /// Reads a key and its colon.
  private mutating func memberKey() throws(Failure) {
    try count()
    let start = index
    let position = currentPosition()
    if next == UInt8(ascii: "{") || next == UInt8(ascii: "["), let object = open.last {
      let bracket = object.position
      var failure = error(
        expected: isJSON5 ? "a key" : "a key in double quotes",
        fix: "The object that starts at line \(bracket.line), column \(bracket.column) is not an array: "
          + "an array starts with '['")
      failure.objectForArray = bracket
      throw failure
    }
    let key = try key()
    if let first = open[open.count - 1].begin(key, position) {
      // Keys that are canonically equivalent are equal in Swift, so a lookup would confuse them.
      let isSame = first.key.utf8.elementsEqual(key.utf8)
      var failure = error(
        found: "duplicate key \"\(key.prefix(60))\" (first at line \(first.position.line), "
          + "column \(first.position.column)\(isSame ? "" : ", in another Unicode normalization"))",
        expected: "", at: start)
      failure.isDuplicateKey = true
      throw failure
    }
    try skipBlanks()
    guard next == UInt8(ascii: ":") else {
      throw error(expected: "':'", fix: next == nil ? unclosed : nil)
    }
    index += 1
  }

  /// The error for text after the only value.
  private var behindTheEnd: Failure {
    switch part {
    case .element: error(expected: "',' or ']'")
    case .line: error(expected: "the end of the line", fix: "A line contains one value")
    case nil: error(expected: "the end of the file", fix: "A file contains one value")
    }
  }

  /// The position of the next byte.
  private mutating func currentPosition() -> SourcePosition {
    cursor.advance(to: index, in: bytes)
    return cursor.position
  }

  /// The start of the innermost open container, for a file that ends too early.
  private var unclosed: String? {
    open.last.map {
      "The \($0.isObject ? "object" : "array") that starts at line \($0.position.line), "
        + "column \($0.position.column) is not closed"
    }
  }
}
