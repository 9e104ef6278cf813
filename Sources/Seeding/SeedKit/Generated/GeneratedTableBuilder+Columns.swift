import Postgres
import SeedGenerators

/// How each column of a table is filled.
extension GeneratedTableBuilder {
  /// The filled columns, in the order of the table.
  func fillings() -> [(name: String, filling: GeneratePlanner.Filling)] {
    checkNames()
    return live.columns.compactMap { column in
      let name = column.name.name
      guard !column.isGenerated else {
        if let own = rule.columns.first(where: { $0.name == name }) {
          fault(own.line, found: "the generated column '\(name)'", expected: "another column", at: name)
        }
        return nil
      }
      if let link = links.firstIndex(where: { $0.decidedColumns.contains(name) }),
        let place = links[link].columns.firstIndex(of: name)
      {
        return (name, .reference(pick: link, targetColumn: links[link].targetColumns[place]))
      }
      guard let own = rule.columns.first(where: { $0.name == name }) else { return standard(column) }
      guard let filling = declared(own, column) else { return nil }
      return (name, filling)
    }
  }

  /// Rejects columns that the table does not have, variables with the name of a column, and references to other tables
  /// than those of the foreign keys.
  private func checkNames() {
    for column in rule.columns where live[column.name] == nil {
      let near = Suggestion.nearest(to: column.name, in: live.columns.map(\.name.name)).first.map {
        "'\($0)'"
      }
      fault(
        column.line, found: "no column '\(column.name)' in \(live.name)",
        expected: near ?? "a column of the table", at: column.name)
    }
    for variable in rule.variables where live[variable.name] != nil {
      fault(
        variable.line, found: "the variable '\(variable.name)', which is also a column of \(live.name)",
        expected: "another name", at: "variables.\(variable.name)")
    }
    for column in rule.columns {
      guard case .reference(let source) = column.source, source.nullProbability < 1,
        let target = planner.live[source.table]
      else {
        continue
      }
      let targets = live.foreignKeys.filter { $0.columns.contains(column.name) }.map(\.target)
      guard !targets.isEmpty, !targets.contains(target.canonicalName) else { continue }
      fault(
        column.line, found: "a reference to \(source.table), but the foreign key refers to \(targets[0])",
        expected: "a reference to \(targets[0])", at: column.name)
    }
  }

  private func declared(_ own: GenerateRule.Column, _ column: LiveTable.Column) -> GeneratePlanner.Filling? {
    switch own.source {
    case .sql: return nil
    case .position: return .position
    case .reference(let source):
      if source.nullProbability < 1 {
        fault(
          own.line, .missingTable,
          found: "a reference to '\(source.table)', which has no primary key of one column",
          expected: "a table with a foreign key from this column, or with such a key", at: own.name)
      }
      return nil
    case .generator, .lines, .query, .given:
      var context = context
      context.type = column.baseType
      context.scale = Self.scale(of: column)
      return generator(own, context).map(GeneratePlanner.Filling.generator)
    }
  }

  func generator(_ own: GenerateRule.Column, _ context: GeneratorContext) -> GeneratorSpec? {
    let value: GeneratorValue
    switch own.source {
    case .position, .reference, .sql: return nil
    case .generator(let definition): value = definition
    case .given(let values): return GeneratorSpec(values)
    case .lines(_, let settings), .query(_, let settings):
      let list = planner.lists["\(index).\(own.name)"] ?? []
      guard !list.isEmpty else {
        fault(own.line, found: "no values to pick from", expected: "at least one value", at: own.name)
        return nil
      }
      value = .object([GeneratorMember("pick", .list(list))] + settings)
    }
    do {
      return try GeneratorCatalog.parse(value, context: context)
    } catch {
      let path = ([own.name] + error.path).joined(separator: ".")
      fault(own.line, found: error.problem, expected: "", at: path)
      return nil
    }
  }

