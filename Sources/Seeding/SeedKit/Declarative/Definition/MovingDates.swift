package import FoundationEssentials

/// `dates` of a definition: shifts dates and timestamps by whole steps since an anchor, so that data stays recent.
package struct MovingDates: Sendable {
  /// The unit of the shift.
  enum Step: String, CaseIterable, Sendable {
    case day, week, month, year
  }

  /// Midnight UTC of the day at which the shift is zero.
  let anchor: Date
  let step: Step
  /// The zone whose wall clock time a shifted `timestamptz` keeps.
  let timeZone: String
  let line: Int
  /// The time to which the values move.
  var now = Date()

  /// The types that are shifted.
  static let types: Set<String> = ["date", "timestamp without time zone", "timestamp with time zone"]

  private static let calendar: Calendar = {
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = .gmt
    return calendar
  }()

  /// Reads `2026-01-05`; nil for another text, and for a day that does not exist.
  static func day(_ text: String) -> Date? {
    let style = Date.ISO8601FormatStyle(timeZone: .gmt).year().month().day()
    guard let day = try? Date(text, strategy: style), day.formatted(style) == text, !text.hasPrefix("0000")
    else { return nil }
    return day
  }

  /// Reads a day, or a timestamp in UTC such as `2026-01-05T12:00:00Z`; nil for another text.
  package static func time(_ text: String) -> Date? {
    day(text) ?? (day(String(text.prefix(10))) == nil ? nil : try? Date(text, strategy: .iso8601))
  }

  private var component: Calendar.Component {
    switch step {
    case .day: .day
    case .week: .weekOfYear
    case .month: .month
    case .year: .year
    }
  }

  /// The number of whole steps from the anchor to now, negative before the anchor.
  var steps: Int {
    let elapsed = Self.calendar.dateComponents([component], from: anchor, to: now).value(for: component) ?? 0
    let start = Self.calendar.date(byAdding: component, value: elapsed, to: anchor) ?? anchor
    return start > now ? elapsed - 1 : elapsed
  }

  /// Whether a type contains dates that cannot be shifted: an array or a range of them.
  static func isContained(in type: String) -> Bool {
    let element = type.hasSuffix("[]") ? String(type.dropLast(2)) : type
    return ["daterange", "tsrange", "tstzrange", "datemultirange", "tsmultirange", "tstzmultirange"].contains(
      element)
      || element != type && types.contains(element)
  }

  /// SQL for a shifted value.
  ///
  /// - Parameters:
  ///   - value: SQL of the value.
  ///   - type: one of ``types``.
  func shifted(_ value: String, type: String) -> String {
    let steps = steps
    guard steps != 0 else { return value }
    let interval = "'\(steps) \(step)'::interval"
    switch type {
    case "timestamp with time zone":
      let zone = "'\(timeZone.replacing("'", with: "''"))'"
      return "timezone(\(zone), timezone(\(zone), \(value)) + \(interval))"
    default: return "(\(value) + \(interval))::\(type)"
    }
  }
}

extension DefinitionReader {
  /// The shift of dates; nil without one.
  func dates(_ object: JSONObjectReader) -> MovingDates? {
    guard !object.isAbsent("dates"), let node = object.take("dates"),
      let dates = JSONObjectReader(node, expected: "an object with 'anchor' and 'step'", faults: faults)
    else { return nil }
    let anchor = dates.string("anchor", expected: "a day such as 2026-01-05", MovingDates.day)
    let step = dates.choice("step", MovingDates.Step.self)
    let zone = dates.optionalString("timeZone", length: Self.nonEmpty) ?? "UTC"
    dates.finish("an unknown key")
    guard let anchor, let step else { return nil }
    return MovingDates(anchor: anchor, step: step, timeZone: zone, line: node.position.line)
  }
}
