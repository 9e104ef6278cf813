import SeedGenerators

/// What `generate` of a table says.
struct GenerateRule: Sendable {
  enum RowCount: Sendable {
    /// A number, and others for some environments.
    case fixed(Int, [SeedEnvironment: Int])
    /// A number of rows for each row of another table of the seeder.
    case perParent(TableName, ClosedRange<Int>)
  }

  enum Source: Sendable {
    case generator(GeneratorValue)
    /// The key of a row of another table.
    case reference(ReferenceSource)
    /// The position of the row among those of its parent, from 1.
    case position
    /// One of the lines of a file in the seeder's folder.
    case lines(file: String, settings: [GeneratorMember])
    /// One of the values that a query returns.
    case query(String, settings: [GeneratorMember])
    /// An SQL expression over the other columns of the row, which the server computes.
    case sql(String)
    /// Values that a factory has decided.
    case given(GivenValues)
  }

  struct ReferenceSource: Sendable {
    let table: TableName
    /// The exponent of a Zipf distribution; nil if all rows are equally likely.
    var exponent: Double?
    var nullProbability = 0.0
  }

  struct Column: Sendable {
    let line: Int
    let name: String
    let source: Source
    /// The definition as canonical text. A change of it changes the rows.
    let text: String
  }

  let line: Int
  let rows: RowCount
  let seed: UInt64
  let locale: GeneratorLocale
  let columns: [Column]
  /// Values that templates read and that no column gets.
  let variables: [Column]
  /// Whether indexes are dropped before a large load and built afterwards.
  let rebuildsIndexes: Bool

  /// The columns and the variables.
  var sources: [Column] { columns + variables }
}

extension DefinitionReader {
  /// `generate` of a table; nil without it.
  func generate(_ object: JSONObjectReader) -> GenerateRule? {
    guard !object.isAbsent("generate"), let node = object.take("generate"),
      let rule = JSONObjectReader(node, expected: "an object with 'rows' and 'columns'", faults: faults)
    else { return nil }
    for key in ["files", "rows", "command", "children"] where !object.isAbsent(key) {
      object.fault("generate", found: "'generate' and '\(key)'", expected: "one of them")
    }
    let rows = rowCount(rule)
    let seed = rule.integerIfAny("seed", in: 0...Int.max) ?? 1
    let names = GeneratorLocale.allCases.map(\.rawValue)
    let locale =
      rule.isAbsent("locale")
      ? .en
      : rule.string("locale", expected: "one of \(names.joined(separator: ", "))", GeneratorLocale.init)
        ?? .en
    let indexes = rule.optionalString("indexes")
    if let indexes, indexes != "rebuild" {
      rule.fault("indexes", found: "'\(indexes)'", expected: "\"rebuild\", or no such key")
    }
    let columns = sources("columns", of: rule)
    let variables = sources("variables", of: rule)
    for variable in variables {
      switch variable.source {
      case .generator, .lines, .query, .given: break
      case .reference, .position, .sql:
        rule.fault(
          "variables.\(variable.name)", found: "'\(variable.text)'", expected: "a generator or 'pickFrom'")
      }
    }
    rule.finish("an unknown key")
    guard let rows else { return nil }
    return GenerateRule(
      line: node.position.line, rows: rows, seed: UInt64(seed), locale: locale, columns: columns,
      variables: variables, rebuildsIndexes: indexes != nil)
  }

  private func sources(_ key: String, of rule: JSONObjectReader) -> [GenerateRule.Column] {
    guard !rule.isAbsent(key), let node = rule.take(key),
      let members = JSONObjectReader(node, faults: faults)
    else { return [] }
    return members.members.compactMap { member in
      _ = members.take(member.key)
      guard let source = source(member) else { return nil }
      return .init(
        line: member.position.line, name: member.key, source: source,
        text: JSONText.text(member.value, as: .json) ?? "")
    }
  }

  private func rowCount(_ rule: JSONObjectReader) -> GenerateRule.RowCount? {
    guard let node = rule.take("rows"), !node.isNull else {
      rule.missing("rows", expected: "a number of rows")
      return nil
    }
    guard case .object(let members) = node.value else {
      return rule.integerIfAny("rows", in: 0...Self.maximumRows).map { .fixed($0, [:]) }
    }
    guard let object = JSONObjectReader(node, faults: faults) else { return nil }
    if members.contains(where: { $0.key == "per" }) {
      let table = object.string("per", expected: "a table of this seeder") { text in
        text.isEmpty ? nil : TableName(text: text)
      }
      let count = countRange(object)
      object.finish("an unknown key")
      guard let table, let count else { return nil }
      return .perParent(table, count)
    }
    var numbers: [SeedEnvironment: Int] = [:]
    for environment in SeedEnvironment.allCases where !object.isAbsent(environment.rawValue) {
      numbers[environment] = object.integerIfAny(environment.rawValue, in: 0...Self.maximumRows)
    }
    let standard = object.integerIfAny("default", in: 0...Self.maximumRows)
    object.finish("an unknown key")
    guard let standard else {
      object.missing("default", expected: "the number of rows in all other environments")
      return nil
    }
    return .fixed(standard, numbers)
  }

