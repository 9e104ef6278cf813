/// Splits a JSON array that arrives in chunks into its elements, so that only one element is in memory and parsed
/// at a time.
struct JSONArraySplitter {
  /// The document is not an array. Has its first bytes.
  struct NoArray: Error {
    let bytes: [UInt8]
    let position: SourcePosition
  }

  private enum State { case start, beforeFirst, beforeElement, element, end }

  /// The maximum size of an element in bytes.
  let elementLimit: Int
  private var state = State.start
  /// The bytes of the current element so far.
  private var pending: [UInt8] = []
  private var depth = 0
  private var isInString = false
  private var isEscaped = false
  private var line = 1
  private var column = 1
  private var isAfterCarriageReturn = false
  private var offset = 0
  private var arrayPosition = SourcePosition(line: 1, column: 1)
  private var elementPosition = SourcePosition(line: 1, column: 1)
  private var commaPosition = SourcePosition(line: 1, column: 1)

  init(elementLimit: Int) { self.elementLimit = elementLimit }

  private var position: SourcePosition { SourcePosition(line: line, column: column) }

  /// Takes a chunk.
  ///
  /// - Parameter onElement: receives the bytes of each complete element, which it may free early, and the position
  ///   of the element.
  mutating func feed(_ chunk: [UInt8], _ onElement: (inout [UInt8], SourcePosition) throws -> Void) throws {
    var elementStart = 0
    for (index, byte) in chunk.enumerated() {
      switch state {
      case .element:
        guard isEnd(byte) else { break }
        try take(chunk[elementStart..<index])
        state = byte == UInt8(ascii: ",") ? .beforeElement : .end
        commaPosition = position
        try onElement(&pending, elementPosition)
        pending = []
      case _ where byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D: break
      case .start:
        guard byte == UInt8(ascii: "[") else {
          throw NoArray(bytes: Array(chunk[index...]), position: position)
        }
        arrayPosition = position
        state = .beforeFirst
      case .beforeFirst where byte == UInt8(ascii: "]"): state = .end
      case .beforeElement where byte == UInt8(ascii: "]"):
        throw error(
          found: "a trailing comma", expected: "no comma before the closing bracket",
          fix: "JSON does not allow trailing commas", at: commaPosition)
      case .beforeFirst, .beforeElement:
        guard byte != UInt8(ascii: ",") else { throw error(found: "','", expected: "a value") }
        state = .element
        elementStart = index
        elementPosition = position
        depth = 0
        _ = isEnd(byte)
      case .end:
        let text = String(decoding: chunk[index..<min(index + 4, chunk.count)], as: UTF8.self)
        throw error(
          found: text.unicodeScalars.first.map(JSONReader.description(of:)) ?? "",
          expected: "the end of the file", fix: "A file contains one value")
      }
      advance(byte)
    }
    if state == .element { try take(chunk[elementStart...]) }
  }

  /// Ends the document.
  mutating func finish(_ onElement: (inout [UInt8], SourcePosition) throws -> Void) throws {
    let fix =
      "The array that starts at line \(arrayPosition.line), column \(arrayPosition.column) is not closed"
    switch state {
    case .end: return
    case .start: throw error(found: "an empty file", expected: "a value")
    case .beforeFirst, .beforeElement:
      throw error(found: "the end of the file", expected: "a value", fix: fix)
    case .element:
      // A truncated element causes its own error.
      try onElement(&pending, elementPosition)
      throw error(found: "the end of the file", expected: "',' or ']'", fix: fix)
    }
  }

  /// Whether a byte ends the current element. Tracks strings and brackets.
  private mutating func isEnd(_ byte: UInt8) -> Bool {
    if isInString {
      if isEscaped {
        isEscaped = false
      } else if byte == UInt8(ascii: "\\") {
        isEscaped = true
      } else if byte == UInt8(ascii: "\"") {
        isInString = false
      }
      return false
    }
    switch byte {
    case UInt8(ascii: "\""): isInString = true
    case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
    case UInt8(ascii: ","): return depth == 0
    case UInt8(ascii: "]") where depth == 0: return true
    case UInt8(ascii: "}"), UInt8(ascii: "]"): depth = max(0, depth - 1)
    default: break
    }
    return false
  }

  private mutating func take(_ bytes: ArraySlice<UInt8>) throws {
    guard pending.count + bytes.count <= elementLimit else {
      throw error(
        found: "a record of more than \(elementLimit) bytes", expected: "a smaller record",
        at: elementPosition)
    }
    pending += bytes
  }

  private mutating func advance(_ byte: UInt8) {
    offset += 1
    if byte == 0x0D || (byte == 0x0A && !isAfterCarriageReturn) {
      line += 1
      column = 1
    } else if byte & 0xC0 != 0x80, byte != 0x0A {
      column += 1
    }
    isAfterCarriageReturn = byte == 0x0D
  }

  private func error(
    found: String, expected: String, fix: String? = nil, at place: SourcePosition? = nil
  ) -> JSONParseError {
    JSONParseError(
      position: place ?? position, offset: offset, found: found, expected: expected, fix: fix)
  }
}
