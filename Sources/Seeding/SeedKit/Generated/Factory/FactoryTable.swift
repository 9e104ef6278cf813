import Postgres
import SeedGenerators

/// A table that a factory fills: what the catalog says about it, the declaration, and guesses for other columns.
struct FactoryTable {
  /// A value that is decided before the rows are generated.
  enum Given: Sendable {
    /// The same value in all rows; nil for NULL.
    case same([UInt8]?)
    /// A value for each row, all distinct.
    case each([[UInt8]])

    var isDistinct: Bool { if case .each = self { true } else { false } }

    /// The smaller values and the larger ones, row by row.
    static func sorted(_ first: Given, _ second: Given) -> (Given, Given) {
      let count =
        [first, second].map { if case .each(let values) = $0 { values.count } else { 0 } }.max() ?? 0
      func value(_ given: Given, _ row: Int) -> [UInt8]? {
        switch given {
        case .same(let value): value
        case .each(let values): values.indices.contains(row) ? values[row] : nil
        }
      }
      let pairs = (0..<max(1, count)).map { row -> ([UInt8], [UInt8]) in
        let (left, right) = (value(first, row) ?? [], value(second, row) ?? [])
        return SortedKey(right) < SortedKey(left) ? (right, left) : (left, right)
      }
      return count == 0
        ? (.same(pairs[0].0), .same(pairs[0].1)) : (.each(pairs.map(\.0)), .each(pairs.map(\.1)))
    }

    /// The value of all rows, if it is not NULL.
    var constant: [UInt8]? { if case .same(let value) = self { value } else { nil } }
  }

  let source: ScaffoldSource
  var declaration: FactoryDeclaration
  /// The columns that may be NULL, and that get a row of another table nevertheless.
  var filledLinks: Set<String> = []
  /// The columns whose defaults a CHECK constraint rejects.
  var filledColumns: Set<String> = []
  var facts: TableFacts
  /// The guessed generators, by column.
  var guesses: [String: GeneratorValue]

  var live: LiveTable { source.live }

  /// Guesses choose generators with at least this number of distinct values where values must be distinct.
  private static let distinctRows = 1_000

  init(_ source: ScaffoldSource, declaration: FactoryDeclaration) {
    self.source = source
    self.declaration = declaration
    facts = source.facts
    guesses = Self.guesses(source, facts)
  }

