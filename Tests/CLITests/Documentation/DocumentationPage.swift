import FoundationEssentials
import Testing

/// A page of the documentation: its commands in order, and the output that it shows for each.
///
/// Blocks of `sh` are one command each. In blocks of `console` a line that begins with `$ ` is a command, with the
/// lines that `\` continues, and the lines below it are its output. A comment directly before a block changes that:
///
/// - `<!-- not run: REASON -->` for what a test cannot do
/// - `<!-- runs until stopped; ready: "TEXT" -->` for servers: they run to the end of the page, and the next command
///   starts when the output contains TEXT
struct DocumentationPage: Sendable, CustomTestStringConvertible {
  struct Step: Sendable {
    enum Kind: Sendable, Equatable {
      case script, command
      case server(ready: String)
    }

    let line: Int
    let kind: Kind
    var command: String
    var output = ""
  }

  let name: String
  private(set) var steps: [Step] = []
  /// Blocks that are neither run nor marked correctly.
  private(set) var faults: [String] = []
  private(set) var swiftBlocks: [(line: Int, text: String)] = []

  var testDescription: String { name }

  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  /// The pages.
  static func all() throws -> [DocumentationPage] {
    let names = try FileManager.default.contentsOfDirectory(
      atPath: root.appending(path: "Documentation").path)
    return try (["README.md"] + names.filter { $0.hasSuffix(".md") }.sorted().map { "Documentation/\($0)" })
      .map { try DocumentationPage(named: $0) }
  }

  init(named name: String) throws {
    self.init(name: name, text: try String(contentsOf: Self.root.appending(path: name), encoding: .utf8))
  }

  init(name: String, text: String) {
    self.name = name
    var mark: Substring?
    var block: (language: Substring, line: Int, mark: Substring?, lines: [Substring])?
    for (number, line) in zip(1..., text.split(separator: "\n", omittingEmptySubsequences: false)) {
      if line.hasPrefix("```"), let ended = block {
        add(ended.lines, language: ended.language, line: ended.line, mark: ended.mark)
        block = nil
      } else if block != nil {
        block?.lines.append(line)
      } else if line.hasPrefix("```") {
        block = (line.dropFirst(3), number, mark, [])
        mark = nil
      } else {
        if mark != nil { faults.append("line \(number): the comment is not directly before a block") }
        mark =
          line.firstMatch(of: /^<!-- (?<mark>not run|runs until stopped)(?s:.*) -->$/) != nil ? line : nil
      }
    }
  }

  private mutating func add(_ lines: [Substring], language: Substring, line: Int, mark: Substring?) {
    if language == "swift" { swiftBlocks.append((line, lines.joined(separator: "\n") + "\n")) }
    guard ["sh", "bash", "shell", "console"].contains(language) else {
      if mark != nil { faults.append("line \(line): a block of \(language) is never run") }
      return
    }
    var kind = language == "console" ? Step.Kind.command : .script
    if let mark {
      if mark.wholeMatch(of: /<!-- not run: \S.* -->/) != nil { return }
      guard let server = mark.wholeMatch(of: /<!-- runs until stopped; ready: "(?<text>.+)" -->/) else {
        return faults.append("line \(line): \(mark) has no reason or no text")
      }
      kind = .server(ready: String(server.output.text))
    }
    guard language == "console" else {
      return steps.append(Step(line: line, kind: kind, command: lines.joined(separator: "\n")))
    }
    let first = steps.count
    var isContinued = false
    for (number, text) in zip((line + 1)..., lines) {
      if text.hasPrefix("$ ") {
        steps.append(Step(line: number, kind: kind, command: String(text.dropFirst(2))))
      } else if steps.count == first {
        return faults.append(
          "line \(number): output before the first command; a block without commands is text")
      } else if isContinued {
        steps[steps.count - 1].command += "\n" + text
      } else {
        steps[steps.count - 1].output += text + "\n"
      }
      isContinued = (text.hasPrefix("$ ") || isContinued) && text.hasSuffix("\\")
    }
  }
}
