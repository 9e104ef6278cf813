import FoundationEssentials
import SeedKit

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
