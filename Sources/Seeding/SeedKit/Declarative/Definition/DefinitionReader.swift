import Postgres

/// Reads a `seeder.json` and collects all its faults.
struct DefinitionReader {
  private let path: String
  private let isUpsert: Bool
  let faults = JSONFaults()

  /// The length of a nonempty string.
  static let nonEmpty = 1...Int.max

  /// Reads a definition.
  ///
  /// - Parameters:
  ///   - isUpsert: whether it was generated for an upsert.
  ///   - replacements: values that replace those of the file, by path.
  /// - Throws: ``FixtureError`` with all faults.
  static func read(
    _ bytes: [UInt8], path: String, isUpsert: Bool = false, replacing replacements: [String: JSONValue] = [:]
  ) throws -> SeederDefinition {
    var root: JSONNode
    do {
      root = try JSONParser.parse(bytes, dialect: .json5)
    } catch let error as JSONParseError {
      guard let object = error.objectForArray, let place = error.field else {
        throw FixtureError(error, file: path)
      }
      // Only the beginning of a long path is shown.
      let field = String(place.prefix { $0 != "…" })
      throw FixtureError([
        FixtureFault(
          .invalidDefinition, file: path, line: object.line, column: object.column, field: field,
          found: "an object",
          expected: arrayOf(field) + ", in '[' and ']'")
      ])
    }
    for (place, value) in replacements {
      guard let steps = JSONPath(place)?.steps, let replaced = root.replacing(steps[...], with: value) else {
        throw FixtureError([
          FixtureFault(.invalidDefinition, file: path, field: place, found: "nothing", expected: "a value")
        ])
      }
      root = replaced
    }
    let reader = DefinitionReader(path: path, isUpsert: isUpsert)
    let definition = reader.definition(root)
    guard let definition, reader.faults.list.isEmpty else {
      throw FixtureError(reader.faults.list.map { FixtureFault($0, file: path, code: .invalidDefinition) })
    }
    return definition
  }

  /// `an array of tables`, for the path of an array with that name.
  static func arrayOf(_ path: String) -> String {
    let name = path.split(separator: ".").last.map(String.init) ?? path
    return name == "tables" || name == "children" ? "an array of tables" : "an array"
  }

  private func definition(_ node: JSONNode) -> SeederDefinition? {
    guard let object = JSONObjectReader(node, expected: "a seeder", faults: faults) else { return nil }
    _ = object.take("$schema")
    let id = object.string(
      "id", expected: "lowercase letters, digits and hyphens", SeederID.init(rawValue:))
    let summary = object.string("summary", length: Self.nonEmpty)
    let dependencies = object.stringsIfAny(
      "dependencies", expected: "the id of a seeder", SeederID.init(rawValue:))
    let names = SeedEnvironment.allCases.map(\.rawValue)
    let environments = object.stringsIfAny(
      "environments", expected: "one of " + names.joined(separator: ", "), SeedEnvironment.init(rawValue:))
    let dates = dates(object)
    let tables = object.tables("tables", isRequired: true)
      .flatMap { table($0, parent: nil)?.alternatives ?? [] }
    object.finish("an unknown key")
    if tables.contains(where: { $0.generate != nil }) {
      if tables.contains(where: { $0.generate == nil }) {
        object.fault(
          "tables", found: "tables with and without 'generate'",
          expected: "two seeders, one under 'dependencies' of the other")
      }
      if dates != nil { object.fault("dates", found: "'dates' and 'generate'", expected: "one of the two") }
    }
    return id.map {
      SeederDefinition(
        id: $0, summary: summary, dependencies: dependencies ?? [],
        environments: environments.map(Set.init) ?? [.dev, .test, .ci, .ciLocal], tables: tables,
        dates: dates, path: path)
    }
  }

