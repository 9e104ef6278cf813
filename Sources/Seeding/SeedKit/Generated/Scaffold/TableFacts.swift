/// What the CHECK constraints of a table say about its columns. Of alternatives, the simplest is chosen.
struct TableFacts {
  var columns: [String: ColumnFacts] = [:]
  /// Pairs of columns of which the first is smaller than the second, or equal.
  var pairs: [Pair] = []
  /// The constraints with a form that is not known.
  private(set) var unread: [LiveTable.Check] = []
  /// The number of conditions that are not met.
  private(set) var unmet = 0
  private var hasChosen = false
  let known: Known

  /// What the types, keys and references say about the columns.
  struct Known {
    /// The columns that may be NULL in some rows, without those of keys and references.
    var optional: Set<String> = []
    var notNull: Set<String> = []
    var references: Set<String> = []
    /// The columns that refer to the table itself: the first row has no other one.
    var ownReferences: Set<String> = []
    /// The numeric columns that the server can compute, and compute with.
    var numbers: Set<String> = []
    /// The dates and timestamps.
    var times: Set<String> = []
    /// The values of columns with an enum type.
    var labels: [String: [String]] = [:]
  }

  struct Pair: Hashable {
    let low: String
    let high: String
    let isStrict: Bool
    /// The seconds between two times, if a constraint limits them.
    var least: Int?
    var most: Int?
  }

  subscript(column: String) -> ColumnFacts { columns[column] ?? ColumnFacts() }

  /// Reads the constraints of a table, and those of the domains of its columns.
  ///
  /// - Parameters:
  ///   - assumptions: conditions that hold anyway. Alternatives keep to them.
  init(
    checks: [LiveTable.Check], domains: [(column: String, expression: String)], known: Known,
    assuming assumptions: [SQLExpression] = []
  ) {
    self.known = known
    for assumption in assumptions where !require(assumption) { unmet += 1 }
    for domain in domains {
      guard let expression = SQLExpression(domain.expression) else { continue }
      // A domain's constraint calls the value VALUE.
      _ = require(expression.renaming("VALUE", to: domain.column))
    }
    // Constraints of one column first. Alternatives then keep to them.
    for check in checks.sorted(by: { $0.columns.count < $1.columns.count }) {
      let before = columns
      hasChosen = false
      // Each part of a conjunction holds on its own.
      let parts = SQLExpression(check.expression).map { if case .and(let parts) = $0 { parts } else { [$0] } }
      let met = parts?.filter {
        makeConditional($0) || require($0) || makeComputed($0) || limitSum($0)
      }
      if met?.count != parts?.count || met == nil {
        unread.append(check)
        unmet += 1
      }
      for name in columns.keys where hasChosen && columns[name] != before[name] {
        columns[name]?.alternative = check.name
      }
    }
    limitTotals()
  }

