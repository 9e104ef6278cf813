import Basics
import FoundationEssentials
import SeedKit

/// Formats the lines of the log. Whatever an event contains, it is one line of bounded length without control
/// characters.
enum ServerLine {
  /// `2026-02-20T09:30:00.250Z GET /health 200 …`
  static func text(_ event: ServerEvent, at date: Date) -> String {
    let line = TerminalText.cut(event.description, to: TerminalText.lineLimit)
    return "\(TimestampText.of(date)) \(TerminalText.line(line))"
  }

  /// A JSON object with the time, the level, the name and the fields of the event.
  ///
  /// - Parameter id: the id of the run, which is also in the events of seeding.
  static func json(_ event: ServerEvent, at date: Date, id: UUID) -> String {
    let head: [JSONOutput.Member] = [
      .init(name: "time", value: .date(date)), .init(name: "level", value: .text(event.level.rawValue)),
      .init(name: "event", value: .text(event.name)),
      .init(name: "run_id", value: .text(id.uuidString.lowercased())),
    ]
    let fields = event.fields.map { JSONOutput.Member(name: $0.name, value: limited($0.value)) }
    return TerminalText.json(JSONOutput.object(head + fields).description)
  }

  private static func limited(_ value: JSONOutput) -> JSONOutput {
    guard case .text(let text) = value else { return value }
    return .text(TerminalText.cut(text, to: TerminalText.lineLimit))
  }
}
