import Postgres
import SeedGenerators

/// Chooses the generator of one column.
struct ScaffoldColumn {
  /// A generator, and why it was chosen if that is a guess.
  struct Choice {
    var value: GeneratorValue
    var reason: String?
    /// The number of distinct values; nil if there are enough.
    var room: Int?
  }

  let source: ScaffoldSource
  let facts: TableFacts
  let column: LiveTable.Column
  /// Whether all values must be distinct.
  let isUnique: Bool
  let rows: Int

  private var name: String { column.name.name }
  private var words: ColumnName { ColumnName(name) }
  var own: ColumnFacts { facts[name] }
  private var detail: ScaffoldSource.Column? { source.columns[name] }

  /// The type without its schema: `vector` for `public.vector`.
  private var type: String {
    // The server quotes "bit" without a length.
    let name = column.baseType == "\"bit\"" ? "bit" : column.baseType
    return name.split(separator: ".").last.map(String.init) ?? name
  }

  /// The numbers in parentheses: 10 and 2 for `numeric(10,2)`.
  static func modifiers(_ type: String) -> [Int] {
    guard let open = type.firstIndex(of: "("), let close = type.firstIndex(of: ")"), open < close else {
      return []
    }
    return type[type.index(after: open)..<close].split(separator: ",").compactMap { Int($0) }
  }

  /// The largest number of characters.
  private var length: Int? {
    let modifier = column.storedType.hasPrefix("character") ? Self.modifiers(column.storedType).first : nil
    let checked = own.lengths.upperBound == .max ? nil : own.lengths.upperBound
    return [modifier, checked].compactMap(\.self).min()
  }

  /// The generator; nil if the default or NULL is better.
  func choice() -> Choice? {
    if own.isNull { return Choice(value: ["pick": [.null]], reason: "NULL, because of a CHECK constraint") }
    if let values = own.values { return picked(values.filter { !own.excluded.contains($0) }) }
    if let labels = detail?.labels, !labels.isEmpty {
      let values = labels.filter { !own.excluded.contains($0) }
      guard type.hasSuffix("[]") else { return picked(values) }
      return Choice(value: array(of: ["pick": .list(values.map(GeneratorValue.string))]), reason: nil)
    }
    var candidates = self.candidates
    if isUnique { candidates += fallbacks }
    var best: Choice?
    for candidate in candidates {
      guard let room = room(of: candidate.value) else { continue }
      var choice = candidate
      choice.room = room < rows ? room : nil
      if choice.room == nil { return choice }
      if room > best?.room ?? 0 { best = choice }
    }
    return best
  }

  private func picked(_ values: [String]) -> Choice {
    let isText = !["smallint", "integer", "bigint", "numeric", "real", "double precision"].contains(type)
    let list = values.map { isText ? GeneratorValue.string($0) : .number($0) }
    return Choice(
      value: ["pick": .list(list)], reason: nil,
      room: isUnique && values.count < rows ? values.count : nil)
  }

  /// The number of distinct values if they must be distinct; otherwise no limit. Nil if the generator does not fit.
  private func room(of value: GeneratorValue) -> Int? {
    var context = GeneratorContext(columns: source.live.columns.map(\.name.name))
    context.type = column.baseType
    guard let spec = try? GeneratorCatalog.parse(value, context: context) else { return nil }
    guard isUnique else { return .max }
    guard let generated = try? GeneratedColumn(table: "t", column: name, seed: 1, spec: spec, isUnique: true)
    else { return nil }
    let limit = generated.rowLimit ?? .max
    if let length, let longest = generated.longest(rows: min(rows, limit)), longest > length { return nil }
    return limit
  }

  /// Generators with many values, for unique columns.
  private var fallbacks: [Choice] {
    guard isText, own.pattern == nil else { return [] }
    let reason = "many distinct values"
    let sizes = [length ?? 12, 8, 6, 4, 3, 2, 1].filter { $0 <= length ?? 12 && $0 <= 12 }
    let letters = sizes.map { size -> Choice in
      let format = GeneratorMember("pattern", .string(String(repeating: "?", count: size)))
      let lower = own.isLowerCase ? [GeneratorMember("case", "lower")] : []
      return Choice(value: .object([format] + lower), reason: reason)
    }
    let first = Choice(value: TextGuess.pattern(words, length: length), reason: reason)
    return own.isLowerCase ? letters : [first] + letters
  }

  private var isText: Bool {
    ["text", "character varying", "character", "citext", "name", "bpchar"].contains(type)
  }

  // MARK: By type