  /// How a column is filled that the definition does not name; nil for its default.
  private func standard(_ column: LiveTable.Column) -> (name: String, filling: GeneratePlanner.Filling)? {
    let name = column.name.name
    let isKey = live.keys.contains { $0.columns.contains(name) }
    if column.sequence != nil, ["smallint", "integer", "bigint"].contains(column.baseType) {
      return (name, .number)
    }
    if column.baseType == "uuid", isKey, column.isNotNull,
      let spec = try? GeneratorCatalog.parse("uuid.v4", context: context)
    {
      return (name, .generator(spec))
    }
    guard column.isNotNull, column.defaultExpression == nil, !live.changesInsertedRows else { return nil }
    fault(
      rule.line, found: "no generator for the column '\(name)' of type \(column.type), which is NOT NULL",
      expected: "\"\(name)\": a generator", at: "generate.columns")
    return nil
  }

  func encoder(
    _ position: Int, _ filling: (name: String, filling: GeneratePlanner.Filling), _ unique: UniquePlan,
    _ names: [String], _ readable: [String]
  ) throws -> Table.Encoder? {
    switch filling.filling {
    case .position: return .position
    case .number: return .number(after: planner.firstNumbers[index])
    case .reference(let pick, let targetColumn):
      guard !later.contains(pick) else { return .later }
      let link = links[pick]
      let column: Int?
      if link.target.canonicalName == live.canonicalName {
        column = names.firstIndex(of: targetColumn)
      } else if let table = done[link.target.canonicalName] {
        column = table.column(targetColumn)
      } else {
        column = planner.existing[link.target.canonicalName]?.columns.firstIndex(of: targetColumn)
      }
      guard let column else {
        fault(
          link.line,
          found:
            "a reference to the column '\(targetColumn)' of \(link.target.name), which no generator fills",
          expected: "a generator for it", at: filling.name)
        return nil
      }
      return .reference(pick: pick, column: column)
    case .generator(let spec):
      if let member = unique.member(ofColumn: position) {
        return .nth(spec.generator, order: member.order, member: member.member)
      }
      let isUnique = unique.uniqueColumns.contains(position)
      do {
        // Given values that are too long are an error, as in any INSERT.
        let limit = spec.generator is GivenValues ? nil : length(of: position, names)
        let column = try GeneratedColumn(
          table: definition.table.description, column: filling.name, seed: rule.seed,
          spec: isUnique || spec.isUnique ? spec : limit.map(spec.cut) ?? spec, isUnique: isUnique)
        if let rows = column.rowLimit, rows < rowCount {
          fault(
            rule.line, .missingUniqueKey,
            found: "\(rowCount) rows with distinct values of '\(spec.name)', which has \(rows)",
            expected: "at most \(rows) rows, or another generator", at: filling.name)
        }
        if let limit, column.isUnique, let longest = column.longest(rows: rowCount), longest > limit {
          fault(
            rule.line, .missingUniqueKey,
            found: "distinct values of '\(spec.name)' with up to \(longest) characters",
            expected: "a generator of at most \(limit) characters, as the column allows", at: filling.name)
        }
        return .generator(column, sources: sources(of: spec, in: filling.name, readable))
      } catch {
        fault(
          rule.line, .missingUniqueKey, found: "the unique column '\(filling.name)', but \(error.problem)",
          expected: "a generator with distinct values, such as sequence, email or pattern", at: filling.name)
        return nil
      }
    }
  }

  /// The number of digits after the point of a column of type numeric(p,s).
  private static func scale(of column: LiveTable.Column) -> Int? {
    guard column.baseType == "numeric", let comma = column.storedType.firstIndex(of: ",") else { return nil }
    return Int(column.storedType[column.storedType.index(after: comma)...].prefix { $0.isNumber })
  }

  /// The n of a column of type varchar(n) or char(n).
  private func length(of position: Int, _ names: [String]) -> Int? {
    guard let type = live[names[position]]?.storedType, type.hasPrefix("character"),
      let open = type.firstIndex(of: "(")
    else { return nil }
    return Int(type[type.index(after: open)...].prefix { $0.isNumber })
  }
}
