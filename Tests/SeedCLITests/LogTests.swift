import Basics
import FoundationEssentials
import SeedKit
import Testing

@testable import SeedCLI

@Suite("The structured log")
struct LogTests {
  private struct Line: Decodable {
    let time: String
    let level: String
    let event: String
    let run_id: String
    let message: String?
    let duration_ms: Double?
  }

  private let log = JSONLog(runID: UUID())

  private func decoded(_ event: LogEvent) throws -> Line {
    try JSONDecoder().decode(Line.self, from: Data(line(event).utf8))
  }

  private func line(_ event: LogEvent) -> String {
    let text = log.line(for: event, at: Date(timeIntervalSince1970: 1_790_000_000.0625))
    #expect(!text.contains { $0.isNewline }, "\(text)")
    return text
  }

  @Test(
    "has one line of JSON per event, even with special characters",
    arguments: [
      "", "one\ntwo\r\nthree", "\"quoted\\\"", "\u{0}\u{1}\u{1B}[31m\u{7F}\u{85}\u{9B}\u{2028}\u{2029}",
      "日本🙂",
      String(decoding: [0x61, 0xFF, 0xFE, 0xC3, 0x28, 0xED, 0xA0, 0x80] as [UInt8], as: UTF8.self),
    ])
  func isJSON(text: String) throws {
    let line = try decoded(LogEvent(.message).with(.message, text))
    #expect(line.message == text)
    #expect(line.time == "2026-09-21T14:13:20.062Z" || line.time == "2026-09-21T14:13:20.063Z")
    #expect(line.level == "info" && line.event == "message")
    #expect(line.run_id == log.runID.uuidString.lowercased())
  }

  @Test("has one harmless line of bounded length for every field of every event, whatever its text")
  func hostileFields() {
    let evil =
      "a\r\nb\u{1B}[2J\u{9B}31m\u{7}\u{0}\u{85}\u{2028}\u{2029}\u{202E}\u{2066}\u{200F}\u{61C}\"\\ "
      + String(repeating: "x\u{1B}é", count: 10_000)
    for kind in LogEvent.Kind.allCases {
      for field in kind.fields {
        for event in [LogEvent(kind).with(field, evil), LogEvent(kind).with(field, [evil])] {
          let text = line(event)
          #expect(!text.unicodeScalars.contains(where: TerminalText.isActive), "\(kind) \(field)")
          // Escaping makes a byte up to six times as long.
          #expect(text.utf8.count < 30_000 && text.contains("more bytes)"), "\(kind) \(field)")
        }
      }
    }
  }

  @Test("of text has lines of at most 4,000 bytes, which say how much was cut")
  func longLines() {
    let long = String(repeating: "é", count: 5_000)
    let lines = TerminalText.lines("short\n\(long)\n\(long.prefix(2_000))", limit: TerminalText.lineLimit)
      .split(separator: "\n")
    #expect(lines.map(\.utf8.count)[0] == 5 && lines[2].utf8.count == 4_000)
    #expect(lines[1] == long.prefix(2_000) + "… (6000 more bytes)")
    #expect(TerminalText.lines(long) == long)
    #expect(TerminalText.cut("a\u{1F600}b", to: 3) == "a… (5 more bytes)")
  }

  @Test("has durations as finite numbers of milliseconds")
  func numbers() throws {
    for (duration, expected) in [
      (Duration.microseconds(1_234_567), 1234.567), (.zero, 0), (.seconds(86_400 * 365), 31_536_000_000),
      (.nanoseconds(400), 0),
    ] {
      #expect(
        try decoded(LogEvent(.startupContinues).with(.durationMilliseconds, duration)).duration_ms
          == expected)
    }
    #expect(
      try decoded(LogEvent(.message).with(.durationMilliseconds, .number(.infinity))).duration_ms == 0)
  }

  @Test("has only documented fields and levels in every event of a run")
  func declaredFields() throws {
    let id: SeederID = "tags"
    let events: [SeedEvent] =
      [
        .loaded(id, .selected), .loaded(id, .required(by: ["users"])), .started(id), .phase(id, .writing),
        .retrying(RunSample.retry), .note(id, RunSample.nasty), .debug(id, "x"), .historyNotWritten(id, "x"),
        .startup(.seeding), .startupFailed(RunSample.failure), .startupGoesOn(after: .seconds(60)),
      ] + RunSample.seeders.map { .finished($0) }
    let entries = events.flatMap(LogEvent.events) + [LogEvent.finished(RunSample.report)]
    for entry in entries {
      let unknown = entry.fields.map(\.field).filter { !entry.kind.fields.contains($0) }
      #expect(unknown == [], "\(entry.kind)")
      #expect(entry.kind.levels.contains(entry.level), "\(entry.kind)")
      let keys = try JSONParser.parse(Array(line(entry).utf8)).keys
      #expect(Set(keys).count == keys.count, "\(keys)")
    }
    #expect(entries.filter { $0.kind == .fixtureFault }.count == 1)
    #expect(entries.first { $0.kind == .retry }?.fields.contains { $0.field == .sqlState } == true)
  }

  @Test("is documented: Documentation/logs.md lists every event with level, fields and meaning")
  func documentation() throws {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let file = folder.appending(path: "Documentation/logs.md")
    var text = String(decoding: try Data(contentsOf: file), as: UTF8.self)
    let marks = ("<!-- events -->\n", "<!-- end of events -->\n")
    let start = try #require(text.firstRange(of: marks.0)).upperBound
    let end = try #require(text.firstRange(of: marks.1)).lowerBound
    let rows = LogEvent.Kind.allCases.map { kind in
      let levels = kind.levels.map(\.rawValue).joined(separator: ", ")
      let fields = kind.fields.map { "`\($0.rawValue)`" }.joined(separator: " ")
      return "| `\(kind.rawValue)` | \(levels) | \(fields) | \(kind.summary) |\n"
    }
    let table = "| event | level | fields | when |\n| --- | --- | --- | --- |\n" + rows.joined()
    if ProcessInfo.processInfo.environment["UPDATE_SNAPSHOTS"] == "1" {
      text.replaceSubrange(start..<end, with: table)
      try Data(text.utf8).write(to: file)
      return
    }
    #expect(text[start..<end] == table, "If the change is meant, run the tests with UPDATE_SNAPSHOTS=1.")
    for phase in SeedPhase.allCases { #expect(text.contains("| `\(phase.rawValue)` |")) }
  }

  @Test("is enabled wherever the option is, so that usage errors are also logged as JSON")
  func isFoundEarly() {
    func isJSON(_ line: String) -> Bool {
      Console(arguments: line.split(separator: " ").map(String.init), environment: [:], runID: UUID()).log
        != nil
    }
    #expect(isJSON("--all --log-format json") && isJSON("--log-format=json --tgas"))
    #expect(!isJSON("--all") && !isJSON("--log-format text") && !isJSON("db psql -- --log-format json"))
  }
}

extension JSONNode {
  fileprivate var keys: [String] {
    guard case .object(let members) = value else { return [] }
    return members.map(\.key)
  }
}