  private var candidates: [Choice] {
    if let earlier = earlierColumn { return [earlier] }
    if isText { return texts }
    if let numbers = ScaffoldNumbers(column: column, facts: own, name: words).generator {
      return [Choice(value: halved(numbers), reason: numberReason)]
        + (isUnique && own.upper == nil && ["smallint", "integer", "bigint"].contains(type)
          ? [Choice(value: ["sequence": .number(own.lower?.text ?? "1")], reason: "distinct numbers")] : [])
    }
    if let times = ScaffoldTimes(
      type: type, facts: own, name: words, isFirst: isFirstOfPair, isSecond: isSecondOfPair
    )
    .generator {
      let isLimited = own.lower != nil && own.upper != nil
      return [Choice(value: times, reason: isLimited ? nil : "by its name and type \(column.type)")]
    }
    return ScaffoldValues.generator(type: type, storedType: column.storedType, facts: own).map {
      [Choice(value: $0, reason: "by its type \(column.type)")]
    } ?? []
  }

  private var numberReason: String? {
    own.lower != nil && own.upper != nil ? nil : "the range, by its name and type \(column.type)"
  }

  private func array(of element: GeneratorValue) -> GeneratorValue {
    [
      "array": [
        "of": element,
        "count": [
          .number("\(max(own.elements.lowerBound, 1))"),
          .number("\(max(own.elements.lowerBound, min(own.elements.upperBound, 3)))"),
        ],
      ]
    ]
  }

  private var texts: [Choice] {
    if let pattern = own.pattern {
      let format = GeneratorMember("pattern", .string(pattern.text))
      let lower = pattern.isLowerCase || own.isLowerCase
      return [
        Choice(value: .object([format] + (lower ? [GeneratorMember("case", "lower")] : [])), reason: nil)
      ]
    }
    if let other = own.equalTo { return [Choice(value: ["template": .string("{\(other)}")], reason: nil)] }
    let table = ColumnName(source.live.name.name)
    let others = source.live.columns.map { ColumnName($0.name.name) }
    var guess = TextGuess.generator(words, table: table, others: others, length: length)
    var reason = "by its name"
    if guess == nil, let comment = detail?.comment, !comment.isEmpty {
      guess = TextGuess.generator(ColumnName(comment), table: table, others: others, length: length)
      reason = "by its comment"
    }
    var value =
      guess
      ?? (length.map { $0 < 12 } == true ? TextGuess.pattern(words, length: length) : ["words": [1, 3]])
    if guess == nil { reason = "by its type alone, \(column.type)" }
    let least = own.lengths.lowerBound
    if least > 3 {
      // Most generators may be shorter.
      let most = min(max(length ?? 200, least), least + 100)
      value = ["text": ["length": [.number("\(least)"), .number("\(most)")]]]
      reason = "by the length that a CHECK constraint demands"
    }
    if own.isLowerCase || own.isUpperCase, !["email", "slug", "username", "domain"].contains(value) {
      value = own.isLowerCase ? "slug" : ["pattern": .string("??????".prefix(length ?? 6).description)]
    }
    return [Choice(value: value, reason: reason)]
  }

  // MARK: Two columns

  private var isFirstOfPair: Bool { facts.pairs.contains { $0.low == name } }
  private var isSecondOfPair: Bool { facts.pairs.contains { $0.high == name } }

  /// A smaller number for the first column of a comparison, and a larger one for the second.
  private func halved(_ numbers: ScaffoldNumbers.Limits) -> GeneratorValue {
    let isFirst = isFirstOfPair
    let isSecond = isSecondOfPair
    guard isFirst != isSecond else { return numbers.value }
    return isFirst ? numbers.lowerHalf : numbers.upperHalf
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
  private var earlierColumn: Choice? {
    guard ["date", "timestamp with time zone", "timestamp without time zone"].contains(column.baseType),
      !isUnique,
      own.lower == nil
    else { return nil }
    func after(_ other: String, isStrict: Bool, _ reason: String?) -> Choice {
      var options = [GeneratorMember("column", .string(other))]
      if isStrict { options.append(GeneratorMember("least", "1 day")) }
      options.append(GeneratorMember("within", "60 days"))
      if let upper = own.upper { options.append(GeneratorMember("until", .string(upper.text))) }
      let isRare =
        !column.isNotNull && !own.isFilled && words.has("deleted", "archived", "canceled", "cancelled")
      let null = isRare ? [GeneratorMember("null", .number("0.9"))] : []
      return Choice(value: .object([GeneratorMember("after", .object(options))] + null), reason: reason)
    }
    if let pair = facts.pairs.first(where: { $0.high == name && isGenerated($0.low) }) {
      return after(pair.low, isStrict: pair.isStrict, nil)
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

  /// Whether a column has the same type and a generator of its own.
  private func isGenerated(_ other: String) -> Bool {
    guard let found = source.live[other], other != name else { return false }
    return found.baseType == column.baseType && !found.isGenerated && found.sequence == nil
      && !source.live.foreignKeys.contains { $0.columns.contains(other) }
  }
}
