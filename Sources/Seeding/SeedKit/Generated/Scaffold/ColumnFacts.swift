/// What the constraints of a table say about one column.
struct ColumnFacts: Hashable {
  struct Limit: Hashable {
    let text: String
    let isStrict: Bool
  }

  var lower: Limit?
  var upper: Limit?
  /// The only values.
  var values: [String]?
  var excluded: Set<String> = []
  var pattern: RegexPattern.Format?
  var lengths = 0...Int.max
  /// The number of elements of an array.
  var elements = 0...Int.max
  /// What `jsonb_typeof` returns.
  var jsonType: String?
  var isLowerCase = false
  var isUpperCase = false
  /// The column is always NULL, or never.
  var isNull = false
  var isFilled = false
  /// The column with an earlier or equal date, or the same value.
  var after: String?
  var equalTo: String?
}

/// What the CHECK constraints of a table say about its columns. Of alternatives, the simplest is chosen.
struct TableFacts {
  private(set) var columns: [String: ColumnFacts] = [:]
  /// Pairs of columns of which the first is smaller than the second, or equal.
  private(set) var pairs: [Pair] = []
  /// The constraints with a form that is not known.
  private(set) var unread: [LiveTable.Check] = []
  /// The number of conditions that are not met.
  private(set) var unmet = 0

  struct Pair: Hashable {
    let low: String
    let high: String
    let isStrict: Bool
  }

  subscript(column: String) -> ColumnFacts { columns[column] ?? ColumnFacts() }

  /// Reads the constraints of a table, and those of the domains of its columns.
  ///
  /// - Parameter assumptions: conditions that hold anyway. Alternatives keep to them.
  init(
    checks: [LiveTable.Check], domains: [(column: String, expression: String)],
    assuming assumptions: [SQLExpression] = []
  ) {
    for assumption in assumptions where !require(assumption) { unmet += 1 }
    for domain in domains {
      guard let expression = SQLExpression(domain.expression) else { continue }
      // A domain's constraint calls the value VALUE.
      _ = require(expression.renaming("VALUE", to: domain.column))
    }
    // Constraints of one column first. Alternatives then keep to them.
    for check in checks.sorted(by: { $0.columns.count < $1.columns.count }) {
      if let expression = SQLExpression(check.expression), require(expression) { continue }
      unread.append(check)
      unmet += 1
    }
  }

  /// Makes an expression true.
  ///
  /// - Returns: false if its form is not known, or if it contradicts an earlier one. Nothing is changed then.
  mutating func require(_ expression: SQLExpression) -> Bool {
    var changed = self
    guard changed.apply(expression) else { return false }
    self = changed
    return true
  }

  private mutating func apply(_ expression: SQLExpression) -> Bool {
    switch expression {
    case .boolean(let flag): return flag
    case .and(let parts): return parts.allSatisfy { apply($0) }
    case .or(let parts): return applyOne(of: parts)
    case .column(let name): return allow(["true"], name)
    case .not(let inner): return applyNegated(inner)
    case .isNull(.column(let name)):
      guard !self[name].isFilled else { return false }
      columns[name, default: ColumnFacts()].isNull = true
      return true
    case .any("=", let left, .array(let elements)):
      guard let name = left.plainColumn else { return false }
      let values = elements.compactMap(\.constant)
      return values.count == elements.count && allow(values, name)
    case .any(let sign, let left, .array(let elements)) where sign.hasPrefix("~"):
      return elements.first.map { apply(.binary(sign, left, $0)) } ?? false
    case .all("<>", let left, .array(let elements)):
      guard let name = left.plainColumn else { return false }
      columns[name, default: ColumnFacts()].excluded.formUnion(elements.compactMap(\.constant))
      return true
    case .binary(let sign, let left, let right): return apply(sign, left, right)
    default: return false
    }
  }

