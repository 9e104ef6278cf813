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
    let head: [JSONOutput.Member] = [
      .init(name: "time", value: .text(time.formatted(style))),
      .init(name: "level", value: .text(event.level.rawValue)),
      .init(name: "event", value: .text(event.kind.rawValue)),
      .init(name: "run_id", value: .text(runID.uuidString.lowercased())),
    ]
    let fields = event.fields.map {
      JSONOutput.Member(name: $0.field.rawValue, value: Self.rounded($0.value))
    }
    return TerminalText.json(JSONOutput.object(head + fields).description)
  }

  /// Thousandths of milliseconds; JSON has no infinity.
  private static func rounded(_ value: JSONOutput) -> JSONOutput {
    guard case .number(let number) = value else { return value }
    return .number(number.isFinite ? (number * 1000).rounded() / 1000 : 0)
  }
}

extension FormatStyle where Self == Date.ISO8601FormatStyle {
  /// `2026-03-01T12:30:00.125Z`
  static var iso8601WithMilliseconds: Self { Date.ISO8601FormatStyle(includingFractionalSeconds: true) }
}

extension Console {
  /// Writes a value as one JSON document: snake case, keys sorted.
  func answer(json value: some Encodable) throws {
    answer(document: try JSONDocument.text(value))
  }
}

/// What commands print and write as JSON.
enum JSONDocument {
  /// A value as one JSON document: snake case, keys sorted, times with milliseconds.
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
