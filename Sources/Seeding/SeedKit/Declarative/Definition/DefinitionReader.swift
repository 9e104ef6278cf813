import Postgres

/// Reads a `seeder.json` and collects all its faults.
struct DefinitionReader {
  let path: String
  private(set) var faults: [FixtureFault] = []

  init(path: String) { self.path = path }

  /// Reads a definition.
  ///
  /// - Throws: ``FixtureError`` with all faults.
  static func read(_ bytes: [UInt8], path: String) throws -> SeederDefinition {
    let root: JSONNode
    do {
      root = try JSONParser.parse(bytes, dialect: .json5)
    } catch let error as JSONParseError {
      guard let object = error.objectForArray, let place = error.field else {
        throw FixtureError(error, file: path)
      }
      // Of a long path only the beginning is told.
      let field = String(place.prefix { $0 != "…" })
      throw FixtureError([
        FixtureFault(
          file: path, line: object.line, column: object.column, field: field, found: "an object",
          expected: DefinitionObject.arrayOf(field) + ", in '[' and ']'")
      ])
    }
    var reader = DefinitionReader(path: path)
    let definition = reader.definition(root)
    guard let definition, reader.faults.isEmpty else { throw FixtureError(reader.faults) }
    return definition
  }

  private mutating func definition(_ node: JSONNode) -> SeederDefinition? {
    guard var object = DefinitionObject(node, of: &self, what: "a seeder") else { return nil }
    _ = object.take("$schema")
    let id = object.text("id", &self).flatMap { text in
      let id = SeederID(rawValue: text)
      if id == nil {
        fault(
          node.line(of: "id"), found: "'\(text)'", expected: "lower case letters, digits and hyphens",
          at: "id")
      }
      return id
    }
    let summary = object.text("summary", &self)
    let dependencies = (object.texts("dependencies", &self) ?? []).compactMap { text in
      let id = SeederID(rawValue: text)
      if id == nil {
        fault(
          node.line(of: "dependencies"), found: "'\(text)'", expected: "the id of a seeder",
          at: "dependencies")
      }
      return id
    }
    let names = SeedEnvironment.allCases.map(\.rawValue)
    let environments = object.texts("environments", &self)?.compactMap { text in
      let environment = SeedEnvironment(rawValue: text)
      if environment == nil {
        fault(
          node.line(of: "environments"), found: "'\(text)'",
          expected: "one of " + names.joined(separator: ", "), at: "environments")
      }
      return environment
    }
    let tables = object.list("tables", &self, isRequired: true).compactMap { table($0, parent: nil) }
    object.finish(&self)
    guard let id, let summary else { return nil }
    return SeederDefinition(
      id: id, summary: summary, dependencies: dependencies,
      environments: environments.map(Set.init) ?? [.dev, .test, .ci, .ciLocal], tables: tables, path: path)
  }

  private mutating func table(_ node: JSONNode, parent: [String]?) -> TableDefinition? {
    guard var object = DefinitionObject(node, of: &self, what: "a table") else { return nil }
    let name = object.text("table", &self).flatMap { tableName($0, line: node.line(of: "table")) }
    let source = source(&object, node, isChild: parent != nil)
    let key = object.oneOrMore("key", &self)
    var columns = object.members("columns", &self).compactMap { column($0) }
    if case .array(_, let parentColumn)? = source,
      columns.contains(where: { ExactName($0.column) == ExactName(parentColumn) })
    {
      fault(
        node.line(of: "columns"), found: "'\(parentColumn)', which is the parent's",
        expected: "the other columns only", at: "columns")
      columns.removeAll { ExactName($0.column) == ExactName(parentColumn) }
    }
    if parent == nil {
      for rule in columns {
        for field in rule.fields where ColumnRule.isOfElement(field) {
          fault(
            rule.line, found: "'\(field)' outside 'children'",
            expected: "the name of a field: only the elements of an array have '\(field)'", at: rule.column)
        }
      }
    }
    let ignored = Set((object.texts("ignore", &self, allowsEmpty: true) ?? []).map(ExactName.init))
    let policy = object.choice("policy", TableDefinition.Policy.self, &self) ?? .upsert
    let drift = object.choice("onDrift", DriftPolicy.self, &self)
    // A list in a record is no file.
    let csv = parent == nil ? csv(&object, node) : CSVFormat()
    let touched = object.optionalText("touch", &self)
    let ownership =
      parent == nil ? object.choice("ownership", TableDefinition.Ownership.self, &self) : nil
    let children = object.list("children", &self, isRequired: false)
      .compactMap { table($0, parent: key ?? []) }
    if parent != nil, !children.isEmpty {
      fault(
        node.line(of: "children"), found: "children of children", expected: "one level of them",
        at: "children")
    }
    object.finish(&self)
    guard let name, let source, let key else { return nil }
    let result = TableDefinition(
      path: path, line: node.position.line, table: name, source: source, key: key, columns: columns,
      ignoredFields: ignored, policy: policy, drift: drift, csv: csv, touchedColumn: touched,
      children: children, ownership: ownership, lines: node.linesOfMembers)
    if ownership == .table, !result.canBeWhole {
      fault(
        node.line(of: "ownership"), found: "'table' with children, references, onDrift or another policy",
        expected: "'rows', or the policy upsert without those", at: "ownership")
    }
    for contradiction in result.contradictions {
      fault(
        node.line(of: contradiction.key), found: contradiction.found, expected: contradiction.expected,
        at: contradiction.key)
    }
    return result
  }

