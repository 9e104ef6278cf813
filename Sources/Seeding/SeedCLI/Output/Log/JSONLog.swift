import FoundationEssentials
import SeedKit

/// The structured log: one JSON object a line.
struct JSONLog: Sendable {
  /// Marks every line of one run; the same as in the history and the report.
  let runID: UUID

  /// The line of an event, without its line break.
  ///
  /// Time, level, event and run come first, so that a person who reads along finds them. A line break in a
  /// value is `\n`; bytes that are no UTF-8 became U+FFFD when they were read.
  func line(for event: LogEvent, at time: Date) -> String {
    let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
    var text = "{\"time\":\"\(time.formatted(style))\",\"level\":\"\(event.level.rawValue)\""
    text += ",\"event\":\"\(event.kind.rawValue)\",\"run_id\":\"\(runID.uuidString.lowercased())\""
    for (field, value) in event.fields {
      text += ",\"\(field.rawValue)\":"
      Self.write(value, to: &text)
    }
    return text + "}"
  }

  private static func write(_ value: LogEvent.Value, to text: inout String) {
    switch value {
    case .text(let string): write(string, to: &text)
    case .integer(let number): text += "\(number)"
    // Thousandths of milliseconds; JSON has no infinity.
    case .number(let number): text += number.isFinite ? "\((number * 1000).rounded() / 1000)" : "0"
    case .flag(let flag): text += flag ? "true" : "false"
    case .texts(let strings):
      text += "["
      for (index, string) in strings.enumerated() {
        if index > 0 { text += "," }
        write(string, to: &text)
      }
      text += "]"
    }
  }

  private static func write(_ string: String, to text: inout String) {
    JSONString.write(string, to: &text, escaping: TerminalText.isActive)
  }
}
