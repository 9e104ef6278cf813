import Postgres

/// What the fields of a model's records mean: columns, associations and lists of a join table.
struct ModelFields {
  let table: TableDefinition
  let model: ModelFixtures.Model
  let tables: ModelTables
  let faults: FaultCollector
  let labels: RailsLabels
  let isOffline: Bool
  let live: LiveTable?
  /// For each field that names an association, its column.
  private let associations: [String: LiveTable.Column]
  /// For each field that is a list of a join table.
  private let joins: [String: ModelTables.Join]
  /// The fields that fill columns of type timestamp.
  private let times: Set<String>

  /// - Parameter fields: the names of the records' fields.
  init(
    table: TableDefinition, model: ModelFixtures.Model, tables: ModelTables, faults: FaultCollector,
    labels: RailsLabels, fields: some Sequence<String>
  ) {
    self.table = table
    self.model = model
    self.tables = tables
    self.faults = faults
    self.labels = labels
    isOffline = tables.tables.isEmpty
    live = tables.tables[table.table]
    var associations: [String: LiveTable.Column] = [:]
    var joins: [String: ModelTables.Join] = [:]
    var times: Set<String> = []
    if let live {
      for field in fields {
        let name = table.columns.first { $0.fields == [field] }?.column ?? field
        if live[name]?.baseType == "timestamp without time zone" { times.insert(field) }
        if let column = Self.association(field, of: table, live) {
          associations[field] = column
        } else {
          joins[field] = tables.join(field, of: live)
          let choices = tables.choices(for: field, of: live)
          guard !choices.isEmpty else { continue }
          faults.add(
            FixtureFault(
              .invalidDefinition, file: table.path, line: table.line, field: field,
              found: "a list of \(table.table) for \(choices.map(\.description).joined(separator: " or "))",
              expected: "\"models\": {\"\(model.name)\": {\"children\": […]}} with one of them"))
        }
      }
    }
    self.associations = associations
    self.joins = joins
    self.times = times
  }

  /// The column of the association that a field names: in `columns`, or `author_id` for `author`.
  static func association(
    _ field: String, of table: TableDefinition, _ live: LiveTable
  ) -> LiveTable.Column? {
    guard live[field] == nil else { return nil }
    if let rule = table.columns.first(where: { $0.fields == [field] && $0.fixed == nil }) {
      guard rule.reference == nil, let column = live[rule.column] else { return nil }
      let isForeign = live.foreignKeys.contains { $0.columns == [column.name.name] }
      return isForeign || column.name.name.hasSuffix("_id") ? column : nil
    }
    return isDeclared(field, in: table) ? nil : live[field + "_id"]
  }

  /// Whether the definition says what a field means.
  static func isDeclared(_ field: String, in table: TableDefinition) -> Bool {
    table.ignores(field) || table.columns.contains { $0.fixed == nil && $0.fields.contains(field) }
      || child(field, of: table) != nil
  }

  private static func child(_ field: String, of table: TableDefinition) -> TableDefinition? {
    table.children.first { child in
      guard case .array(let name, _) = child.source else { return false }
      return name == field
    }
  }

  func association(_ field: String) -> LiveTable.Column? { associations[field] }

  func join(_ field: String) -> ModelTables.Join? { joins[field] }

  /// The columns of the key for records of an entry; nil for a fault.
  func key(for records: [ModelRecord]) -> [String]? {
    let primary = isOffline ? ["id"] : live?.primaryKey
    // A missing table is reported by the planner.
    guard !isOffline, live != nil else { return table.key.isEmpty ? primary ?? ["id"] : table.key }
    switch model.framework {
    case .rails:
      if let key = table.key.isEmpty ? primary : table.key { return key }
    case .django:
      if records.allSatisfy({ $0.primaryKey != nil }), let primary { return primary }
      if let key = live.flatMap(model.fixtures.naturalKey) { return key }
    }
    guard let first = records.first else { return nil }
    let hasKey = model.framework == .rails || first.primaryKey != nil
    faults.add(
      first.place.fault(
        field: hasKey ? nil : "pk",
        found: hasKey ? "a record of \(table.table), which has no primary key" : "nothing",
        expected: """
          \(hasKey ? "" : "a key, or the columns of the natural key: ")"models": {"\(model.name)": {"key": […]}} in \
          \(DeclarativeSeeder.fileName)
          """))
    return nil
  }

