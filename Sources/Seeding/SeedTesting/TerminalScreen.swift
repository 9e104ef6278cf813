import CLinux
import Glibc

/// What a terminal shows after receiving some bytes.
///
/// Supports what this project's programs send: text, line breaks, "cursor up", "erase below", "erase to end of
/// line" and colors. Lines are stored unwrapped and wrapped only on demand, so that a resize wraps them again, as
/// in today's terminals.
package struct TerminalScreen: Sendable {
  /// The number of columns.
  package var columns: Int
  /// The number of rows. Lines above them can be read but not changed.
  package var rows: Int
  /// All lines, including those that scrolled out of view.
  package private(set) var lines: [String] = []
  /// The number of times that colors or other attributes were set.
  package private(set) var lookCount = 0
  /// The number of control sequences, including attributes.
  package private(set) var controlCount = 0
  /// Unsupported sequences. Tests expect none.
  package private(set) var unknown: [String] = []
  /// The number of NULs received. They show nothing; a test sends them to find out how far the reader is.
  package private(set) var nullCount = 0
  private var cells: [[(text: String, width: Int)]] = [[]]
  private var line = 0
  private var column = 0
  private var pending: [UInt8] = []

  /// Creates an empty screen.
  package init(columns: Int, rows: Int) {
    self.columns = columns
    self.rows = rows
  }

  /// The lines without trailing blanks and trailing empty lines.
  package var text: [String] {
    var result = lines.map { String($0.reversed().drop { $0 == " " }.reversed()) }
    while result.last?.isEmpty == true { result.removeLast() }
    return result
  }

  /// Whether the cursor is at the start of an empty line below everything else.
  package var isCursorBeneath: Bool { column == 0 && line == cells.count - 1 && cells[line].isEmpty }

  /// Takes bytes, which may end in the middle of a character or sequence.
  package mutating func feed(_ bytes: some Sequence<UInt8>) {
    pending += bytes
    while let first = pending.first {
      if first == 0x1B {
        guard let end = sequenceEnd() else { break }
        perform(String(decoding: pending[..<end], as: UTF8.self))
        pending.removeFirst(end)
      } else if first < 0x20 {
        pending.removeFirst()
        control(first)
      } else {
        let length = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
        guard pending.count >= length else { break }
        put(String(decoding: pending[..<length], as: UTF8.self))
        pending.removeFirst(length)
      }
    }
    lines = cells.map { $0.map(\.text).joined() }
  }

  /// The length of the control sequence at the start; nil if it is incomplete.
  private func sequenceEnd() -> Int? {
    guard pending.count >= 2 else { return nil }
    guard pending[1] == UInt8(ascii: "[") else { return 2 }
    return pending.dropFirst(2).firstIndex { (0x40...0x7E).contains($0) }.map { $0 + 1 }
  }

  private mutating func control(_ byte: UInt8) {
    switch byte {
    case 0: nullCount += 1
    case UInt8(ascii: "\n"):
      line += 1
      column %= columns
      if line == cells.count { cells.append([]) }
    case UInt8(ascii: "\r"):
      // Moves to the start of the row, which may be in the middle of a wrapped line. A full row is only left by the
      // next character.
      column = max(0, column - 1) / columns * columns
    default: unknown.append("\\x\(byte)")
    }
  }

  private mutating func put(_ text: String) {
    let width = Self.width(of: text)
    guard width > 0 else {
      if let last = cells[line].indices.last { cells[line][last].text += text }
      return
    }
    var index = 0
    var used = 0
    while index < cells[line].count, used < column {
      used += cells[line][index].width
      index += 1
    }
    while used < column {
      cells[line].append((" ", 1))
      used += 1
      index += 1
    }
    if index < cells[line].count {
      cells[line][index] = (text, width)
    } else {
      cells[line].append((text, width))
    }
    column += width
  }

  private mutating func perform(_ sequence: String) {
    controlCount += 1
    let number = Int(sequence.dropFirst(2).dropLast()) ?? 0
    switch (sequence.dropFirst().first, sequence.last) {
    case ("[", "m"): lookCount += 1
    case ("[", "A"): moveUp(max(1, number))
    case ("[", "J") where number == 0:
      eraseRest()
      cells.removeLast(cells.count - line - 1)
    case ("[", "K") where number == 0: eraseRest()
    default: unknown.append(sequence)
    }
  }

  private mutating func eraseRest() {
    var used = 0
    cells[line] = Array(
      cells[line].prefix { cell in
        used += cell.width
        return used <= column
      })
  }

  private func rowCount(of line: Int) -> Int {
    max(1, (cells[line].reduce(0) { $0 + $1.width } + columns - 1) / columns)
  }

  private mutating func moveUp(_ count: Int) {
    let counts = cells.indices.map(rowCount)
    let top = max(0, counts.reduce(0, +) - rows)
    var row = max(top, counts[..<line].reduce(0, +) + column / columns - count)
    line = 0
    while row >= counts[line] {
      row -= counts[line]
      line += 1
    }
    column = row * columns + column % columns
  }

  /// The width of a character according to the C library, which is independent of the program under test.
  package static func width(of text: String) -> Int {
    guard let locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", nil) else { return text.count }
    let before = uselocale(locale)
    defer {
      uselocale(before)
      freelocale(locale)
    }
    return text.unicodeScalars.reduce(0) { $0 + max(0, Int(wcwidth(Int32(bitPattern: $1.value)))) }
  }
}