  private mutating func source(
    _ object: inout DefinitionObject, _ node: JSONNode, isChild: Bool
  ) -> TableDefinition.Source? {
    guard isChild else {
      guard let names = object.oneOrMore("files", &self) else { return nil }
      let line = node.line(of: "files")
      var paths: [String] = []
      for name in names {
        guard let path = Self.normalized(name) else {
          fault(line, found: "'\(name)'", expected: "a path inside the seeder's folder", at: "files")
          continue
        }
        if paths.contains(path) {
          fault(line, found: "the file '\(path)' twice", expected: "it once", at: "files")
        }
        paths.append(path)
      }
      for name in names where DataFormat(fileName: name) == nil {
        fault(line, found: "'\(name)'", expected: "a name that ends in \(DataFormat.endings)", at: "files")
      }
      return .files(paths.map { ($0, line) })
    }
    guard let field = object.text("field", &self), let parent = object.text("parent", &self) else {
      return nil
    }
    return .array(field: field, parentColumn: parent)
  }

  private mutating func csv(_ object: inout DefinitionObject, _ node: JSONNode) -> CSVFormat {
    var format = CSVFormat()
    if let text = object.optionalText("null", &self) { format.nullText = text }
    if let text = object.optionalText("delimiter", &self) {
      if let byte = text.utf8.first, text.utf8.count == 1, byte != 0x22, byte != 0x0A, byte != 0x0D {
        format.delimiter = byte
      } else {
        fault(
          node.line(of: "delimiter"), found: "'\(text)'", expected: "one ASCII character that is no quote",
          at: "delimiter")
      }
    }
    return format
  }

  private mutating func column(_ member: JSONMember) -> ColumnRule? {
    let line = member.position.line
    check(identifier: member.key, line: line)
    if case .string(let field) = member.value.value, !field.isEmpty {
      return ColumnRule(line: line, column: member.key, fields: [field], reference: nil)
    }
    guard var object = DefinitionObject(member.value, of: &self, what: "a field's name, or an object") else {
      return nil
    }
    let fields = object.oneOrMore("field", &self, isRequired: false) ?? [member.key]
    let referenceNode = object.take("references")
    let reference = referenceNode.flatMap { self.reference($0) }
    object.finish(&self)
    if let reference, reference.key.count != fields.count {
      fault(
        line, found: "\(fields.count) fields for a key of \(reference.key.count) columns",
        expected: "a field for each column of the key", at: member.key)
    } else if reference == nil, fields.count > 1 {
      fault(line, found: "several fields", expected: "one, or a reference", at: member.key)
    }
    return ColumnRule(line: line, column: member.key, fields: fields, reference: reference)
  }

  private mutating func reference(_ node: JSONNode) -> ReferenceRule? {
    guard var object = DefinitionObject(node, of: &self, what: "a reference") else { return nil }
    let table = object.text("table", &self).flatMap { tableName($0, line: node.line(of: "table")) }
    let key = object.oneOrMore("key", &self)
    let column = object.optionalText("column", &self)
    object.finish(&self)
    guard let table, let key else { return nil }
    return ReferenceRule(line: node.position.line, table: table, key: key, column: column)
  }

  private mutating func tableName(_ text: String, line: Int) -> TableName? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    guard (1...2).contains(parts.count), !parts.contains("") else {
      fault(line, found: "'\(text)'", expected: "TABLE or SCHEMA.TABLE", at: "table")
      return nil
    }
    for part in parts { check(identifier: part, line: line) }
    if parts.count == 2, parts[0] == "seed_runner" {
      fault(
        line, found: "'\(text)', a table of seed-runner itself", expected: "a table of your own", at: "table")
    }
    return TableName(schema: parts.count == 2 ? parts[0] : nil, name: parts[parts.count - 1])
  }

  private mutating func check(identifier: String, line: Int) {
    do {
      _ = try PostgresIdentifier(identifier)
    } catch {
      fault(
        line, found: "'\(identifier)'",
        expected: "a name of 1 to \(PostgresIdentifier.maximumLength) bytes", at: nil)
    }
  }

  /// A relative path without `.`, `..` and empty parts; nil if it leads out of the folder that it is
  /// relative to.
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

  mutating func fault(_ line: Int?, found: String, expected: String, at field: String?) {
    faults.append(FixtureFault(file: path, line: line, field: field, found: found, expected: expected))
  }
}

extension JSONNode {
  /// The lines of an object's members by their keys.
  fileprivate var linesOfMembers: [String: Int] {
    guard case .object(let members) = value else { return [:] }
    return Dictionary(members.map { ($0.key, $0.position.line) }, uniquingKeysWith: { first, _ in first })
  }

  /// The line of a member, or of the object if it has none of that name.
  fileprivate func line(of key: String) -> Int {
    guard case .object(let members) = value, let member = members.first(where: { $0.key == key }) else {
      return position.line
    }
    return member.position.line
  }
}
