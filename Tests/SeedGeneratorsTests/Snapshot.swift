import FoundationEssentials
import Testing

/// Compares a text with a file in `Snapshots`.
enum Snapshot {
  /// Expects a text to match the file. With `UPDATE_SNAPSHOTS=1` the file is written instead.
  static func expect(
    _ text: String, equals name: String, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Snapshots")
    let file = folder.appending(path: name)
    if ProcessInfo.processInfo.environment["UPDATE_SNAPSHOTS"] == "1" {
      try Data(text.utf8).write(to: file)
      return
    }
    let golden = try String(decoding: Data(contentsOf: file), as: UTF8.self)
    let expected = golden.split(separator: "\n", omittingEmptySubsequences: false)
    let found = text.split(separator: "\n", omittingEmptySubsequences: false)
    let line = zip(expected, found).prefix { $0 == $1 }.count
    guard golden != text else { return }
    func shown(_ lines: [Substring]) -> String { line < lines.count ? "'\(lines[line])'" : "the end" }
    Issue.record(
      """
      \(name), line \(line + 1): expected \(shown(expected)), found \(shown(found)). A changed value needs a higher \
      version of its generator. Then run the tests with UPDATE_SNAPSHOTS=1.
      """, sourceLocation: sourceLocation)
  }
}
