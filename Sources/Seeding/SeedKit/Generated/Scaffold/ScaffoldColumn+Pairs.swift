import Postgres
import SeedGenerators

/// Columns whose values depend on those of another column.
extension ScaffoldColumn {
  var isFirstOfPair: Bool { facts.pairs.contains { $0.low == name } }
  var isSecondOfPair: Bool { facts.pairs.contains { $0.high == name } }

  /// A part of the range that the columns of a chain of comparisons share, such as `a < b` and `b <= c`: the lowest part
  /// for the first column.
  func share(_ numbers: ScaffoldNumbers.Limits) -> GeneratorValue {
    let below = length(of: name) { pair, name in pair.high == name ? pair.low : nil }
    let above = length(of: name) { pair, name in pair.low == name ? pair.high : nil }
    guard below + above > 0 else { return numbers.value }
    var (low, high) = (numbers.low, numbers.high)
    for other in chain {
      guard let column = source.live[other],
        let limits = ScaffoldNumbers(column: column, facts: facts[other], name: ColumnName(other)).generator,
        limits.scale == numbers.scale
      else { continue }
      low = max(low, limits.low)
      high = min(high, limits.high)
    }
    guard high - low > below + above else { return numbers.value }
    let width = (high - low + 1) / (below + above + 1)
    return numbers.range(
      below == 0 ? numbers.low : low + below * width,
      above == 0 ? numbers.high : low + (below + 1) * width - 1)
  }

  /// The columns that comparisons connect with this one.
  private var chain: Set<String> {
    var found: Set<String> = [name]
    var count = 0
    while found.count > count {
      count = found.count
      for pair in facts.pairs where found.contains(pair.low) || found.contains(pair.high) {
        found.formUnion([pair.low, pair.high])
      }
    }
    return found
  }

  /// The number of columns that follow one in the longest chain of comparisons.
  private func length(
    of name: String, visited: Set<String> = [], next: (TableFacts.Pair, String) -> String?
  ) -> Int {
    guard !visited.contains(name) else { return 0 }
    return facts.pairs.compactMap { next($0, name) }.map {
      1 + length(of: $0, visited: visited.union([name]), next: next)
    }.max() ?? 0
  }

  private static let created = [
    "created at", "created", "created on", "creation date", "inserted at", "create date", "date created",
    "createdat",
    "registered at", "joined at", "order date", "ordered at", "placed at", "opened at", "started at",
    "start date",
    "starts at", "start at", "start time", "start", "begin date", "hire date", "rental date", "valid from",
    "posted at", "issued at", "invoice date", "period start", "check in", "departure", "departure time",
  ]
  private static let later = [
    "updated", "modified", "changed", "last update", "last updated", "end", "ends", "ended", "finish",
    "finished",
    "closed", "resolved", "completed", "shipped", "delivered", "paid", "due", "required", "expires",
    "expired",
    "expiry", "return", "returned", "deleted", "archived", "canceled", "cancelled", "published", "confirmed",
    "last login", "last seen", "until", "valid to", "accepted", "arrival", "check out", "edited", "processed",
    "left",
  ]

  /// `after` an earlier column, if a constraint or the names say so.
  var earlierColumn: Choice? {
    guard ["date", "timestamp with time zone", "timestamp without time zone"].contains(column.baseType),
      !isUnique,
      own.lower == nil
    else { return nil }
    func after(_ other: String, isStrict: Bool, _ reason: String?) -> Choice {
      let limits = facts.pairs.filter { $0.low == other && $0.high == name }
      let most = limits.compactMap(\.most).min() ?? 60 * 86_400
      let least = limits.compactMap(\.least).max() ?? (isStrict ? min(86_400, max(1, most / 8)) : 0)
      var options = [GeneratorMember("column", .string(other))]
      if least > 0 { options.append(GeneratorMember("least", Self.duration(least))) }
      options.append(GeneratorMember("within", Self.duration(max(least, most))))
      if let upper = own.upper { options.append(GeneratorMember("until", .string(upper.text))) }
      return Choice(value: .object([GeneratorMember("after", .object(options))]), reason: reason)
    }
    if let pair = facts.pairs.first(where: { $0.high == name && isGenerated($0.low) }) {
      return after(
        pair.low,
        isStrict: facts.pairs.contains { $0.low == pair.low && $0.high == name && $0.isStrict }, nil)
    }
    guard words.has(any: Self.later) || words.words.contains(where: Self.later.contains), !isFirstOfPair
    else {
      return nil
    }
    let earlier = source.live.columns.first {
      ColumnName($0.name.name).has(any: Self.created) && isGenerated($0.name.name)
    }
    guard let earlier, !facts[earlier.name.name].isNull else { return nil }
    return after(earlier.name.name, isStrict: false, "by its name")
  }

  private static func duration(_ seconds: Int) -> GeneratorValue {
    let units = [("day", 86_400), ("hour", 3_600), ("minute", 60)]
    guard let unit = units.first(where: { seconds.isMultiple(of: $0.1) }) else {
      return .string("\(seconds) seconds")
    }
    let count = seconds / unit.1
    return .string("\(count) \(unit.0)\(count == 1 ? "" : "s")")
  }

  /// An expression, if the server computes the column.
  var computed: Choice? {
    facts.computedSQL(name).map { sql in
      let isExact = own.computed?.sign == "="
      return Choice(
        value: ["sql": .string(sql)],
        reason: isExact ? nil : "a value that meets a constraint with arithmetic")
    }
  }

  /// Whether a column has the same type and a generator of its own.
  private func isGenerated(_ other: String) -> Bool {
    guard let found = source.live[other], other != name else { return false }
    return found.baseType == column.baseType && !found.isGenerated && found.sequence == nil
      && !source.live.foreignKeys.contains { $0.columns.contains(other) }
  }
}
