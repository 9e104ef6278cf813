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
  /// A generator whose values meet a constraint that was not understood.
  var tested: Choice?

  var name: String { column.name.name }
  var words: ColumnName { ColumnName(name) }
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
    let checked = own.lengths.upperBound == .max || !isText ? nil : own.lengths.upperBound
    return [modifier, checked].compactMap(\.self).min()
  }

  /// The generator; nil if the default or NULL is better.
  func choice() -> Choice? {
    var choice = bestChoice
    if let constraint = own.alternative, choice?.reason == nil {
      choice?.reason = "one of the alternatives of the constraint \(constraint)"
    }
    if let value = choice?.value, own.condition == nil, !isUnique, let share = words.emptyShare,
      !column.isNotNull,
      !own.isFilled, !own.isNull,
      ["date", "timestamp with time zone", "timestamp without time zone"].contains(type)
    {
      choice?.value = value.adding("null", .number(share))
      if choice?.reason == nil { choice?.reason = "NULL in some rows, by its name" }
    }
    if let condition = own.condition, let value = choice?.value {
      let values = GeneratorValue.list(condition.values.map(GeneratorValue.string))
      choice?.value = value.adding("when", .object([GeneratorMember(condition.column, values)]))
    }
    return choice
  }

  private var bestChoice: Choice? {
    if var tested {
      let room = room(of: tested.value) ?? 0
      tested.room = room < rows ? room : nil
      return room == 0 ? nil : tested
    }
    if let computed { return computed }
    if own.isNull { return Choice(value: ["pick": [.null]], reason: "NULL, because of a CHECK constraint") }
    if let values = own.values { return picked(values.filter { !own.excluded.contains($0) }) }
    if let labels = detail?.labels, !labels.isEmpty {
      let values = labels.filter { !own.excluded.contains($0) }
      guard type.hasSuffix("[]") else { return picked(values) }
      return Choice(value: array(of: ["pick": .list(values.map(GeneratorValue.string))]), reason: nil)
    }
    if let values = own.elementValues, type.hasSuffix("[]") {
      return Choice(value: array(of: picked(values, type: String(type.dropLast(2))).value))
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

  private func picked(_ values: [String], type: String? = nil) -> Choice {
    let isText = !["smallint", "integer", "bigint", "numeric", "real", "double precision"].contains(
      type ?? self.type)
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
      return [Choice(value: share(numbers), reason: numberReason)]
        + (isUnique && own.upper == nil && ["smallint", "integer", "bigint"].contains(type)
          ? [Choice(value: ["sequence": .number("\(max(numbers.low, 1))")], reason: "distinct numbers")] : [])
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
    if let letters = letterRange { return [picked(letters)] }
    if let pattern = own.pattern {
      let format = GeneratorMember("pattern", .string(pattern.text))
      let lower = pattern.isLowerCase || own.isLowerCase
      if let guess, let expression = pattern.expression, matches(guess.value, expression) { return [guess] }
      return [
        Choice(value: .object([format] + (lower ? [GeneratorMember("case", "lower")] : [])), reason: nil)
      ]
    }
    if let other = own.equalTo { return [Choice(value: ["template": .string("{\(other)}")], reason: nil)] }
    let guess = self.guess
    var value =
      guess?.value
      ?? (length.map { $0 < 12 } == true ? TextGuess.pattern(words, length: length) : ["words": [1, 3]])
    var reason = guess?.reason ?? "by its type alone, \(column.type)"
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

  /// A generator by the name or the comment of the column; nil if they say nothing.
  private var guess: Choice? {
    let table = ColumnName(source.live.name.name)
    let others = source.live.columns.map { ColumnName($0.name.name) }
    func generator(_ words: ColumnName) -> GeneratorValue? {
      TextGuess.generator(words, table: table, others: others, length: length)
    }
    if let value = generator(words) { return Choice(value: value, reason: "by its name") }
    guard let comment = detail?.comment, !comment.isEmpty else { return nil }
    return generator(ColumnName(comment)).map { Choice(value: $0, reason: "by its comment") }
  }

  /// Whether the first values match a regular expression.
  private func matches(_ value: GeneratorValue, _ expression: String) -> Bool {
    guard let regex = try? Regex(expression),
      let spec = try? GeneratorCatalog.parse(value, context: GeneratorContext()),
      spec.generator.sources.isEmpty,
      let column = try? GeneratedColumn(table: "t", column: name, seed: 1, spec: spec)
    else { return false }
    return (0..<200).allSatisfy { row in
      var text: [UInt8] = []
      guard column.append(row: row, to: &text) else { return true }
      return String(decoding: text, as: UTF8.self).firstMatch(of: regex) != nil
    }
  }

  /// The letters or digits between the limits of a constraint such as `aisle BETWEEN 'A' AND 'F'`.
  private var letterRange: [String]? {
    guard let low = own.lower, let high = own.upper, low.text.utf8.count == 1, high.text.utf8.count == 1,
      let first = low.text.utf8.first, let last = high.text.utf8.first
    else { return nil }
    let start = low.isStrict ? first + 1 : first
    let end = high.isStrict ? last - 1 : last
    return start <= end ? (start...end).map { String(UnicodeScalar($0)) } : nil
  }
}
