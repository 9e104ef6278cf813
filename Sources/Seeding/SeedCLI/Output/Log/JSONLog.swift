import Basics
import FoundationEssentials
import SeedKit

/// The structured log: one JSON object per line.
struct JSONLog: Sendable {
  /// The id of the run in every line. The history and the report contain the same id.
  let runID: UUID

  /// Formats an event as one line, without the line break.
  ///
  /// Time, level, event and run come first, so that the log is readable for people too. Line breaks in values are
  /// escaped as `\n`. Invalid UTF-8 was replaced with U+FFFD when it was read.
  func line(for event: LogEvent, at time: Date) -> String {
    let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
    let head: [JSONOutput.Member] = [
      .init(name: "time", value: .text(time.formatted(style))),
      .init(name: "level", value: .text(event.level.rawValue)),
      .init(name: "event", value: .text(event.kind.rawValue)),
      .init(name: "run_id", value: .text(runID.uuidString.lowercased())),
    ]
    let fields = event.fields.map {
      JSONOutput.Member(name: $0.field.rawValue, value: Self.limited($0.value))
    }
    return TerminalText.json(JSONOutput.object(head + fields).description)
  }

  /// Rounds numbers to three decimals and cuts long text. Infinity and NaN become 0, because JSON cannot represent
  /// them.
  private static func limited(_ value: JSONOutput) -> JSONOutput {
    switch value {
    case .number(let number): .number(number.isFinite ? (number * 1000).rounded() / 1000 : 0)
    case .text(let text): .text(TerminalText.cut(text, to: TerminalText.lineLimit))
    case .array(let values): .array(values.map(limited))
    default: value
    }
  }
}

extension FormatStyle where Self == Date.ISO8601FormatStyle {
  /// `2026-03-01T12:30:00.125Z`
  static var iso8601WithMilliseconds: Self { Date.ISO8601FormatStyle(includingFractionalSeconds: true) }
}

extension Console {
  /// Writes a value to standard output as one JSON document, with sorted keys in snake case.
  func answer(json value: some Encodable) throws {
    answer(document: try JSONDocument.text(value))
  }
}

/// The JSON that commands print and write.
enum JSONDocument {
  /// Encodes a value as one JSON document: sorted keys in snake case, and times in ISO 8601 with milliseconds.
  static func text(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder.stable
    encoder.outputFormatting.insert(.prettyPrinted)
    encoder.keyEncodingStrategy = .convertToSnakeCase
    encoder.dateEncodingStrategy = .custom { date, encoder in
      var container = encoder.singleValueContainer()
      try container.encode(date.formatted(.iso8601WithMilliseconds))
    }
    return TerminalText.json(String(decoding: try encoder.encode(value), as: UTF8.self))
  }
}
