extension Timestamp {
  /// A date some days later, or a timestamp some seconds later, in the same form; nil if the text is neither.
  package static func moved(_ text: String, by steps: Int) -> String? {
    guard let parsed = parse(text) else { return nil }
    var moved: [UInt8] = []
    let unit = parsed.hasTime ? Interval.second : Interval.day
    let time = parsed.microseconds + steps * unit
    guard CivilDate.range.contains(time / Interval.day) else { return nil }
    if parsed.hasTime {
      append(time, to: &moved)
      if parsed.hasZone { moved.append(literal: "+00") }
    } else {
      CivilDate.append(time / Interval.day, to: &moved)
    }
    return String(decoding: moved, as: UTF8.self)
  }
}