  /// The fields of a record that contain natural keys, which Django writes as arrays.
  func naturalFields(of record: ModelRecord) -> [String] {
    guard model.framework == .django else { return [] }
    return record.fields.filter { field in
      guard case .array(let elements) = field.value.value else { return false }
      if association(field.key) != nil { return true }
      return join(field.key) != nil && elements.contains(where: \.isArray)
    }.map(\.key)
  }

  /// Those of the fields with natural keys in some record that this record can have as well.
  func shape(of record: ModelRecord, natural: Set<String>) -> Set<String> {
    let own = Set(naturalFields(of: record))
    return natural.filter { name in
      guard let value = record.fields.first(where: { $0.key == name })?.value else { return true }
      return own.contains(name) || value.isNull || value.value == .array([])
    }
  }

  /// The members of the ordinary record.
  func members(of record: ModelRecord, natural: Set<String>) -> [JSONMember] {
    let fields = record.fields.map { interpolated($0, record) }
    var members = keyMembers(of: record)
    for field in fields {
      if let column = association(field.key) {
        members += associated(field, column, record, isNatural: natural.contains(field.key))
      } else if let join = join(field.key) {
        members.append(
          linked(field, type: join.column.baseType, target: join.target, record, natural: natural))
      } else if model.framework == .rails, let child = Self.child(field.key, of: table),
        let rule = child.columns.first(where: { $0.fields == [ColumnRule.element] }), rule.reference == nil
      {
        let type = tables.tables[child.table]?[rule.column]?.baseType
        members.append(linked(field, type: type, target: nil, record, natural: []))
      } else {
        members.append(inUTC(field))
      }
    }
    return members
  }

  /// Rails replaces `$LABEL` in strings.
  private func interpolated(_ field: JSONMember, _ record: ModelRecord) -> JSONMember {
    guard let label = record.label, case .string(let text) = field.value.value, text.contains("$LABEL") else {
      return field
    }
    return field.with(.string(text.replacing("$LABEL", with: label)))
  }

  /// Rails stores times with an offset in UTC.
  private func inUTC(_ field: JSONMember) -> JSONMember {
    guard model.framework == .rails, times.contains(field.key), case .string(let text) = field.value.value,
      let time = RailsTime.utc(text)
    else { return field }
    return field.with(.string(time))
  }

  /// The primary key: in Django the record's, in Rails computed of the label unless the record has it.
  private func keyMembers(of record: ModelRecord) -> [JSONMember] {
    let columns = live?.primaryKey ?? (isOffline ? ["id"] : [])
    func member(_ column: String, _ value: JSONNode) -> JSONMember {
      JSONMember(key: column, position: value.position, value: value)
    }
    if model.framework == .django {
      guard columns.count == 1 else { return [] }
      return record.primaryKey.map { [member(columns[0], $0)] } ?? []
    }
    guard let label = record.label else { return [] }
    return columns.enumerated().compactMap { index, column in
      let isFilled = record.fields.contains { field in
        field.key == column || association(field.key)?.name.isNamed(column) == true
      }
      guard !isFilled else { return nil }
      let type = live?[column]?.baseType ?? ""
      let part = columns.count == 1 ? 0 : UInt64(index)
      return member(
        column, JSONNode(position: record.position, value: RailsID.make(label, type: type, part: part)))
    }
  }

