import Postgres

/// Constraints with arithmetic: `total = subtotal + tax`, `sold + reserved <= seats`, `ends - starts <= '8 hours'`.
extension TableFacts {
  /// Makes the server compute a number from others, if a constraint compares it with them.
  ///
  /// - Returns: false if the constraint has another form. Nothing is changed then.
  mutating func makeComputed(_ expression: SQLExpression) -> Bool {
    guard case .binary(let sign, let left, let right) = expression else { return false }
    if case .column(let name) = left, makeComputed(name, sign, right) { return true }
    guard case .column(let name) = right, let mirrored = Self.mirrored[sign] else { return false }
    return makeComputed(name, mirrored, left)
  }

  private mutating func makeComputed(_ name: String, _ sign: String, _ other: SQLExpression) -> Bool {
    // A comparison of two columns decides their ranges.
    guard known.numbers.contains(name), isFree(name), ["=", "<", "<=", ">", ">="].contains(sign),
      sign == "=" || other.plainColumn == nil, let columns = sources(of: other), !columns.isEmpty,
      !columns.contains(name), !columns.contains(where: { self[$0].isNull || self[$0].condition != nil })
    else { return false }
    self.columns[name, default: ColumnFacts()].computed = .init(sign: sign, expression: other)
    for column in columns { self.columns[column, default: ColumnFacts()].isFilled = true }
    return true
  }

  /// Whether no other constraint decides the value of a column.
  private func isFree(_ name: String) -> Bool {
    let facts = self[name]
    return facts.values == nil && !facts.isNull && facts.condition == nil && facts.computed == nil
      && facts.equalTo == nil
  }

  private static let functions: Set<String> = [
    "coalesce", "round", "abs", "floor", "ceil", "ceiling", "trunc",
  ]

  /// The columns that an expression over numbers reads, also through computed ones; nil for another form.
  private func sources(of expression: SQLExpression) -> Set<String>? {
    func all(_ parts: [SQLExpression]) -> Set<String>? {
      let found = parts.compactMap { sources(of: $0) }
      return found.count == parts.count ? found.reduce([]) { $0.union($1) } : nil
    }
    switch expression {
    case .number: return []
    case .column(let name):
      guard known.numbers.contains(name) else { return nil }
      let inner = self[name].computed.flatMap { sources(of: $0.expression) } ?? []
      return inner.union([name])
    // Without the casts, a division could be one of other types.
    case .binary(let sign, let left, let right) where ["+", "-", "*"].contains(sign):
      return all([left, right])
    case .call(let function, let arguments) where Self.functions.contains(function): return all(arguments)
    default: return nil
    }
  }

  /// The SQL that computes a column so that its constraints are met; nil if the server does not compute it.
  func computedSQL(_ name: String) -> String? {
    guard let computed = self[name].computed, let text = sql(computed.expression) else { return nil }
    let bare = Self.unwrapped(text)
    guard computed.sign != "=" else { return bare }
    let low = self[name].lower.map { $0.isStrict ? $0.moved(by: 1) : $0.text }
    let high = self[name].upper.map { $0.isStrict ? $0.moved(by: -1) : $0.text }
    let isSmaller = computed.sign.hasPrefix("<")
    // The result may be negative.
    let edge = computed.sign == "<" ? "\(text) - 1" : computed.sign == ">" ? "\(text) + 1" : bare
    let limits = [isSmaller ? high : low, edge, isSmaller ? "\(text) / 2" : "\(text) * 2"].compactMap(\.self)
    let value = "\(isSmaller ? "least" : "greatest")(\(limits.joined(separator: ", ")))"
    guard let other = isSmaller ? low : high else { return value }
    return "\(isSmaller ? "greatest" : "least")(\(other), \(value))"
  }

  /// An expression over numbers. Computed columns are replaced by their expressions, because the server computes all of
  /// them at once.
  private func sql(_ expression: SQLExpression) -> String? {
    switch expression {
    case .number(let text): text
    case .column(let name): computedSQL(name).map { "(\($0))" } ?? (try? PostgresIdentifier(name))?.quoted
    case .binary(let sign, let left, let right):
      sql(left).flatMap { left in sql(right).map { "(\(left) \(sign) \($0))" } }
    case .call(let function, let arguments):
      "\(function)(\(arguments.compactMap { sql($0).map(Self.unwrapped) }.joined(separator: ", ")))"
    default: nil
    }
  }

  /// A text without parentheses around the whole.
  private static func unwrapped(_ text: String) -> String {
    var depth = 0
    let closes = text.dropLast().contains { character in
      depth += character == "(" ? 1 : character == ")" ? -1 : 0
      return depth == 0
    }
    return closes || !text.hasPrefix("(") ? text : String(text.dropFirst().dropLast())
  }

