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
    nullColumns: [String: String]
  ) {
    self.source = source
    self.facts = facts
    self.rows = rows
    self.empty = empty
    self.nullColumns = nullColumns
    let unique = distinctColumns
    for column in live.columns {
      guard let member = member(column, isUnique: unique.contains(column.name.name)) else { continue }
      members.append(member)
    }
  }

  /// The columns that need distinct values so that all unique keys are met.
  private var distinctColumns: Set<String> {
    var distinct: Set<String> = []
    let linked = Set(live.foreignKeys.flatMap(\.columns))
    for key in live.keys.sorted(by: { $0.columns.count < $1.columns.count }) {
      let free = key.columns.filter { !linked.contains($0) }
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

  private func isNumbered(_ name: String) -> Bool {
    guard let column = live[name] else { return false }
    return column.sequence != nil && ["smallint", "integer", "bigint"].contains(column.baseType)
      || column.baseType == "uuid"
  }

  private func values(_ name: String) -> Int {
    guard let column = live[name], nullColumns[name] == nil else { return 0 }
    guard
      let choice = ScaffoldColumn(
        source: source, facts: facts, column: column, isUnique: true, rows: rows.estimate
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
    let linked = Set(live.foreignKeys.flatMap(\.columns))
    return Set(
      live.keys.filter { $0.columns.count > 1 }.map { $0.columns.filter { !linked.contains($0) } }
        .filter(isPosition).flatMap(\.self))
  }

  private mutating func member(_ column: LiveTable.Column, isUnique: Bool) -> Member? {
    let name = column.name.name
    guard !column.isGenerated else { return nil }
    if let link = live.foreignKeys.first(where: { $0.columns.contains(name) }) {
      return reference(column, link)
    }
    if let reason = nullColumns[name] { return Member(name: name, value: ["pick": [.null]], reason: reason) }
    if column.sequence != nil, isNumbered(name) { return nil }
    let isKey = live.keys.contains { $0.columns.contains(name) }
    if column.baseType == "uuid", isKey || column.defaultExpression != nil { return nil }
    if positions.contains(name) { return Member(name: name, value: "position", reason: nil) }
    if !isUnique, !facts[name].isFilled, isLeft(column) { return nil }
    let chosen = ScaffoldColumn(
      source: source, facts: facts, column: column, isUnique: isUnique, rows: rows.estimate
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
    let isInLargerKey = isUnique && !live.keys.contains { $0.columns == [name] }
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

  private func reference(_ column: LiveTable.Column, _ link: LiveTable.ForeignKey) -> Member? {
    let name = column.name.name
    let target = link.target
    let reason: String
    if let own = nullColumns[name] {
      reason = own
    } else if facts[name].isNull {
      reason = "NULL, because of a CHECK constraint"
    } else if empty.contains(target) {
      reason = "NULL, because \(target) is not filled"
    } else {
      // The engine follows the foreign keys of the table itself.
      guard source.partitionKeys.contains(link.name) else { return nil }
      return Member(name: name, value: ["reference": .string(target)], reason: nil)
    }
    guard !column.isNotNull else { return nil }
    return Member(
      name: name, value: ["reference": .string(target), "null": 1], reason: reason)
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
    return line.count > 200 ? line.prefix(200) + "…" : line
  }
}

extension GeneratorValue {
  /// The generator with distinct values.
  var distinct: GeneratorValue {
    switch self {
    case .string(let name):
      .object([GeneratorMember(name, .bool(true)), GeneratorMember("unique", .bool(true))])
    case .object(let members): .object(members + [GeneratorMember("unique", .bool(true))])
    default: self
    }
  }
}