  /// The members for an association: the column's, and in Rails that of a polymorphic type.
  private func associated(
    _ field: JSONMember, _ column: LiveTable.Column, _ record: ModelRecord, isNatural: Bool
  ) -> [JSONMember] {
    let isMapped = table.columns.contains { $0.fields == [field.key] }
    let name = isMapped ? field.key : column.name.name
    if !isMapped, record.fields.contains(where: { $0.key == name }) {
      faults.add(
        record.place.fault(
          field: field.key, found: "'\(field.key)' and '\(name)'", expected: "one of the two"))
    }
    if isNatural { return natural(field, record, column) }
    let target = live.flatMap { tables.target(of: column, in: $0) }
    guard model.framework == .rails, var label = JSONText.text(field.value, as: .plain), !field.value.isNull
    else {
      return [JSONMember(key: name, position: field.position, value: field.value)]
    }
    var members: [JSONMember] = []
    let typeColumn = column.name.name.replacing("_id", with: "_type")
    if target == nil, typeColumn != column.name.name, live?[typeColumn] != nil,
      let (own, type) = Self.polymorphic(label)
    {
      label = own
      members.append(
        JSONMember(
          key: typeColumn, position: field.position,
          value: JSONNode(position: field.value.position, value: .string(type))))
    }
    let id = id(of: label, field, type: column.baseType, target: target, record)
    return members + [JSONMember(key: name, position: field.position, value: id)]
  }

  /// Splits `post_one (Post)`.
  private static func polymorphic(_ text: String) -> (label: String, type: String)? {
    let trimmed = text.trimmingSuffix(while: \.isWhitespace)
    guard trimmed.last == ")", let open = trimmed.firstIndex(of: "(") else { return nil }
    let type = trimmed[trimmed.index(after: open)...].dropLast()
    guard !type.contains(")") else { return nil }
    return (String(trimmed[..<open].trimmingSuffix(while: \.isWhitespace)), String(type))
  }

  private func id(
    of label: String, _ field: JSONMember, type: String, target: String?, _ record: ModelRecord
  ) -> JSONNode {
    switch labels.find(label, in: target) {
    case .id(let node): return JSONNode(position: field.value.position, value: node.value)
    case .computed: break
    case .missing(let near):
      faults.add(
        record.place.fault(
          .missingReference, field: field.key,
          found: "the label '\(label)', which no fixture of \(target ?? "") has",
          expected: near.map { "'\($0)'" } ?? ""))
    }
    return JSONNode(position: field.value.position, value: RailsID.make(label, type: type))
  }

  /// The field with the ids of rows of a join table.
  private func linked(
    _ field: JSONMember, type: String?, target: String?, _ record: ModelRecord, natural: Set<String>
  ) -> JSONMember {
    guard model.framework == .rails else {
      guard natural.contains(field.key), case .array(let elements) = field.value.value else { return field }
      return field.with(
        .array(
          elements.map { element in
            JSONNode(
              position: element.position,
              value: .object(parts(of: element, field.key, record, target: target)))
          }))
    }
    let names: [String]
    switch field.value.value {
    case .string(let text):
      names = text.split(separator: ",", omittingEmptySubsequences: false)
        .map { String($0.trimmingPrefix(while: \.isWhitespace).trimmingSuffix(while: \.isWhitespace)) }
    case .array(let elements): names = elements.compactMap { JSONText.text($0, as: .plain) }
    case .number(let text): names = [text]
    default: return field
    }
    return field.with(
      .array(
        names.filter { !$0.isEmpty }.map { id(of: $0, field, type: type ?? "", target: target, record) }))
  }
}

extension JSONMember {
  /// The same with another value.
  fileprivate func with(_ value: JSONValue) -> JSONMember {
    JSONMember(key: key, position: position, value: JSONNode(position: self.value.position, value: value))
  }
}

extension StringProtocol {
  fileprivate func trimmingSuffix(while predicate: (Character) -> Bool) -> SubSequence {
    var text = self[...]
    while let last = text.last, predicate(last) { text = text.dropLast() }
    return text
  }
}