  /// More rows would overflow the numbers of chunks.
  static let maximumRows = 100_000_000_000

  private func countRange(_ object: JSONObjectReader) -> ClosedRange<Int>? {
    let expected = "a number, or an array with the lowest and the highest number"
    guard let node = object.take("count") else {
      object.missing("count", expected: expected)
      return nil
    }
    func number(_ node: JSONNode) -> Int? {
      guard case .number(let text) = node.value, let number = Int(text), (0...1_000_000).contains(number)
      else {
        return nil
      }
      return number
    }
    if let single = number(node) { return single...single }
    if case .array(let elements) = node.value, elements.count == 2, let low = number(elements[0]),
      let high = number(elements[1]), low <= high
    {
      return low...high
    }
    object.mismatch(node, "count", expected: expected)
    return nil
  }

  private func source(_ member: JSONMember) -> GenerateRule.Source? {
    if case .string("position") = member.value.value { return .position }
    guard case .object(let members) = member.value.value else {
      return .generator(GeneratorValue(member.value))
    }
    let names = Set(members.map(\.key))
    if names.contains("reference") { return reference(member.value).map(GenerateRule.Source.reference) }
    if names.contains("sql") {
      guard let object = JSONObjectReader(member.value, faults: faults) else { return nil }
      let expression = object.optionalString("sql", length: Self.nonEmpty, allowsBlank: false)
      object.finish("an unknown key")
      if let expression, expression.contains(#/\$\d/#) {
        object.fault(
          "sql", found: "a parameter such as $1", expected: "an expression over columns of the row")
      }
      return expression.map(GenerateRule.Source.sql)
    }
    guard names.contains("pickFrom") else { return .generator(GeneratorValue(member.value)) }
    guard let object = JSONObjectReader(member.value, faults: faults), let node = object.take("pickFrom"),
      let place = JSONObjectReader(node, expected: "an object with 'file' or 'query'", faults: faults)
    else { return nil }
    let settings = members.filter { $0.key != "pickFrom" }.map {
      GeneratorMember($0.key, GeneratorValue($0.value))
    }
    for setting in settings { _ = object.take(setting.key) }
    let file =
      place.isAbsent("file")
      ? nil : place.string("file", expected: "a path inside the seeder's folder", Self.normalized)
    let query = place.optionalString("query", length: Self.nonEmpty)
    place.finish("an unknown key")
    switch (file, query) {
    case (let file?, nil): return .lines(file: file, settings: settings)
    case (nil, let query?): return .query(query, settings: settings)
    default:
      object.fault(
        "pickFrom", found: file == nil ? "neither" : "'file' and 'query'",
        expected: "one of 'file' and 'query'")
      return nil
    }
  }

  private func reference(_ node: JSONNode) -> GenerateRule.ReferenceSource? {
    guard let object = JSONObjectReader(node, faults: faults) else { return nil }
    let table = object.string("reference", expected: "a table") { $0.isEmpty ? nil : TableName(text: $0) }
    let distribution = object.optionalString("distribution")
    if let distribution, !["uniform", "zipf"].contains(distribution) {
      object.fault("distribution", found: "'\(distribution)'", expected: "\"uniform\" or \"zipf\"")
    }
    func number(_ key: String, _ range: ClosedRange<Double>, _ expected: String) -> Double? {
      guard let node = object.take(key), !node.isNull else { return nil }
      if case .number(let text) = node.value, let number = Double(text), range.contains(number) {
        return number
      }
      object.mismatch(node, key, expected: expected)
      return nil
    }
    let exponent = number("exponent", 0.01...20, "a number from 0.01 to 20")
    let null = number("null", 0...1, "a probability from 0 to 1")
    object.finish("an unknown key")
    guard let table else { return nil }
    return GenerateRule.ReferenceSource(
      table: table, exponent: distribution == "zipf" ? exponent ?? 1 : nil, nullProbability: null ?? 0)
  }
}

extension GeneratorValue {
  /// The value of a JSON node.
  init(_ node: JSONNode) {
    switch node.value {
    case .null: self = .null
    case .bool(let flag): self = .bool(flag)
    case .number(let digits): self = .number(digits)
    case .string(let text): self = .string(text)
    case .array(let elements): self = .list(elements.map(GeneratorValue.init))
    case .object(let members):
      self = .object(members.map { GeneratorMember($0.key, GeneratorValue($0.value)) })
    }
  }
}

extension JSONObjectReader {
  /// A whole number; nil for null or a missing key, and for another value, which is a fault.
  func integerIfAny(_ key: String, in range: ClosedRange<Int>) -> Int? {
    guard let node = take(key), !node.isNull else { return nil }
    if case .number(let text) = node.value, let number = Int(text), range.contains(number) { return number }
    let expected =
      range.upperBound == .max
      ? "a whole number of at least \(range.lowerBound)"
      : "a whole number from \(range.lowerBound) to \(range.upperBound)"
    mismatch(node, key, expected: expected)
    return nil
  }
}
