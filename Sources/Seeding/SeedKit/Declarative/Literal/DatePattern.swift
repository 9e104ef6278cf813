/// A pattern of dates, such as `DD.MM.YYYY` or `MM/DD/YYYY HH12:MI AM`.
struct DatePattern: Sendable, Hashable {
  private enum Part: String, CaseIterable {
    // Longer names come before their prefixes.
    case year = "YYYY"
    case shortYear = "YY"
    case month = "MM"
    case day = "DD"
    case hour = "HH24"
    case halfDayHour = "HH12"
    case minute = "MI"
    case second = "SS"
    case halfDay = "AM"
  }

  private enum Element: Hashable {
    /// A number; with a fixed width if another number follows or precedes directly.
    case part(Part, isFixed: Bool)
    case literal(UInt8)
  }

  static let expected = "a pattern of YYYY or YY, MM, DD, HH24, HH12, MI, SS and AM, such as DD.MM.YYYY"

  let text: String
  private let elements: [Element]

  /// - Returns: nil if the pattern is invalid, or does not name one day.
  init?(_ text: String) {
    var parts: [Part?] = []
    var literals: [UInt8] = []
    var rest = text.utf8[...]
    while let byte = rest.first {
      if let part = Part.allCases.first(where: { rest.starts(with: $0.rawValue.utf8) }) {
        rest = rest.dropFirst(part.rawValue.utf8.count)
        parts.append(part)
        literals.append(0)
      } else {
        let isSign = (0x20..<0x7F).contains(byte) && !Character(Unicode.Scalar(byte)).isLetter
        guard isSign, !(0x30...0x39).contains(byte) else { return nil }
        rest = rest.dropFirst()
        parts.append(nil)
        literals.append(byte)
      }
    }
    let named = parts.compactMap(\.self)
    let has = Set(named)
    guard has.count == named.count, has.contains(.year) != has.contains(.shortYear),
      has.isSuperset(of: [.month, .day]), has.contains(.halfDayHour) == has.contains(.halfDay),
      !(has.contains(.hour) && has.contains(.halfDayHour)),
      !has.contains(.minute) || has.contains(.hour) || has.contains(.halfDayHour),
      !has.contains(.second) || has.contains(.minute)
    else { return nil }
    self.text = text
    elements = parts.indices.map { index in
      guard let part = parts[index] else { return .literal(literals[index]) }
      func isNumber(_ other: Int) -> Bool {
        parts.indices.contains(other) && parts[other] != nil && parts[other] != .halfDay
      }
      return .part(part, isFixed: isNumber(index - 1) || isNumber(index + 1))
    }
  }

  /// The date as `YYYY-MM-DD` or `YYYY-MM-DD HH:MI:SS`; nil if the text does not match or the day does not exist.
  func rewritten(_ text: ArraySlice<UInt8>) -> [UInt8]? {
    var numbers: [Part: Int] = [:]
    var isAfternoon: Bool?
    var rest = NestedLiteral.trimmed(text)
    for element in elements {
      switch element {
      case .literal(let byte):
        guard rest.first == byte else { return nil }
        rest = rest.dropFirst()
      case .part(.halfDay, _):
        let word = rest.prefix(2).map { $0 & 0xDF }
        guard word == Array("AM".utf8) || word == Array("PM".utf8) else { return nil }
        isAfternoon = word.first == UInt8(ascii: "P")
        rest = rest.dropFirst(2)
      case .part(let part, let isFixed):
        let width = part == .year ? 4 : 2
        let digits = rest.prefix(width).prefix { (0x30...0x39).contains($0) }
        let isWhole = digits.count == width
        guard isWhole || !isFixed && !digits.isEmpty && part != .year && part != .shortYear else {
          return nil
        }
        numbers[part] = digits.reduce(0) { $0 * 10 + Int($1 & 0xF) }
        rest = rest.dropFirst(digits.count)
      }
    }
    guard rest.isEmpty else { return nil }
    // As PostgreSQL's to_date: the year that is nearest to 2020.
    let year = numbers[.year] ?? numbers[.shortYear].map { $0 + ($0 < 70 ? 2000 : 1900) } ?? 0
    guard let month = numbers[.month], let day = numbers[.day], year > 0, (1...12).contains(month),
      (1...Self.days(in: month, of: year)).contains(day), numbers[.hour, default: 0] < 24,
      numbers[.minute, default: 0] < 60, numbers[.second, default: 0] < 60
    else { return nil }
    var result = [year / 100, year % 100].flatMap(Self.digits)
    for number in [month, day] { result += [UInt8(ascii: "-")] + Self.digits(number) }
    var hour = numbers[.hour]
    if let isAfternoon {
      guard let number = numbers[.halfDayHour], (1...12).contains(number) else { return nil }
      hour = number % 12 + (isAfternoon ? 12 : 0)
    }
    if let hour {
      result += [0x20] + Self.digits(hour)
      for part in [Part.minute, .second] { result += [UInt8(ascii: ":")] + Self.digits(numbers[part] ?? 0) }
    }
    return result
  }

  private static func days(in month: Int, of year: Int) -> Int {
    let isLeap = year.isMultiple(of: 4) && (!year.isMultiple(of: 100) || year.isMultiple(of: 400))
    return month == 2 ? (isLeap ? 29 : 28) : [4, 6, 9, 11].contains(month) ? 30 : 31
  }

  private static func digits(_ number: Int) -> [UInt8] {
    [0x30 + UInt8(number / 10 % 10), 0x30 + UInt8(number % 10)]
  }
}
