import Postgres
import SeedGenerators

/// The text of one table of the definition.
struct ScaffoldTable {
  let source: ScaffoldSource
  let facts: TableFacts
  let rows: ScaffoldRows.Choice
  /// Tables that are not filled, by their canonical names.
  let empty: Set<String>
  /// Columns that stay NULL, with the reason.
  let nullColumns: [String: String]
  /// Generators whose values meet constraints that were not understood, by column.
  let tested: [String: ScaffoldColumn.Choice]

  struct Member {
    let name: String
    let value: GeneratorValue
    let reason: String?
    /// Whether the generator fits the type.
    var isKnown = true
  }

  private(set) var members: [Member] = []
  /// The most rows that the unique keys allow; nil without a limit.
  private(set) var limit: Int?

  private var live: LiveTable { source.live }

  init(
    source: ScaffoldSource, facts: TableFacts, rows: ScaffoldRows.Choice, empty: Set<String>,
    nullColumns: [String: String], tested: [String: ScaffoldColumn.Choice] = [:]
  ) {
    self.source = source
    self.facts = facts
    self.rows = rows
    self.empty = empty
    self.nullColumns = nullColumns
    self.tested = tested
    let unique = distinctColumns
    for column in live.columns {
      guard let member = member(column, isUnique: unique.contains(column.name.name)) else { continue }
      members.append(member)
    }
  }

  /// The unique keys that apply to the rows.
  private var keys: [LiveTable.UniqueKey] { live.keys.filter { live.defaultOutside($0) == nil } }

  /// The columns that need distinct values so that all unique keys are met.
  private var distinctColumns: Set<String> {
    var distinct: Set<String> = []
    for key in keys.sorted(by: { $0.columns.count < $1.columns.count }) {
      let free = key.columns.filter { !isReference($0) }
      guard let first = free.first, !key.columns.contains(where: { distinct.contains($0) || isNumbered($0) }),
        !isPosition(free)
      else { continue }
      guard key.columns.count > 1 else {
        distinct.insert(first)
        continue
      }
      // Of several, the one with the most values. Combinations suffice for the others.
      let best = free.max { values($0) < values($1) } ?? first
      if values(best) >= rows.estimate { distinct.insert(best) }
    }
    return distinct
  }

  /// Whether the engine fills a column with distinct values of its own accord.
  private func isNumbered(_ name: String) -> Bool {
    guard let column = live[name], !isReference(name) else { return false }
    return column.sequence != nil && ["smallint", "integer", "bigint"].contains(column.baseType)
      || column.baseType == "uuid"
  }

  private func values(_ name: String) -> Int {
    guard let column = live[name], nullColumns[name] == nil else { return 0 }
    guard
      let choice = ScaffoldColumn(
        source: source, facts: facts, column: column, isUnique: true, rows: rows.estimate,
        tested: tested[name]
      ).choice()
    else { return 0 }
    return choice.room ?? rows.estimate
  }

  /// Whether the position among the children of a parent makes a key unique.
  private func isPosition(_ free: [String]) -> Bool {
    guard case .per = rows.count, free.count == 1, let column = live[free[0]] else { return false }
    return ["smallint", "integer", "bigint"].contains(column.baseType) && column.sequence == nil
  }

  private var positions: Set<String> {
    return Set(
      keys.filter { $0.columns.count > 1 }.map { $0.columns.filter { !isReference($0) } }
        .filter(isPosition).flatMap(\.self))
  }

  private mutating func member(_ column: LiveTable.Column, isUnique: Bool) -> Member? {
    let name = column.name.name
    guard !column.isGenerated else { return nil }
    let links = live.foreignKeys.filter { live.decides($0, name) }
    if let link = links.first(where: { unfilled($0) == nil }) {
      // The engine follows the foreign keys of the table itself.
      guard source.partitionKeys.contains(link.name) else { return nil }
      return Member(name: name, value: ["reference": .string(link.target)], reason: nil)
    }
    if let link = links.first, !column.isNotNull {
      return Member(
        name: name, value: ["reference": .string(link.target), "null": 1], reason: unfilled(link))
    }
    if let reason = nullColumns[name] { return Member(name: name, value: ["pick": [.null]], reason: reason) }
    if column.sequence != nil, isNumbered(name) { return nil }
    if live.keys.contains(where: { live.defaultOutside($0) == name }) { return nil }
    let isKey = keys.contains { $0.columns.contains(name) }
    if column.baseType == "uuid", isKey || column.defaultExpression != nil { return nil }
    if positions.contains(name) { return Member(name: name, value: "position", reason: nil) }
    if !isUnique, !facts[name].isFilled, isLeft(column) { return nil }
    let chosen = ScaffoldColumn(
      source: source, facts: facts, column: column, isUnique: isUnique, rows: rows.estimate,
      tested: tested[name]
    ).choice()
    guard let chosen else {
      if column.defaultExpression != nil || !column.isNotNull { return nil }
      return Member(
        name: name, value: "word",
        reason: isUnique
          ? "no generator is known with distinct values for this column of type \(column.type)"
          : "no generator is known for the type \(column.type)",
        isKnown: false)
    }
    if let room = chosen.room { limit = min(limit ?? room, room) }
    let isInLargerKey = isUnique && !keys.contains { $0.columns == [name] }
    let value = isInLargerKey ? chosen.value.distinct : chosen.value
    return Member(name: name, value: value, reason: chosen.reason)
  }

