import FoundationEssentials
import Testing

/// Compares a text with a file in `Snapshots`.
enum Snapshot {
  /// Expects a text to match the file, which has a final line break. With `UPDATE_SNAPSHOTS=1` the file is written
  /// instead.
  static func expect(
    _ text: String, equals name: String, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Snapshots")
    let file = folder.appending(path: name)
    if ProcessInfo.processInfo.environment["UPDATE_SNAPSHOTS"] == "1" {
      try Data((text + "\n").utf8).write(to: file)
      return
    }
    let fix =
      "If the change is intended, run the tests with UPDATE_SNAPSHOTS=1 and review the changes in \(name)."
    guard let golden = try? String(decoding: Data(contentsOf: file), as: UTF8.self) else {
      Issue.record("\(name) cannot be read. \(fix)", sourceLocation: sourceLocation)
      return
    }
    guard golden != text + "\n" else { return }
    let expected = golden.split(separator: "\n", omittingEmptySubsequences: false)
    let found = (text + "\n").split(separator: "\n", omittingEmptySubsequences: false)
    let line = zip(expected, found).prefix { $0 == $1 }.count
    func shown(_ lines: [Substring]) -> String { line < lines.count ? "'\(lines[line])'" : "the end" }
    Issue.record(
      "\(name), line \(line + 1): expected \(shown(expected)), found \(shown(found)). \(fix)",
      sourceLocation: sourceLocation)
  }
}