  /// Gives each column of a sum an equal share of a constant: `a + b + c = 100`.
  ///
  /// - Returns: false if the constraint has another form. Nothing is changed then.
  mutating func limitSum(_ expression: SQLExpression) -> Bool {
    guard case .binary(let sign, let left, let right) = expression, let names = Self.summands(left),
      let limit = right.constant.flatMap({ Int($0) }), limit >= 0,
      names.allSatisfy({ known.numbers.contains($0) && isFree($0) })
    else { return false }
    var changed = self
    var rest = names[...]
    if sign == "=" {
      // The last one is what the others leave.
      guard let last = rest.popLast(), let first = rest.first else { return false }
      let sum = rest.dropFirst().reduce(SQLExpression.column(first)) { .binary("+", $0, .column($1)) }
      guard changed.makeComputed(last, "=", .binary("-", right, sum)) else { return false }
    }
    let isUpper = ["=", "<", "<="].contains(sign)
    guard isUpper || [">", ">="].contains(sign) else { return false }
    let share = (isUpper ? limit : limit + names.count - 1) / names.count
    for name in rest {
      let own = changed[name]
      let known = (isUpper ? own.upper : own.lower).map { Double($0.text) ?? 0 }
      if let known, isUpper ? known <= Double(share) : known >= Double(share) { continue }
      guard changed.limit(name, sign == "=" ? "<=" : sign, "\(share)") else { return false }
    }
    self = changed
    return true
  }

  /// Limits the columns of a sum as the column that gets their total: `played = wins + losses` and `played <= 38`.
  mutating func limitTotals() {
    for (_, facts) in columns.sorted(by: { $0.key < $1.key }) {
      guard let computed = facts.computed, computed.sign == "=" else { continue }
      for (limit, sign) in [(facts.upper, "<"), (facts.lower, ">")] {
        guard let limit, limit.text != "0" else { continue }
        _ = limitSum(.binary(limit.isStrict ? sign : "\(sign)=", computed.expression, .number(limit.text)))
      }
    }
  }

  private static func summands(_ expression: SQLExpression) -> [String]? {
    switch expression {
    case .column(let name): [name]
    case .binary("+", let left, let right):
      summands(left).flatMap { left in summands(right).map { left + $0 } }
    default: nil
    }
  }

  /// Limits the difference between two times or dates: `ends - starts <= '8 hours'`, `ends <= starts + '8 hours'`.
  ///
  /// - Returns: false if it has another form. Nothing is changed then.
  mutating func limitDifference(_ sign: String, _ left: SQLExpression, _ right: SQLExpression) -> Bool {
    var (high, low, limit): (String, String, SQLExpression)
    switch (left, right) {
    case (.binary("-", .column(let end), .column(let start)), _): (high, low, limit) = (end, start, right)
    case (.column(let end), .binary("+", .column(let start), let difference)):
      (high, low, limit) = (end, start, difference)
    default: return false
    }
    guard let text = limit.constant, high != low, known.times.isSuperset(of: [high, low]) else {
      return false
    }
    switch sign {
    case "<", "<=":
      guard let seconds = Self.seconds(text, month: 28, year: 365), seconds > 1 else { return false }
      pairs.append(
        Pair(low: low, high: high, isStrict: false, most: sign == "<" ? seconds - 1 : seconds))
    case ">", ">=":
      guard let seconds = Self.seconds(text, month: 31, year: 366) else { return false }
      pairs.append(Pair(low: low, high: high, isStrict: true, least: sign == ">" ? seconds + 1 : seconds))
    default: return false
    }
    return true
  }

  /// The seconds of an interval as the server prints it, `1 day 02:30:00`, or of a number of days.
  private static func seconds(_ text: String, month: Int, year: Int) -> Int? {
    if let days = Int(text) { return days >= 0 ? days * 86_400 : nil }
    var sum = 0
    var words = text.split(separator: " ")[...]
    while let word = words.popFirst() {
      let time = word.split(separator: ":").map { Int($0) }
      if time.count == 3, let hours = time[0], let minutes = time[1], let seconds = time[2], hours >= 0 {
        sum += hours * 3_600 + minutes * 60 + seconds
      } else if let number = Int(word), number >= 0, let unit = words.popFirst() {
        switch unit {
        case "day", "days": sum += number * 86_400
        case "mon", "mons": sum += number * month * 86_400
        case "year", "years": sum += number * year * 86_400
        default: return nil
        }
      } else {
        return nil
      }
    }
    return sum
  }
}
