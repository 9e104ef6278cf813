/// Sets text in lines of a given width.
struct TextLayout: Sendable {
  /// The number of columns, 40 to 120.
  let width: Int

  /// Takes a width; what is outside 40 to 120 becomes the nearest of these.
  init(width: Int) { self.width = min(max(width, 40), 120) }

  /// Lines of at most `width` columns, with a margin on the left. A longer word has its line to itself.
  ///
  /// A no-break space stays a space. Control characters become visible.
  ///
  /// - Parameter first: what stands in the margin of the first line; no longer than the margin.
  func wrap(_ text: String, margin: Int, first: String = "") -> [String] {
    var lines: [String] = []
    var line = first + Self.spaces(margin - first.count)
    var isEmpty = true
    for word in text.split(whereSeparator: { $0 != "\u{A0}" && $0.isWhitespace }) {
      let word = String(word).replacing("\u{A0}", with: " ").printable
      if !isEmpty, line.count + 1 + word.count > width {
        lines.append(line)
        line = Self.spaces(margin)
        isEmpty = true
      }
      line += (isEmpty ? "" : " ") + word
      isEmpty = false
    }
    if isEmpty { line = first }
    return lines + [line]
  }

  /// A table of two columns. A name that is too long for its column has its line to itself, and so have
  /// all names where the width leaves too little for the text.
  func table(_ rows: [(name: String, text: String)], column: Int) -> [String] {
    let isNarrow = width < 60
    let margin = isNarrow ? 6 : column
    return rows.flatMap { row in
      let name = "  " + row.name
      // Two columns of space at least.
      guard !isNarrow, name.count + 2 <= margin else { return [name] + wrap(row.text, margin: margin) }
      return wrap(row.text, margin: margin, first: name)
    }
  }

  /// The column in which the texts of tables start: as far right as the names need, within reason.
  func column(for names: [String]) -> Int {
    let longest = names.lazy.map { $0.count + 4 }.filter { $0 <= width * 2 / 5 }.max()
    return longest ?? width * 2 / 5
  }

  private static func spaces(_ count: Int) -> String { String(repeating: " ", count: max(count, 0)) }
}

extension String {
  /// The text with every control character made visible: nothing from a command line or a file may
  /// steer the terminal.
  var printable: String {
    String(
      String.UnicodeScalarView(
        unicodeScalars.flatMap { scalar -> [Unicode.Scalar] in
          guard scalar.properties.generalCategory == .control || scalar.properties.generalCategory == .format
          else { return [scalar] }
          return Array("\\u{\(String(scalar.value, radix: 16, uppercase: true))}".unicodeScalars)
        }))
  }
}
