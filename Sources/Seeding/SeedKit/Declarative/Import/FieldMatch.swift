import Postgres

/// Maps the fields of a data file to columns.
struct FieldMatch {
  /// The columns whose fields have different names, in the order of the fields.
  private(set) var renamed: [(column: String, field: String)] = []
  /// All columns that have a field.
  private(set) var columns: [String] = []
  /// The fields without a column.
  private(set) var ignored: [String] = []
  private var columnOfField: [ExactName: String] = [:]

  /// Resolves names of columns or fields to columns.
  func columns(for names: [String]) -> [String] { names.map { columnOfField[ExactName($0)] ?? $0 } }

  /// Matches fields with the columns of a table by the exact name, or else by the plain name, so that `Calling-Code`
  /// fills `calling_code`.
  init(_ fields: [String], columns live: [String]) {
    let exact = Set(live.map(ExactName.init))
    let taken = Set(fields.map(ExactName.init)).intersection(exact)
    let plain = Dictionary(grouping: live.filter { !taken.contains(ExactName($0)) }, by: Self.plain)
    let askers = Dictionary(grouping: fields.filter { !exact.contains(ExactName($0)) }, by: Self.plain)
    for field in fields {
      let name = Self.plain(field)
      if exact.contains(ExactName(field)) {
        add(field, field: field)
      } else if let candidates = plain[name], candidates.count == 1, askers[name]?.count == 1 {
        add(candidates[0], field: field)
      } else {
        ignored.append(field)
      }
    }
  }

  /// The field that fills a column; nil if there is none.
  func field(of column: String) -> String? {
    columnOfField.first { ExactName($0.value) == ExactName(column) }?.key.text
  }

  /// Matches fields inside of fields without a column with the columns that are not filled yet: by their path, or else by
  /// their own name.
  mutating func addNested(_ paths: [String], columns live: [String]) {
    let filled = Set(columns.map(ExactName.init))
    let free = live.filter { !filled.contains(ExactName($0)) }
    let candidates = paths.filter { path in
      ignored.contains { path.hasPrefix($0 + ".") || path.hasPrefix("/" + $0 + "/") }
    }
    for column in free {
      let name = Self.plain(column)
      let whole = candidates.filter { Self.plain($0) == name }
      let last = candidates.filter { JSONPath($0)?.steps.last.map(Self.plain) == name }
      guard let path = whole.count == 1 ? whole[0] : whole.isEmpty && last.count == 1 ? last[0] : nil else {
        continue
      }
      add(column, field: path)
    }
    ignored.removeAll { field in
      renamed.contains { $0.field.hasPrefix(field + ".") || $0.field.hasPrefix("/" + field + "/") }
    }
  }

  /// Uses fields without a column.
  mutating func use(_ fields: [String]) {
    ignored.removeAll { field in fields.contains { ExactName($0) == ExactName(field) } }
  }

  /// Derives the names of columns from fields: the plain names, unless two are equal.
  init(naming fields: [String]) {
    let plain = Dictionary(grouping: fields, by: Self.plain)
    for field in fields {
      let name = Self.plain(field)
      guard !field.isEmpty else {
        ignored.append(field)
        continue
      }
      add(name.isEmpty || plain[name]?.count != 1 ? field : name, field: field)
    }
  }

  private mutating func add(_ column: String, field: String) {
    columns.append(column)
    columnOfField[ExactName(field)] = column
    if ExactName(column) != ExactName(field) { renamed.append((column, field)) }
  }

  /// `calling_code` for `Calling-Code`: letters and digits in lowercase, with `_` for everything between them.
  static func plain(_ name: String) -> String {
    name.lowercased().split { !$0.isLetter && !$0.isNumber }.joined(separator: "_")
  }
}