  /// Makes columns NULL that a constraint wants to be NULL for some values of another column, such as
  /// `(status = 'paid') = (paid_at IS NOT NULL)`.
  ///
  /// - Returns: false if the constraint has another form. Nothing is changed then.
  private mutating func makeConditional(_ expression: SQLExpression) -> Bool {
    let free = known.optional.filter { name in
      let facts = self[name]
      return !facts.isNull && !facts.isFilled && facts.condition == nil
    }
    guard let form = ConditionalColumns(expression, optional: free), !self[form.column].isNull else {
      return false
    }
    let all =
      self[form.column].values ?? known.labels[form.column] ?? (form.isBoolean ? ["true", "false"] : nil)
    guard let values = form.values(of: all?.filter { !self[form.column].excluded.contains($0) }) else {
      return false
    }
    for name in form.dependents {
      columns[name, default: ColumnFacts()].condition = .init(column: form.column, values: values)
    }
    return true
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
      guard !self[name].isFilled, !known.notNull.contains(name) else { return false }
      if let condition = self[name].condition {
        columns[condition.column, default: ColumnFacts()].excluded.formUnion(condition.values)
      }
      columns[name, default: ColumnFacts()].condition = nil
      columns[name]?.isNull = true
      return true
    case .any("=", let left, .array(let elements)):
      let values = elements.compactMap(\.constant)
      guard let name = left.column(with: values) else { return false }
      return values.count == elements.count && allow(values, name)
    case .any("=", let element, .column(let name)):
      guard let value = element.constant, self[name].elementValues?.contains(value) ?? true else {
        return false
      }
      columns[name, default: ColumnFacts()].elementValues = [value]
      return true
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
      if case .binary("=", let left, let right) = part, let value = right.constant,
        let name = left.column(with: [value])
      {
        values.append(value)
        names.insert(name)
      }
    }
    if values.count == parts.count, names.count == 1, let name = names.first { return allow(values, name) }
    // The order of equally good alternatives stays.
    let sorted = parts.enumerated().sorted { (cost($0.element), $0.offset) < (cost($1.element), $1.offset) }
    for (_, part) in sorted where require(part) {
      hasChosen = true
      return true
    }
    return false
  }

  private func cost(_ part: SQLExpression) -> Int {
    guard case .not(.isNull(.column(let name))) = part, known.ownReferences.contains(name) else {
      return part.cost
    }
    return 7
  }

  private mutating func applyNegated(_ expression: SQLExpression) -> Bool {
    switch expression {
    case .isNull(.column(let name)):
      guard !self[name].isNull else { return false }
      if let condition = self[name].condition {
        guard allow(condition.values, condition.column) else { return false }
      }
      columns[name, default: ColumnFacts()].condition = nil
      columns[name]?.isFilled = true
      return true
    case .isNull(.binary("->", let column, let key)), .isNull(.binary("->>", let column, let key)):
      return apply("?", column, key)
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

  mutating func allow(_ values: [String], _ name: String) -> Bool {
    var facts = self[name]
    let allowed = facts.values.map { known in known.filter(values.contains) } ?? values
    guard !allowed.isEmpty, !facts.isNull, !Set(allowed).isSubset(of: facts.excluded) else { return false }
    facts.values = allowed
    columns[name] = facts
    return true
  }

  static let mirrored = ["<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "=", "<>": "<>"]

  private mutating func apply(_ sign: String, _ left: SQLExpression, _ right: SQLExpression) -> Bool {
    if left.isTest, right.isTest, left.isCondition || right.isCondition {
      return applyBoth(sign, left, right)
    }
    if left.constant != nil || left == .now, let mirrored = Self.mirrored[sign] {
      return apply(mirrored, right, left)
    }
    if case .binary("%", .column(let name), let divisor) = left, sign == "=", right.constant == "0",
      let step = divisor.constant.flatMap({ Int($0) }), step > 0
    {
      columns[name, default: ColumnFacts()].step = step
      return true
    }
    if case .call("num_nonnulls", let arguments) = left, let count = right.constant.flatMap({ Int($0) }) {
      return fill(arguments, sign, count)
    }
    if case .call(let function, let arguments) = left, case .column(let name)? = arguments.first,
      let known = applyCall(function, name, sign, right)
    {
      return known
    }
    if limitDifference(sign, left, right) { return true }
    guard let name = left.plainColumn else { return false }
    if sign == "=", case .call(let function, [left]) = right, ["lower", "upper"].contains(function) {
      return applyCall(function, name, sign, left) ?? false
    }
    if let other = right.plainColumn { return compare(name, sign, other) }
    switch (sign, right) {
    case ("~", .text(let text)): return match(name, RegexPattern.format(text, ignoresCase: false))
    case ("~", .call("similar_to_escape", let arguments)):
      guard arguments.count == 1, let text = arguments[0].constant,
        !text.contains(where: { "%_".contains($0) })
      else { return false }
      return match(name, RegexPattern.format("^\(text)$", ignoresCase: false))
    case ("~*", .text(let text)): return match(name, RegexPattern.format(text, ignoresCase: true))
    case ("?", .text(let key)):
      columns[name, default: ColumnFacts()].jsonKeys.append(key)
      return true
    case ("?&", .array(let keys)):
      columns[name, default: ColumnFacts()].jsonKeys += keys.compactMap(\.constant)
      return true
    case ("<@", .array(let elements)):
      let values = elements.compactMap(\.constant)
      guard !values.isEmpty, values.count == elements.count else { return false }
      columns[name, default: ColumnFacts()].elementValues = values
      return true
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
    case "<>": return applyOne(of: [.and([left, .not(right)]), .and([.not(left), right])])
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
}
