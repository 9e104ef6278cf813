/// A fenced code block of a Markdown text.
struct CodeBlock: Hashable {
  /// The first word after the opening fence, in lowercase; nil if there is none.
  let language: String?
  /// The lines between the fences.
  let lines: [Substring]
  /// Whether a closing fence follows.
  let isClosed: Bool

  /// The code blocks of a text, in order. A fence is three or more backticks or tildes at the start of a line
  /// (CommonMark 0.31, section 4.5). The closing fence must have the same character and at least the same length.
  static func all(in text: String) -> [CodeBlock] {
    var blocks: [CodeBlock] = []
    var open: (fence: Substring, language: String?, lines: [Substring])?
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      let fence = fence(of: line)
      let rest = line.dropFirst(fence?.count ?? 0).trimmingBlanks
      switch (open, fence) {
      case (nil, let fence?):
        let word = rest.split(separator: " ").first
        open = (fence, word.map { $0.lowercased() }, [])
      case (let block?, let fence?) where fence.hasPrefix(block.fence) && rest.isEmpty:
        blocks.append(CodeBlock(language: block.language, lines: block.lines, isClosed: true))
        open = nil
      case (.some, _): open?.lines.append(line)
      case (nil, nil): break
      }
    }
    if let open { blocks.append(CodeBlock(language: open.language, lines: open.lines, isClosed: false)) }
    return blocks
  }

  private static func fence(of line: Substring) -> Substring? {
    guard let mark = line.first, mark == "`" || mark == "~" else { return nil }
    let fence = line.prefix { $0 == mark }
    return fence.count >= 3 ? fence : nil
  }
}

extension Substring {
  /// The line without leading and trailing spaces and tabs.
  var trimmingBlanks: Substring {
    var text = drop { $0 == " " || $0 == "\t" }
    while text.last == " " || text.last == "\t" { text.removeLast() }
    return text
  }
}
