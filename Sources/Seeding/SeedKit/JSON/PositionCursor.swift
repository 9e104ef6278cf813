/// Tracks line and column while moving forward through a text, in linear time.
struct PositionCursor {
  /// The offset of the next byte.
  var offset = 0
  private var line: Int
  private var column: Int

  init(at start: SourcePosition) {
    line = start.line
    column = start.column
  }

  var position: SourcePosition { SourcePosition(line: line, column: column) }

  /// Moves forward to an offset.
  mutating func advance(to target: Int, in bytes: [UInt8]) {
    while offset < target {
      let byte = bytes[offset]
      offset += 1
      if byte == 0x0A || (byte == 0x0D && !(offset < bytes.count && bytes[offset] == 0x0A)) {
        line += 1
        column = 1
      } else if byte & 0xC0 != 0x80 {
        // Every byte except UTF-8 continuation bytes starts a scalar.
        column += 1
      }
    }
  }
}