  /// - Parameters:
  ///   - parent: the key of the parent of a child table.
  ///   - inherited: how values are written in the parent's files.
  ///   - isModel: whether it describes a model of fixtures, which have the files.
  func table(
    _ node: JSONNode, parent: [String]?, inherited: ValueFormat = ValueFormat(), isModel: Bool = false
  ) -> TableDefinition? {
    guard let object = JSONObjectReader(node, expected: "a table", faults: faults) else { return nil }
    if parent == nil, !isModel, !object.isAbsent("generate") {
      let name = tableName(object)
      let rule = generate(object)
      object.finish("an unknown key")
      guard let name, let rule else { return nil }
      return TableDefinition(
        path: path, line: node.position.line, table: name, source: .generate(rule), key: [], columns: [],
        ignoredFields: [], policy: .upsert, drift: nil, csv: CSVFormat(), touchedColumn: nil, children: [],
        ownership: nil, lines: [:])
    }
    let format = parent == nil && !isModel ? object.choiceIfAny("format", DataFormat.self) : nil
    // Fixtures say their tables, and the tables say their keys.
    let ofModels = isModel || format?.framework != nil
    let name = ofModels && object.isAbsent("table") ? .unnamed : tableName(object)
    let source = isModel ? .files([]) : source(object, isChild: parent != nil, format: format)
    let key = ofModels && object.isAbsent("key") ? [] : object.oneOrMore("key")
    let index = object.optionalString("index", length: Self.nonEmpty)
    let columns = columns(object, source, isChild: parent != nil)
    let list = parent == nil && !isModel ? list(object, source, format: format) : nil
    let isDistinct = parent == nil && !isModel && isDistinct(object)
    let ignored = object.stringsIfAny("ignore", expected: "a string", ExactName.init) ?? []
    let policy = object.choiceIfAny("policy", TableDefinition.Policy.self) ?? .upsert
    let drift = object.choiceIfAny("onDrift", DriftPolicy.self)
    // CSV options only apply to files.
    let csv = parent == nil && !isModel ? csv(object, format: format) : CSVFormat()
    let encoding = parent == nil && !isModel ? encoding(object) : nil
    let values = parent == nil ? values(object) : inherited
    let split = parent == nil ? nil : object.optionalString("split", length: Self.nonEmpty)
    let touched = object.stringIfThere("touch")
    let ownership =
      parent == nil && !isModel ? object.choiceIfAny("ownership", TableDefinition.Ownership.self) : nil
    let children = object.tables("children", isRequired: false).compactMap {
      table($0, parent: key ?? [], inherited: values)
    }
    if parent != nil, !children.isEmpty {
      object.fault("children", found: "children of children", expected: "one level of children")
    }
    if isDistinct, !children.isEmpty {
      object.fault("distinct", found: "'distinct' and 'children'", expected: "one of the two")
    }
    let models = parent == nil && !isModel ? models(object, format: format, source) : nil
    object.finish("an unknown key")
    guard let name, let source, let key else { return nil }
    let lines = Dictionary(
      object.members.map { ($0.key, $0.position.line) }, uniquingKeysWith: { first, _ in first })
    var result = TableDefinition(
      path: path, line: node.position.line, table: name, source: source, isDistinct: isDistinct, list: list,
      key: key, index: index, columns: columns, ignoredFields: Set(ignored), policy: policy, drift: drift,
      csv: csv, format: format, encoding: encoding, values: values, split: split, touchedColumn: touched,
      children: children, ownership: ownership, lines: lines, isUpsert: isUpsert)
    result.models = models
    if ownership == .table, !result.canBeWhole {
      object.fault(
        "ownership", found: "'table' with rows, distinct, children, references, onDrift or another policy",
        expected: "'rows', or the policy upsert without them")
    }
    for contradiction in result.contradictions {
      object.fault(contradiction.key, found: contradiction.found, expected: contradiction.expected)
    }
    return result
  }

  private func source(
    _ object: JSONObjectReader, isChild: Bool, format: DataFormat?
  ) -> TableDefinition.Source? {
    guard isChild else {
      if let command = command(object, format: format) { return .command(command) }
      if let rows = object.take("rows") { return rowsSource(rows, object) }
      guard let names = object.oneOrMore("files") else { return nil }
      var paths: [String] = []
      for name in names {
        guard let path = Self.normalized(name) else {
          object.fault("files", found: "'\(name)'", expected: "a path inside the seeder's folder")
          continue
        }
        if paths.contains(path) {
          object.fault("files", found: "duplicate file '\(path)'", expected: "")
        }
        paths.append(path)
      }
      if let framework = format?.framework { checkEndings(names, of: framework, object) }
      for name in names where format == nil && DataFormat(fileName: name) == nil {
        object.fault(
          "files", found: "'\(name)'",
          expected: "a name that ends in \(DataFormat.endings), or the key 'format'")
      }
      let line = object.position(of: "files").line
      return .files(paths.map { ($0, line) })
    }
    return .array(
      field: object.string("field", length: Self.nonEmpty),
      parentColumn: object.string("parent", length: Self.nonEmpty))
  }

