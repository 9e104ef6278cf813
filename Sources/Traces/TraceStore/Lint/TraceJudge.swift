import SeedKit

/// Collects the findings about one trace.
struct TraceJudge {
  let place: FixturePlace
  private(set) var findings: [FixtureFault] = []

  init(place: FixturePlace) { self.place = place }

  mutating func add(_ field: String, _ found: String, _ expected: String) {
    findings.append(place.fault(field: field, found: found, expected: expected))
  }

  mutating func length(of text: String, _ field: String, _ range: ClosedRange<Int>) {
    let count = text.unicodeScalars.count
    guard !range.contains(count) else { return }
    let expected =
      range.upperBound == Int.max
      ? "at least \(range.lowerBound)" : "\(range.lowerBound) to \(range.upperBound)"
    add(field, "\(count) characters", expected)
  }

  mutating func line(_ text: String, _ field: String) {
    if text.contains(where: \.isNewline) { add(field, "a line break", "a single line") }
    if text.first?.isWhitespace == true || text.last?.isWhitespace == true {
      add(field, "leading or trailing whitespace", "none")
    }
  }

  mutating func code(in text: String, _ field: String) {
    for (index, block) in CodeBlock.all(in: text).enumerated() {
      let name = "code block \(index + 1)"
      if block.language == nil {
        add(field, "\(name) without a language", "a language after the opening ```")
      }
      if !block.isClosed { add(field, "unclosed \(name)", "a closing ```") }
      if block.lines.allSatisfy(\.trimmingBlanks.isEmpty) { add(field, "\(name) without content", "code") }
      if let line = block.lines.first(where: Self.isEllipsis) {
        add(field, "\(name) with '\(line.trimmingBlanks)'", "complete code")
      }
    }
  }

  /// Whether a line stands for omitted code. A lone `...` may be an empty Python body.
  private static func isEllipsis(_ line: Substring) -> Bool {
    let text = line.trimmingBlanks
    return ["// ...", "# ...", "-- ...", "/* ... */", "// …", "# …", "-- …", "…"].contains(text)
  }

  mutating func filler(in text: String, _ field: String) {
    let words = " " + Filler.words(of: text).joined(separator: " ") + " "
    for phrase in Filler.phrases where words.contains(" \(phrase) ") {
      add(field, "the filler phrase '\(phrase)'", "specific text")
    }
    for mark in Filler.marks where text.contains(mark) {
      add(field, "the placeholder '\(mark)'", "finished text")
    }
  }

  mutating func tags(_ tags: [String], count: ClosedRange<Int>, vocabulary: Set<TagName>?) {
    if !count.contains(tags.count) {
      add("tags", "\(tags.count) tags", "\(count.lowerBound) to \(count.upperBound)")
    }
    var seen: Set<TagName> = []
    for (index, written) in tags.enumerated() {
      guard let tag = TagName(written) else { continue }
      let field = "tags[\(index + 1)]"
      if tag.description != written { add(field, "'\(written)'", "the stored form '\(tag)'") }
      if !seen.insert(tag).inserted { add(field, "the duplicate tag '\(tag)'", "each tag once") }
      guard let vocabulary, !vocabulary.contains(tag) else { continue }
      let near = Suggestion.nearest(to: tag.description, in: vocabulary.map(\.description)).first
      add(
        field, "the unknown tag '\(tag)'",
        near.map { "a tag of the vocabulary, such as '\($0)'" } ?? "a tag of the vocabulary (Seeders/Tags)")
    }
  }
}

/// Filler phrases, and marks of unfinished text.
private enum Filler {
  static let phrases = [
    "as an ai", "as we all know", "best practice", "best practices", "boost your", "cutting edge", "delve",
    "delves", "game changer", "happy coding", "hope this helps", "in conclusion", "in today s",
    "it is important to note", "it s important to note", "lorem ipsum", "needless to say",
    "omitted for brevity", "rest of the code", "rest of your code", "robust solution", "seamless",
    "seamlessly", "unleash", "your code here",
  ]
  // Split, so that the repository's own check for such marks does not find them here.
  static let marks = ["TO" + "DO", "FIX" + "ME", "X" + "XX:", "<placeholder>", "your_code_here"]

  static func words(of text: String) -> [Substring.SubSequence] {
    text.lowercased().split { !$0.isLetter && !$0.isNumber }.map { $0[...] }
  }
}
