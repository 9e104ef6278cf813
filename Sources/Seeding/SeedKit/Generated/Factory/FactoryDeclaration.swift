import SeedGenerators

/// What a factory fills a table with.
package struct FactoryDeclaration: Sendable {
  let table: TableName
  private(set) var rule: GenerateRule
  /// The place of the declaration, for messages.
  let path: String

  /// Parses a declaration like a table of `seeder.json`.
  ///
  /// - Parameters:
  ///   - table: the table, with its schema unless the search path finds it.
  ///   - columns: the generators by column, as in `generate.columns`.
  ///   - seed: selects the values.
  /// - Throws: ``FixtureError`` with all faults.
  package init(table: String, columns: JSONValue, seed: Int) throws {
    path = Self.path(of: table)
    let node = JSONNode(position: SourcePosition(line: 1, column: 1), value: columns)
    let source = """
      {"id": "factory", "summary": "factory", "tables": [{"table": \(JSONOutput.quoted(table)), "generate":
        {"rows": 0, "seed": \(seed), "columns": \(JSONText.text(node, as: .json) ?? "{}")}}]}
      """
    do {
      let definition = try DefinitionReader.read(Array(source.utf8), path: path)
      guard let found = definition.tables.first, let rule = found.generate else {
        throw FixtureError([FixtureFault(file: path, found: "no table", expected: "a table")])
      }
      self.table = found.table
      self.rule = rule
    } catch let error as FixtureError {
      throw error.ofFactory(path)
    }
    for column in rule.columns {
      if case .lines(let file, _) = column.source {
        throw FixtureError([
          FixtureFault(
            .invalidDefinition, file: path, field: column.name, found: "values of the file '\(file)'",
            expected: "\"pick\" with the values, or \"pickFrom\" with a query: a factory has no folder")
        ])
      }
    }
  }

  /// The declaration with other columns.
  func with(_ columns: [GenerateRule.Column]) -> FactoryDeclaration {
    var declaration = self
    declaration.rule = GenerateRule(
      line: rule.line, rows: rule.rows, seed: rule.seed, locale: rule.locale, columns: columns,
      variables: [], rebuildsIndexes: false)
    return declaration
  }

  static func path(of table: String) -> String { "factory of \(table)" }

  /// The definition of a seeder with the table alone.
  ///
  /// - Parameters:
  ///   - live: the table. The values depend on its name, so it is always the same one.
  ///   - columns: all columns with values.
  func definition(of live: LiveTable, columns: [GenerateRule.Column]) -> SeederDefinition {
    let table = TableDefinition(
      path: path, line: 1, table: live.name, source: .generate(with(columns).rule), key: [], columns: [],
      ignoredFields: [],
      policy: .upsert, drift: nil, csv: CSVFormat(), touchedColumn: nil, children: [], ownership: nil,
      lines: [:])
    return SeederDefinition(
      id: "factory", summary: "", dependencies: [], environments: [], tables: [table], path: path)
  }
}

extension FixtureError {
  /// The same error without places in the definition, which does not exist on disk.
  func ofFactory(_ path: String) -> FixtureError {
    let faults = faults.map { fault in
      var field = fault.field
      for prefix in ["tables[1].", "generate", ".", "columns", "."] where field?.hasPrefix(prefix) == true {
        field = field.map { String($0.dropFirst(prefix.count)) }
      }
      return FixtureFault(
        fault.code, file: path, field: field?.isEmpty == true ? nil : field, found: fault.found,
        expected: fault.expected)
    }
    return FixtureError(faults, total: total, isTotalKnown: isTotalKnown)
  }
}