  private func columns(
    _ object: JSONObjectReader, _ source: TableDefinition.Source?, isChild: Bool
  ) -> [ColumnRule] {
    guard !object.isAbsent("columns"), let node = object.take("columns"),
      let columns = JSONObjectReader(node, faults: faults)
    else { return [] }
    var rules = columns.members.compactMap { column($0, of: columns) }
    if case .array(_, let parentColumn)? = source,
      rules.contains(where: { ExactName($0.column) == ExactName(parentColumn) })
    {
      object.fault(
        "columns", found: "'\(parentColumn)', which the parent fills", expected: "only other columns")
      rules.removeAll { ExactName($0.column) == ExactName(parentColumn) }
    }
    checkChoices(rules, columns, isChild: isChild)
    guard !isChild else { return rules }
    for rule in rules {
      for field in rule.fields where ColumnRule.isOfElement(field) {
        columns.fault(
          rule.column, found: "'\(field)' outside 'children'",
          expected: "the name of a field: only the elements of an array have '\(field)'")
      }
    }
    return rules
  }

  private func column(_ member: JSONMember, of columns: JSONObjectReader) -> ColumnRule? {
    let line = member.position.line
    check(identifier: member.key, at: member.position, columns)
    if case .string(let field) = member.value.value, !field.isEmpty {
      return ColumnRule(line: line, column: member.key, fields: [field], reference: nil)
    }
    guard
      let object = JSONObjectReader(
        member.value, expected: "a field's name, or an object", faults: faults)
    else { return nil }
    if let sql = sqlValue(object) {
      object.finish("an unknown key")
      return ColumnRule(line: line, column: member.key, fields: sql.fields, reference: nil, sql: sql)
    }
    let fixed = fixedValue(object)
    let own = fixed == nil ? member.key : FixedValue.prefix + member.key
    let fields = object.isAbsent("field") || fixed != nil ? [own] : object.oneOrMore("field") ?? [own]
    let (reference, choice) = object.isAbsent("references") ? (nil, nil) : references(object)
    let values = values(object)
    object.finish("an unknown key")
    let all = choice?.rules.map(\.reference) ?? [reference].compactMap(\.self)
    if let reference = all.first(where: { $0.fieldCount != fields.count }) {
      let isSimple = reference.fieldCount == reference.key.count
      columns.fault(
        member.key,
        found:
          "\(fields.count) fields for a key of \(reference.fieldCount) \(isSimple ? "columns" : "values")",
        expected: "a field for each \(isSimple ? "column" : "value") of the key")
    } else if reference == nil, fields.count > 1 {
      columns.fault(member.key, found: "several fields", expected: "one field, or a reference")
    }
    return ColumnRule(
      line: line, column: member.key, fields: fields, reference: reference, choice: choice, fixed: fixed,
      values: values)
  }

  func tableName(_ object: JSONObjectReader) -> TableName? {
    guard let text = object.string("table", expected: "a string", { $0.isEmpty ? nil : $0 }) else {
      return nil
    }
    let parts = text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    guard (1...2).contains(parts.count), !parts.contains("") else {
      object.fault("table", found: "'\(text)'", expected: "TABLE or SCHEMA.TABLE")
      return nil
    }
    for part in parts { check(identifier: part, at: object.position(of: "table"), object) }
    if parts.count == 2, parts[0] == "seed_runner" {
      object.fault(
        "table", found: "'\(text)', an internal table of seed-runner", expected: "one of your tables")
    }
    return TableName(schema: parts.count == 2 ? parts[0] : nil, name: parts[parts.count - 1])
  }

  private func check(identifier: String, at position: SourcePosition, _ object: JSONObjectReader) {
    do {
      _ = try PostgresIdentifier(identifier)
    } catch {
      object.fault(
        "", at: position, found: "'\(identifier)'",
        expected: "a name of 1 to \(PostgresIdentifier.maximumLength) bytes")
    }
  }

  /// A relative path without `.`, `..` and empty parts; nil if it leads out of its folder.
  static func normalized(_ path: String) -> String? {
    guard !path.hasPrefix("/"), !path.hasSuffix("/"), !path.utf8.contains(0) else { return nil }
    var parts: [Substring] = []
    for part in path.split(separator: "/") where part != "." {
      guard part == ".." else {
        parts.append(part)
        continue
      }
      guard parts.popLast() != nil else { return nil }
    }
    return parts.isEmpty ? nil : parts.joined(separator: "/")
  }
}
