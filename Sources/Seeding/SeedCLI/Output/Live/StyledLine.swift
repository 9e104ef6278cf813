/// A line of styled pieces of text.
struct StyledLine: Sendable, Hashable {
  /// The style of a piece. The raw values are the parameters of "select graphic rendition" in ECMA-48.
  enum Look: String, Sendable {
    case plain = ""
    case bold = "1"
    case faint = "2"
    case red = "31"
    case green = "32"
    case yellow = "33"
    case cyan = "36"

    /// Styles a text, if color is enabled.
    func applied(to text: String, hasColour: Bool) -> String {
      guard hasColour, self != .plain, !text.isEmpty else { return text }
      return "\u{1B}[\(rawValue)m\(text)\u{1B}[0m"
    }
  }

  private struct Piece: Sendable, Hashable {
    let text: String
    let look: Look
  }

  private var pieces: [Piece] = []

  /// An empty line.
  init() {}

  /// A line of plain text.
  init(_ text: String) { append(text) }

  /// The width in columns.
  var width: Int { pieces.reduce(0) { $0 + DisplayText.width(of: $1.text) } }

  /// The text without styles.
  var text: String { pieces.map(\.text).joined() }

  /// Appends a piece. Control characters are removed from it.
  mutating func append(_ text: String, _ look: Look = .plain) {
    pieces.append(Piece(text: DisplayText.line(text), look: look))
  }

  /// The line for a terminal, truncated to `columns`, without a line break.
  func rendered(columns: Int, on terminal: Terminal) -> String {
    var left = columns
    var result = ""
    for piece in pieces {
      let size = DisplayText.width(of: piece.text)
      let text =
        size <= left
        ? piece.text
        : DisplayText.truncated(piece.text, to: left, ellipsis: terminal.hasUnicode ? "…" : "...")
      result += piece.look.applied(to: text, hasColour: terminal.hasColour)
      left -= size
      if left <= 0 { break }
    }
    return result
  }
}