  private mutating func applyOne(of parts: [SQLExpression]) -> Bool {
    // x = 'a' OR x = 'b'
    var values: [String] = []
    var names: Set<String> = []
    for part in parts {
      if case .binary("=", let left, let right) = part, let name = left.plainColumn,
        let value = right.constant
      {
        values.append(value)
        names.insert(name)
      }
    }
    if values.count == parts.count, names.count == 1, let name = names.first { return allow(values, name) }
    // The order of equally good alternatives stays.
    let sorted = parts.enumerated().sorted { ($0.element.cost, $0.offset) < ($1.element.cost, $1.offset) }
    for (_, part) in sorted where require(part) { return true }
    return false
  }

  private mutating func applyNegated(_ expression: SQLExpression) -> Bool {
    switch expression {
    case .isNull(.column(let name)):
      guard !self[name].isNull else { return false }
      columns[name, default: ColumnFacts()].isFilled = true
      return true
    case .column(let name): return allow(["false"], name)
    case .not(let inner): return apply(inner)
    case .and(let parts): return applyOne(of: parts.map(SQLExpression.not))
    case .or(let parts): return parts.allSatisfy { apply(.not($0)) }
    case .binary("=", let left, let right): return apply("<>", left, right)
    case .binary("<>", let left, let right): return apply("=", left, right)
    case .any("=", let left, let list): return apply(.all("<>", left, list))
    default: return false
    }
  }

  private mutating func allow(_ values: [String], _ name: String) -> Bool {
    var facts = self[name]
    let allowed = facts.values.map { known in known.filter(values.contains) } ?? values
    guard !allowed.isEmpty, !facts.isNull, !Set(allowed).isSubset(of: facts.excluded) else { return false }
    facts.values = allowed
    columns[name] = facts
    return true
  }

