import FoundationEssentials

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
    text += "\""
    for scalar in string.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      case "\t": text += "\\t"
      // The others that end a line for some reader, or that a terminal obeys.
      case _
      where scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
        || (0x2028...0x2029).contains(scalar.value):
        let digits = String(scalar.value, radix: 16)
        text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: text.unicodeScalars.append(scalar)
      }
    }
    text += "\""
  }
}
