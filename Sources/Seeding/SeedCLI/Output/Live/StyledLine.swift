/// A line in pieces, each with its looks.
struct StyledLine: Sendable, Hashable {
  /// How a piece looks. The numbers are those of ECMA-48's "select graphic rendition".
  enum Look: String, Sendable {
    case plain = ""
    case bold = "1"
    case faint = "2"
    case red = "31"
    case green = "32"
    case yellow = "33"
    case cyan = "36"

    /// A text that looks so, if colours are wanted.
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

  /// A line without any looks.
  init(_ text: String) { append(text) }

  /// The columns it takes.
  var width: Int { pieces.reduce(0) { $0 + DisplayText.width(of: $1.text) } }

  /// The text without its looks.
  var text: String { pieces.map(\.text).joined() }

  /// Adds a piece; whatever could move the cursor is taken out of it.
  mutating func append(_ text: String, _ look: Look = .plain) {
    pieces.append(Piece(text: DisplayText.line(text), look: look))
  }

  /// What is sent to a terminal: at most `columns`, no line break.
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