  private static let mirrored = ["<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "=", "<>": "<>"]

  private mutating func apply(_ sign: String, _ left: SQLExpression, _ right: SQLExpression) -> Bool {
    if left.isCondition, right.isCondition { return applyBoth(sign, left, right) }
    if left.constant != nil || left == .now, let mirrored = Self.mirrored[sign] {
      return apply(mirrored, right, left)
    }
    if case .call("num_nonnulls", let arguments) = left, let count = right.constant.flatMap({ Int($0) }) {
      return fill(arguments, sign, count)
    }
    if case .call(let function, let arguments) = left, case .column(let name)? = arguments.first,
      let known = applyCall(function, name, sign, right)
    {
      return known
    }
    guard let name = left.plainColumn else { return false }
    if sign == "=", case .call(let function, [left]) = right, ["lower", "upper"].contains(function) {
      return applyCall(function, name, sign, left) ?? false
    }
    if let other = right.plainColumn { return compare(name, sign, other) }
    switch (sign, right) {
    case ("~", .text(let text)), ("~*", .text(let text)):
      return match(name, RegexPattern.format(text))
    case ("~~", .text(let text)), ("~~*", .text(let text)):
      return match(name, RegexPattern.format(like: text))
    case ("<", .now), ("<=", .now): return true
    case (">", .now), (">=", .now): return limit(name, sign, "2035-01-01")
    case ("<", .binary("-", .now, _)), ("<=", .binary("-", .now, _)): return limit(name, sign, "2000-01-01")
    case ("<", .binary("+", .now, _)), ("<=", .binary("+", .now, _)): return true
    default: return right.constant.map { limit(name, sign, $0) } ?? false
    }
  }

  /// Two conditions that are both true or both false, or that differ.
  private mutating func applyBoth(_ sign: String, _ left: SQLExpression, _ right: SQLExpression) -> Bool {
    switch sign {
    case "=":
      let both = [left, right]
      let parts: [SQLExpression] = [.and(both), .and(both.map(SQLExpression.not))]
      return applyOne(of: parts)
    case "<>": return require(.and([left, .not(right)])) || require(.and([.not(left), right]))
    default: return false
    }
  }

  private mutating func match(_ name: String, _ format: RegexPattern.Format?) -> Bool {
    guard let format, self[name].pattern == nil else { return false }
    columns[name, default: ColumnFacts()].pattern = format
    return true
  }

  private mutating func fill(_ arguments: [SQLExpression], _ sign: String, _ count: Int) -> Bool {
    let names = arguments.compactMap(\.plainColumn)
    guard names.count == arguments.count, count <= names.count, count >= 0 else { return false }
    let filled = sign == "<" ? count - 1 : sign == ">" ? count + 1 : count
    guard filled >= 0, filled <= names.count, ["=", "<", "<=", ">", ">="].contains(sign) else { return false }
    // Columns that are filled or NULL anyway stay so.
    func rank(_ name: String) -> Int { self[name].isFilled ? 0 : self[name].isNull ? 2 : 1 }
    let sorted = names.enumerated().sorted { (rank($0.element), $0.offset) < (rank($1.element), $1.offset) }
    for (place, name) in sorted.map(\.element).enumerated() {
      if place < filled, !sign.hasPrefix("<"), !apply(.not(.isNull(.column(name)))) { return false }
      if place >= filled, !sign.hasPrefix(">"), !apply(.isNull(.column(name))) { return false }
    }
    return true
  }

  private mutating func applyCall(
    _ function: String, _ name: String, _ sign: String, _ right: SQLExpression
  ) -> Bool? {
    var facts = self[name]
    switch function {
    case "length", "char_length", "character_length", "octet_length":
      guard let range = right.constant.flatMap({ Int($0) }).flatMap({ Self.range(sign, $0) }) else {
        return false
      }
      facts.lengths = facts.lengths.clamped(to: range)
    case "array_length", "cardinality", "jsonb_array_length":
      guard let range = right.constant.flatMap({ Int($0) }).flatMap({ Self.range(sign, $0) }) else {
        return false
      }
      facts.elements = facts.elements.clamped(to: range)
    case "jsonb_typeof", "json_typeof":
      guard sign == "=", let type = right.constant else { return false }
      facts.jsonType = type
    case "lower":
      guard sign == "=", right == .column(name) else { return nil }
      facts.isLowerCase = true
    case "upper":
      guard sign == "=", right == .column(name) else { return nil }
      facts.isUpperCase = true
    default: return nil
    }
    columns[name] = facts
    return true
  }

  private static func range(_ sign: String, _ number: Int) -> ClosedRange<Int>? {
    switch sign {
    case "=": number...number
    case ">": (number + 1)...Int.max
    case ">=": number...Int.max
    case "<": number > 0 ? 0...(number - 1) : nil
    case "<=": number >= 0 ? 0...number : nil
    case "<>": number == 0 ? 1...Int.max : nil
    default: nil
    }
  }

  private mutating func limit(_ name: String, _ sign: String, _ value: String) -> Bool {
    var facts = self[name]
    switch sign {
    case "=": return allow([value], name)
    case "<>":
      guard facts.values.map({ !Set($0).isSubset(of: facts.excluded.union([value])) }) ?? true else {
        return false
      }
      facts.excluded.insert(value)
    case ">", ">=": facts.lower = .init(text: value, isStrict: sign == ">")
    case "<", "<=": facts.upper = .init(text: value, isStrict: sign == "<")
    default: return false
    }
    columns[name] = facts
    return true
  }

  private mutating func compare(_ name: String, _ sign: String, _ other: String) -> Bool {
    guard name != other else { return ["=", "<=", ">="].contains(sign) }
    switch sign {
    case "<", "<=": pairs.append(Pair(low: name, high: other, isStrict: sign == "<"))
    case ">", ">=": pairs.append(Pair(low: other, high: name, isStrict: sign == ">"))
    case "=": columns[name, default: ColumnFacts()].equalTo = other
    // Random values are rarely equal, and references are kept apart by the engine.
    case "<>": return true
    default: return false
    }
    return true
  }
}