  /// Whether a column keeps its default, or NULL.
  private func isLeft(_ column: LiveTable.Column) -> Bool {
    let type = column.baseType.split(separator: ".").last.map(String.init) ?? column.baseType
    if type == "tsvector" || type == "tsquery" {
      return !column.isNotNull || column.defaultExpression != nil
    }
    let words = ColumnName(column.name.name)
    // Counters and versions start with their default, which agrees with rows that do not exist yet.
    guard column.defaultExpression != nil else { return false }
    return words.ends(in: "count", "counter", "version", "views", "likes", "votes")
      || words.words.count == 1
        && words.has("version", "lock")
  }

  /// Whether a foreign key fills a column.
  private func isReference(_ name: String) -> Bool {
    live.foreignKeys.contains { live.decides($0, name) && unfilled($0) == nil }
  }

  /// Why a foreign key refers to nothing, so that one of its columns is NULL; nil if it refers to rows.
  private func unfilled(_ link: LiveTable.ForeignKey) -> String? {
    for name in link.columns {
      if let reason = nullColumns[name] { return reason }
      if facts[name].isNull { return "NULL, because of a CHECK constraint" }
    }
    return empty.contains(link.target) ? "NULL, because \(link.target) is not filled" : nil
  }

  /// The table's object, indented by four spaces.
  func text(_ notes: [String]) -> String {
    var lines = notes.map { "    // check: \(Self.comment($0))" }
    lines += facts.unread.map {
      "    // check: the constraint \($0.name) was not understood: \(Self.comment($0.expression))"
    }
    lines += [
      "    {", "      \"table\": \(JSONOutput.quoted(live.name.description)),", "      \"generate\": {",
    ]
    lines.append("        // check: \(rows.reason)")
    let count: String
    switch rows.count {
    case .number(let number): count = "\(number)"
    case .per(let table, let range):
      count = "{\"per\": \(JSONOutput.quoted(table)), \"count\": [\(range.lowerBound), \(range.upperBound)]}"
    }
    lines.append("        \"rows\": \(count)\(members.isEmpty ? "" : ",")")
    if !members.isEmpty {
      lines.append("        \"columns\": {")
      for (place, member) in members.enumerated() {
        if let reason = member.reason { lines.append("          // check: \(Self.comment(reason))") }
        let comma = place == members.count - 1 ? "" : ","
        lines.append("          \(JSONOutput.quoted(member.name)): \(member.value.json)\(comma)")
      }
      lines.append("        }")
    }
    return (lines + ["      }", "    }"]).joined(separator: "\n")
  }

  /// A text in one line.
  static func comment(_ text: String) -> String {
    let line = text.split(whereSeparator: \.isNewline).joined(separator: " ")
    guard line.count > 300 else { return line }
    return (line.prefix(300).split(separator: " ").dropLast() + ["…"]).joined(separator: " ")
  }
}

extension GeneratorValue {
  /// The generator with distinct values.
  var distinct: GeneratorValue { adding("unique", .bool(true)) }

  /// The generator with a setting.
  func adding(_ setting: String, _ value: GeneratorValue) -> GeneratorValue {
    let own = GeneratorMember(setting, value)
    return switch self {
    case .string(let name): .object([GeneratorMember(name, .bool(true)), own])
    case .object(let members): .object(members + [own])
    default: self
    }
  }
}

extension LiveTable {
  /// Whether a foreign key decides a column. A reference to the same table does not decide what both rows share.
  fileprivate func decides(_ link: ForeignKey, _ column: String) -> Bool {
    zip(link.columns, link.targetColumns).contains {
      $0 == column && (link.target != canonicalName || $0 != $1)
    }
  }
}
