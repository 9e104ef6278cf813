import Postgres
import SeedGenerators

extension FactoryTable {
  /// The table with another declaration.
  func with(_ declaration: FactoryDeclaration) -> FactoryTable {
    var table = self
    table.declaration = declaration
    return table
  }

  /// The table with other sources of declared columns; nil for a foreign key that refers to a new row.
  func replacing(_ sources: [String: GenerateRule.Source?]) -> FactoryTable {
    var table = self
    let columns = declaration.rule.columns.compactMap { column -> GenerateRule.Column? in
      guard let source = sources[column.name] else { return column }
      guard let source else { return nil }
      return GenerateRule.Column(line: column.line, name: column.name, source: source, text: column.text)
    }
    table.declaration = declaration.with(columns)
    table.filledLinks = Set(sources.filter { $0.value == nil }.keys)
    return table
  }

  /// The table with guesses that agree with what a call decides. A CHECK constraint of several columns often leaves a
  /// choice: with `(status = 'new') = (paid_at IS NULL)`, the status decides whether the other column is filled.
  ///
  /// - Parameters:
  ///   - given: the values that are decided.
  ///   - fillsAll: whether columns that may be left out have values, too.
  func assuming(_ given: [String: Given], fillsAll: Bool) -> FactoryTable {
    let names = Set(live.checks.filter { $0.columns.count > 1 }.flatMap(\.columns))
    var decided: [SQLExpression] = []
    var likely: [SQLExpression] = []
    for column in live.columns where names.contains(column.name.name) && !column.isGenerated {
      let name = column.name.name
      switch given[name] {
      case .same(nil): decided.append(.isNull(.column(name)))
      case .same(let text?): decided.append(Self.equals(name, String(decoding: text, as: UTF8.self)))
      case .each: decided.append(Self.isFilled(name))
      case nil:
        if declared(name) != nil {
          likely.append(Self.isFilled(name))
        } else if !fillsAll, let standard = column.defaultExpression {
          let constant = SQLExpression(standard)?.constant
          likely.append(constant.map { Self.equals(name, $0) } ?? Self.isFilled(name))
        } else if !fillsAll, !column.isNotNull {
          likely.append(.isNull(.column(name)))
        }
      }
    }
    let assumptions = decided + likely
    guard !assumptions.isEmpty else { return self }
    var found = source.facts(assuming: assumptions)
    var filled: Set<String> = []
    if found.unmet > facts.unmet {
      // Without those that contradict earlier ones.
      var kept: [SQLExpression] = []
      found = facts
      for assumption in assumptions {
        let next = source.facts(assuming: kept + [assumption])
        guard next.unmet <= facts.unmet else {
          // A default that contradicts others is not used.
          if case .and(let parts) = assumption, case .binary("=", .column(let name), _)? = parts.last {
            filled.insert(name)
          }
          continue
        }
        kept.append(assumption)
        found = next
      }
    }
    var table = self
    table.facts = found
    table.filledColumns = filled
    table.guesses = Self.guesses(source, found)
    return table
  }

  private static func isFilled(_ name: String) -> SQLExpression { .not(.isNull(.column(name))) }

  private static func equals(_ name: String, _ value: String) -> SQLExpression {
    .and([isFilled(name), .binary("=", .column(name), .text(value))])
  }
}
