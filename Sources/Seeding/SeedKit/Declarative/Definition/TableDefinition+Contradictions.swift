import Postgres

extension TableDefinition {
  /// Two parts of a definition that contradict each other.
  struct Contradiction {
    /// The key of the definition.
    let key: String
    let found: String
    let expected: String
  }

  /// The contradictions that can be found without the database.
  var contradictions: [Contradiction] {
    var found: [Contradiction] = []
    if Set(key.map(ExactName.init)).count < key.count {
      found.append(.init(key: "key", found: "a duplicate column", expected: "each column once"))
    }
    for rule in columns {
      guard let reference = rule.reference, Set(reference.key.map(ExactName.init)).count < reference.key.count
      else {
        continue
      }
      found.append(
        .init(
          key: "columns", found: "a duplicate column in the key of '\(rule.column)'",
          expected: "each column once"
        ))
    }
    let mapped = Set(columns.flatMap(\.fields).map(ExactName.init))
    for field in ignoredFields.sorted(by: { $0.text < $1.text }) where mapped.contains(field) {
      found.append(
        .init(
          key: "ignore", found: "the field '\(field.text)', which 'columns' reads",
          expected: "the field in only one of the two"))
    }
    for child in children {
      guard case .array(let field, _) = child.source, ignoredFields.contains(ExactName(field)) else {
        continue
      }
      found.append(
        .init(
          key: "ignore", found: "the field '\(field)', which 'children' reads",
          expected: "the field in only one of the two"))
    }
    let filled = Set(columns.map { ExactName($0.column) })
    for column in key where !filled.contains(ExactName(column)) && column != parentColumn && ignores(column) {
      found.append(
        .init(
          key: "ignore",
          found:
            "\(ignoredFields.contains(ExactName(column)) ? "" : "'*', which covers ")the key column '\(column)'",
          expected: "a field for it under 'columns', or no such entry under 'ignore'"))
    }
    for rule in columns where rule.isSecret && key.map(ExactName.init).contains(ExactName(rule.column)) {
      found.append(
        .init(
          key: "key", found: "the column '\(rule.column)', which an environment variable fills",
          expected: "other columns, because the history records keys"))
    }
    for rule in columns where rule.sql != nil && key.map(ExactName.init).contains(ExactName(rule.column)) {
      found.append(
        .init(
          key: "key", found: "the column '\(rule.column)', which an SQL expression fills",
          expected: "columns that fields fill"))
    }
    if let touched = touchedColumn, key.contains(touched) || filled.contains(ExactName(touched)) {
      found.append(
        .init(
          key: "touch", found: "the column '\(touched)', which a field fills",
          expected: "a column that no field fills"))
    }
    if split != nil, !isScalar {
      found.append(
        .init(
          key: "split", found: "a list of strings without a column for them",
          expected: "a column with the field '\(ColumnRule.element)'"))
    }
    return found
  }

  /// The fields in `columns` and `children` that are paths, each once.
  var nestedFields: [JSONPath] {
    let arrays = children.compactMap { child -> String? in
      guard case .array(let field, _) = child.source else { return nil }
      return field
    }
    let fields = Set((columns.filter { $0.fixed == nil }.flatMap(\.fields) + arrays).map(ExactName.init))
    return fields.map(\.text).sorted().compactMap { field in
      guard field.contains(".") || field.hasPrefix("/"), let path = JSONPath(field) else { return nil }
      return path
    }
  }

  /// The fault for a key column that no record fills.
  func unfilledKey(_ column: String) -> FixtureFault {
    FixtureFault(
      .invalidDefinition, file: path, line: line(of: "key"), field: "key",
      found: "the key column '\(column)', which no field fills", expected: "a column that a field fills"
    )
  }

  private var parentColumn: String? {
    guard case .array(_, let column) = source else { return nil }
    return column
  }
}
