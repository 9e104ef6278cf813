/// Text in the language of manual pages, man(7), such that nothing of it is taken for a command.
enum Roff {
  /// Text as it is to be read. Characters that a formatter would replace by typographic ones are named,
  /// so that an option can be copied from the page.
  static func text(_ text: String) -> String {
    var result = ""
    for scalar in text.printable.unicodeScalars {
      switch scalar {
      case "\\": result += "\\e"
      case "-": result += "\\-"
      case "'": result += "\\(aq"
      case "`": result += "\\(ga"
      case "^": result += "\\(ha"
      case "~": result += "\\(ti"
      case "\u{A0}": result += "\\ "
      case _ where scalar.isASCII: result.unicodeScalars.append(scalar)
      default:
        let code = String(scalar.value, radix: 16, uppercase: true)
        result += "\\[u\(String(repeating: "0", count: max(0, 4 - code.count)))\(code)]"
      }
    }
    // A point at the start of a line would begin a macro.
    return result.hasPrefix(".") ? "\\&" + result : result
  }

  /// Sentences, each begun on a line of its own, which is what formatters want, in lines of 80 bytes at most.
  static func prose(_ text: String) -> [String] {
    var lines: [String] = []
    var line = ""
    func finish() {
      if !line.isEmpty { lines.append(line) }
      line = ""
    }
    for word in text.split(whereSeparator: { $0 != "\u{A0}" && $0.isWhitespace }) {
      let escaped = Self.text(String(word))
      if !line.isEmpty, line.utf8.count + 1 + escaped.utf8.count > 80 { finish() }
      line += (line.isEmpty ? "" : " ") + escaped
      if word.hasSuffix("."), word.dropLast().last?.isLowercase == true { finish() }
    }
    finish()
    return lines
  }

  /// Bold text.
  static func bold(_ text: String) -> String { "\\fB\(Self.text(text))\\fR" }

  /// Text in italics: what somebody replaces by a value.
  static func italic(_ text: String) -> String { "\\fI\(Self.text(text))\\fR" }

  /// A section's heading.
  static func section(_ title: String) -> String { ".SH \(heading(title))" }

  /// A heading within a section.
  static func subsection(_ title: String) -> String { ".SS \(heading(title))" }

  private static func heading(_ title: String) -> String {
    // In a macro's argument a quote would end the argument.
    "\"" + Self.text(title).replacing("\"", with: "\\(dq") + "\""
  }

  /// A term with its description below.
  static func entry(_ term: String, _ description: String) -> [String] {
    [".TP", term] + prose(description)
  }

  /// Lines as they are, in a fixed pitch.
  static func literal(_ lines: [String]) -> [String] {
    [".PP", ".nf", ".RS 4"] + lines.map { $0.isEmpty ? "" : Self.text($0) } + [".RE", ".fi"]
  }
}