  static func guesses(_ source: ScaffoldSource, _ facts: TableFacts) -> [String: GeneratorValue] {
    let rows = ScaffoldRows.Choice(count: .number(distinctRows), reason: "", estimate: distinctRows)
    let guessed = ScaffoldTable(source: source, facts: facts, rows: rows, empty: [], nullColumns: [:])
    return Dictionary(
      guessed.members.filter(\.isKnown).map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
  }

  func declared(_ column: String) -> GenerateRule.Column? {
    declaration.rule.columns.first { ExactName($0.name) == ExactName(column) }
  }

  /// Whether every row needs a value in the column that the server does not make.
  func needsValue(_ column: String) -> Bool {
    guard let live = live[column], !live.isGenerated else { return false }
    return live.isNotNull && live.defaultExpression == nil || facts[column].isFilled
      || filledColumns.contains(column)
  }

  /// Whether a sequence fills the column.
  func isNumbered(_ column: String) -> Bool { live[column]?.sequence != nil }

  /// The foreign keys, those of several columns first, because they decide the others.
  var links: [LiveTable.ForeignKey] {
    live.foreignKeys.enumerated().sorted { left, right in
      left.element.columns.count == right.element.columns.count
        ? left.offset < right.offset : left.element.columns.count > right.element.columns.count
    }.map(\.element)
  }

  func isOwn(_ link: LiveTable.ForeignKey) -> Bool { link.target == live.canonicalName }

  /// Whether the definition decides how a foreign key is filled.
  func isDeclared(_ link: LiveTable.ForeignKey) -> Bool { link.columns.contains { declared($0) != nil } }

  /// The columns of a foreign key that a new row of the other table decides; nil if none is needed.
  func columnsToFill(_ link: LiveTable.ForeignKey, _ given: [String: Given]) -> [String]? {
    let missing = link.columns.filter { given[$0] == nil }
    guard !missing.isEmpty, !isOwn(link), !isDeclared(link),
      missing.allSatisfy({ needsValue($0) || filledLinks.contains($0) })
        || missing.contains(where: { isOnlyIn(link, $0) })
    else { return nil }
    // With a NULL in one of its columns, a foreign key refers to nothing.
    let hasNull = link.columns.contains { if case .same(nil)? = given[$0] { true } else { false } }
    return hasNull ? nil : missing
  }

  /// Whether a column needs a value that no other foreign key gives it.
  private func isOnlyIn(_ link: LiveTable.ForeignKey, _ column: String) -> Bool {
    needsValue(column) && !live.foreignKeys.contains { $0 != link && $0.columns.contains(column) }
  }

  /// Whether each row needs another parent, so that a unique key is met.
  ///
  /// - Parameters:
  ///   - missing: the columns that the parent decides.
  ///   - later: the columns that parents made later decide.
  func needsOwnParents(_ missing: [String], later: Set<String>, _ given: [String: Given]) -> Bool {
    let linked = Set(live.foreignKeys.flatMap(\.columns))
    return live.keys.contains { key in
      guard key.predicate == nil else { return false }
      let others = key.columns.filter { !missing.contains($0) }
      guard others.count < key.columns.count else { return false }
      return others.allSatisfy { column in
        guard !later.contains(column) else { return false }
        return given[column].map { !$0.isDistinct } ?? linked.contains(column)
      }
    }
  }

  /// A unique key whose columns all have the same values in all rows.
  func violatedKey(_ given: [String: Given]) -> LiveTable.UniqueKey? {
    live.keys.first { key in key.isPlain && key.columns.allSatisfy { given[$0]?.constant != nil } }
  }

  // MARK: The columns

  /// The columns of the definition for the engine. Those that another column reads are filled, too.
  ///
  /// - Parameters:
  ///   - given: the values that are decided.
  ///   - numbers: the numbers of the rows.
  ///   - fillsAll: whether columns that may be left out have values, too.
  /// - Returns: the columns, and those with consecutive numbers that another column reads.
  func columns(
    _ given: [String: Given], numbers: [Int], fillsAll: Bool
  ) -> (columns: [GenerateRule.Column], numbered: Set<String>) {
    var columns: [String: GenerateRule.Column] = [:]
    func add(_ name: String, _ source: GenerateRule.Source) {
      columns[name] = GenerateRule.Column(line: 1, name: name, source: source, text: "")
    }
    // Keys of which all columns are decided are the caller's concern. NULL is distinct from itself.
    let decided = Set(
      live.keys.map(\.columns).filter { $0.allSatisfy { given[$0].map { !$0.isDistinct } ?? false } }
        .flatMap(\.self))
    for (name, value) in given {
      switch value {
      case .same(let text):
        let isMet = text == nil || decided.contains(name)
        add(name, .given(GivenValues(values: .same(text), areDistinct: isMet)))
      case .each(let texts):
        let values = Dictionary(zip(numbers, texts), uniquingKeysWith: { first, _ in first })
        add(name, .given(GivenValues(values: .each(values), areDistinct: true)))
      }
    }
    for column in declaration.rule.columns where given[column.name] == nil { columns[column.name] = column }
    for link in links where !isDeclared(link) {
      for (name, target) in zip(link.columns, link.targetColumns) where columns[name] == nil {
        if isOwn(link), needsValue(name) {
          // The row refers to itself.
          add(name, .generator(["template": .string("{\(target)}")]))
        } else {
          // Left out: NULL, or its default.
          add(name, .reference(.init(table: live.name, nullProbability: 1)))
        }
      }
    }
    for (name, guess) in guesses where columns[name] == nil && (fillsAll || needsValue(name)) {
      add(name, guess.source)
    }
    var numbered: Set<String> = []
    let context = GeneratorContext(columns: live.columns.map(\.name.name))
    var open = Array(columns.values)
    while let column = open.popLast() {
      guard case .generator(let value) = column.source else { continue }
      for read in Self.sources(of: value, live[column.name], context) where columns[read] == nil {
        if let guess = guesses[read] {
          add(read, guess.source)
          columns[read].map { open.append($0) }
        } else if isNumbered(read) {
          numbered.insert(read)
        }
      }
    }
    return (columns.values.sorted { $0.name < $1.name }, numbered)
  }

  /// The columns that a generator reads.
  private static func sources(
    of value: GeneratorValue, _ column: LiveTable.Column?, _ context: GeneratorContext
  ) -> [String] {
    var context = context
    context.type = column?.baseType
    guard let spec = try? GeneratorCatalog.parse(value, context: context) else { return [] }
    return spec.generator.sources.map { context.columns[$0] }
  }
}

extension GeneratorValue {
  /// How a guess fills a column.
  fileprivate var source: GenerateRule.Source {
    if case .object(let members) = self, members.count == 1, members[0].key == "sql",
      case .string(let text) = members[0].value
    {
      return .sql(text)
    }
    return .generator(self)
  }
}
