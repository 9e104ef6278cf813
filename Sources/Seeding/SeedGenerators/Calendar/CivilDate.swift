/// Dates of the Gregorian calendar as days since 1970-01-01.
///
/// The conversions are Howard Hinnant's "chrono-compatible low-level date algorithms".
package enum CivilDate {
  /// The days from 0001-01-01 to 9999-12-31, which have four digits for the year.
  package static let range = -719_162...2_932_896

  /// The day of a date. The date must exist.
  static func day(year: Int, month: Int, day: Int) -> Int {
    let year = month <= 2 ? year - 1 : year
    let era = (year >= 0 ? year : year - 399) / 400
    let yearOfEra = year - era * 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }

  /// The date of a day.
  static func date(_ day: Int) -> (year: Int, month: Int, day: Int) {
    let shifted = day + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let month = (5 * dayOfYear + 2) / 153
    return (
      yearOfEra + era * 400 + (month >= 10 ? 1 : 0), month < 10 ? month + 3 : month - 9,
      dayOfYear - (153 * month + 2) / 5 + 1
    )
  }

  /// The day of the week: 0 for Monday to 6 for Sunday, as in ISO 8601.
  static func weekday(_ day: Int) -> Int {
    let weekday = (day + 3) % 7
    return weekday < 0 ? weekday + 7 : weekday
  }

  /// Parses `2026-01-31`.
  static func parse(_ text: String) -> Int? {
    var text = text
    return text.withUTF8 { parse(bytes: $0[...]) }
  }

  /// Parses `2026-01-31`.
  static func parse(bytes: Slice<UnsafeBufferPointer<UInt8>>) -> Int? {
    var rest = bytes
    guard let year = Digits.take(4...4, from: &rest), rest.popFirst() == 0x2D,
      let month = Digits.take(2...2, from: &rest), rest.popFirst() == 0x2D,
      let day = Digits.take(2...2, from: &rest), rest.isEmpty,
      year >= 1, (1...12).contains(month), day >= 1
    else { return nil }
    let number = self.day(year: year, month: month, day: day)
    // A day that the month does not have becomes another date.
    return date(number).day == day ? number : nil
  }

  /// Appends `2026-01-31`.
  static func append(_ day: Int, to text: inout [UInt8]) {
    let (year, month, day) = date(day)
    text.append(digits: UInt(year), width: 4)
    text.append(ascii: "-")
    text.append(digits: UInt(month), width: 2)
    text.append(ascii: "-")
    text.append(digits: UInt(day), width: 2)
  }
}
