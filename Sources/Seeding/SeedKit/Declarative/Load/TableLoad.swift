import Postgres

/// The loading state of one table of a declarative seeder: which field fills which column, and the rows to send.
final class TableLoad {
  /// A value of a record that fills a column or is compared with another table's key.
  struct Slot {
    let field: String
    /// The type of the value, as SQL.
    let type: String
    /// The type without modifiers; see ``LiveTable/Column/baseType``.
    let baseType: String
    /// See ``LiveTable/Column/collation``.
    let collation: String
    let kind: JSONText.Kind
    /// How to check that a literal loses no information; nil if it cannot.
    let rule: LiteralRule?
    /// How to rewrite a text as a literal; nil if it is sent as it is.
    var conversion: TextConversion?
    /// How a date is shifted; nil if it is not.
    var shift: MovingDates?

    /// The rule for values from JSON files. Parsed JSON has no duplicate keys, so JSON values need no check.
    var ruleOfJSON: LiteralRule? {
      if case .json = kind { return nil }
      return rule
    }

    /// The name in the staging table, chosen so that it cannot collide with other columns there.
    var stagedName: PostgresIdentifier
    /// The column that it fills; nil if it is part of a reference.
    var column: LiveTable.Column?
    /// What else the field may be meant for, if its value cannot be read.
    var hint: String?
  }

  /// A column that an SQL expression fills.
  struct Computed {
    let column: LiveTable.Column
    let rule: ColumnRule
    let value: SQLValue
    /// The slots of its inputs.
    let slots: [Int]
  }

  let definition: TableDefinition
  let live: LiveTable
  let slots: [Slot]
  let references: [Reference]
  let parent: TableLoad?
  /// The unique key behind the natural key; nil without a database, or if the planner found none and reported it.
  let key: LiveTable.UniqueKey?
  /// How the natural key identifies rows.
  let keyRule: KeyRule
  /// The loads of arrays in the records, by field.
  private(set) var children: [ExactName: TableLoad] = [:]

  /// The keys of parents whose array is empty in an overlay.
  var emptiedParents: [[String?]] = []

  /// The columns that SQL expressions fill.
  var computed: [Computed] = []

  let slotsOfField: [ExactName: [Int]]
  /// The fields in `columns` and `children` that may lie inside of others.
  let nestedFields: [JSONPath]
  /// The strings of JSON and YAML that mean NULL.
  let nullStrings: Set<ExactName>
  /// Whether there is no database; see ``offline(_:parent:)``.
  var isOffline = false
  /// The values of slots that are the same for all records.
  var fixed: [Int: Fixed] = [:]
  /// The slots of columns that get the current time in new rows without a value.
  var stamps: Set<Int> = []
  /// The records of a table with `distinct`.
  var distinct = DistinctRecords()
  /// Compares the keys of records without a database.
  var keys: KeyInspection?
  /// Fields of the files: all of CSV headers, and those of JSON that fill nothing.
  var seenFields: Set<ExactName> = []
  /// For each slot, the number of records that have the field, even if it is NULL.
  var presence: [Int]
  /// The rows to send.
  var buffer = PostgresRowBuffer()
  private(set) var rowCount = 0
  /// The bits of missing fields of the current row. Reused for each row.
  private var missing: [UInt8]

  /// The maximum number of columns that records may fill. A statement that compares two rows names each column
  /// twice, and PostgreSQL's limit is 1,664.
  static let columnLimit = 800
  /// The maximum number of columns of a table. PostgreSQL's limit is 1,600, and a staging table has additional
  /// columns.
  static let tableColumnLimit = 1_590

  init(
    definition: TableDefinition, live: LiveTable, slots: [Slot], references: [Reference], parent: TableLoad?,
    key: LiveTable.UniqueKey? = nil
  ) throws {
    self.definition = definition
    self.live = live
    self.slots = try slots.enumerated().map { number, slot in
      var slot = slot
      slot.stagedName = try PostgresIdentifier("v\(number)")
      return slot
    }
    self.references = references
    self.parent = parent
    self.key = key
    keyRule = live.rule(of: key, for: definition.key)
    presence = Array(repeating: 0, count: slots.count)
    missing = Array(repeating: 0, count: (slots.count + 7) / 8)
    nestedFields = definition.nestedFields
    nullStrings =
      definition.isScalar
      ? [] : parent?.nullStrings ?? Set((definition.csv.nullTexts ?? []).map(ExactName.init))
    slotsOfField = Dictionary(grouping: slots.indices) { ExactName(slots[$0].field) }
    if case .array(let field, _) = definition.source { parent?.children[ExactName(field)] = self }
  }

  /// The slots that hold the natural key of a table that has children.
  var keySlots: [Int] {
    definition.key.flatMap { name in
      let own = slots.indices.filter { slots[$0].column?.name.isNamed(name) == true }
      return own.isEmpty ? references.first { $0.column.name.isNamed(name) }?.slots ?? [] : own
    }
  }

  /// The slots of a child that hold its parent's key.
  var parentSlots: [Int] {
    guard case .array(_, let column) = definition.source else { return [] }
    if isOffline { return slots.indices.filter { slots[$0].field.hasPrefix("$parent") } }
    return references.first { $0.column.name.isNamed(column) }?.slots ?? []
  }

  /// The fields that its records may have.
  var knownFields: [String] {
    (slots.map(\.field) + children.keys.map(\.text) + definition.ignoredFields.map(\.text))
      .filter { !$0.hasPrefix("$") }
  }

  /// The field of a slot for error messages; nil for the element itself, which the place identifies.
  func fieldName(_ slot: Int) -> String? {
    let field = slots[slot].field
    guard field != ColumnRule.element else { return nil }
    if field.hasPrefix(FixedValue.prefix) { return String(field.dropFirst(FixedValue.prefix.count)) }
    return field.hasPrefix("$") ? slots[slot].column?.name.name ?? field : field
  }

  /// Adds a fault for each field in `columns` that no record has.
  func checkMappedFields(_ faults: FaultCollector) {
    let present = Set(slots.indices.filter { presence[$0] > 0 }.map { ExactName(slots[$0].field) })
    let fields = seenFields.union(present)
    // Without a header and records, the fields are unknown.
    guard rowCount > 0 || !fields.isEmpty else { return }
    for rule in definition.columns where rule.fixed == nil {
      for field in rule.fields where !ColumnRule.isOfElement(field) && !fields.contains(ExactName(field)) {
        let near = Suggestion.nearest(
          to: field, in: fields.map(\.text).filter { !$0.hasPrefix("$") }.sorted())
        faults.add(
          FixtureFault(
            .invalidDefinition, file: definition.path, line: rule.line, field: rule.column,
            found: "the field '\(field)', which no record has",
            expected: near.first.map { "'\($0)'" } ?? "a field of the files"))
      }
    }
  }

  /// Adds a fault for each key column that no record fills. Only without a database; otherwise the staged rows are
  /// checked.
  func checkKeyFields(_ faults: FaultCollector) {
    let present = Set(slots.indices.filter { presence[$0] > 0 }.map { ExactName(slots[$0].field) })
    let fields = seenFields.union(present)
    // Which fields of models fill columns depends on the table.
    guard rowCount > 0 || !fields.isEmpty, definition.model == nil else { return }
    let filled = fields.union(definition.columns.map { ExactName($0.column) })
    for column in definition.key where !filled.contains(ExactName(column)) {
      guard slots.allSatisfy({ $0.column?.name.isNamed(column) != true || !$0.field.hasPrefix("$") }) else {
        continue
      }
      faults.add(definition.unfilledKey(column))
    }
  }

  /// What is found if a field has no column.
  static let unknownField = "an unknown field"

  /// The fault for a field that fills nothing.
  func unknownField(_ name: String) -> (found: String, expected: String) {
    let omitted =
      definition.isUpsert ? "no property with this coding key" : "no such field, or the field under 'ignore'"
    let unknown =
      definition.isUpsert
      ? "; rename the coding key, or add the column" : ", or an entry under 'columns' or 'ignore'"
    if name == definition.touchedColumn {
      return ("the column '\(name)', which 'touch' sets", omitted)
    }
    if live[name]?.isGenerated == true {
      return ("the generated column '\(name)' of \(live.name)", omitted)
    }
    let near = Suggestion.nearest(to: name, in: knownFields).first.map { "'\($0)'" }
    if let model = definition.model {
      return (
        Self.unknownField,
        near ?? """
          a column of \(live.name), an association with the column '\(name)_id', the list of a join table with foreign \
          keys, or an entry in "models": {"\(model.name)": …}
          """
      )
    }
    return (Self.unknownField, near ?? "a column of \(live.name)\(unknown)")
  }

  /// Sets counts that the server computed.
  func replaceCounts(rows: Int, presence: [Int]) {
    rowCount = rows
    self.presence = presence
  }

  /// Adds a row.
  ///
  /// - Parameter value: writes the value of a slot into the buffer. Writes NULL and returns false if the record
  ///   does not have the field.
  func addRow(
    file: Int, place: FixturePlace, _ value: (Int, inout PostgresRowBuffer) throws -> Bool
  ) rethrows {
    rowCount += 1
    buffer.beginRow(columns: slots.count + (parent == nil ? 5 : 6))
    for index in missing.indices { missing[index] = 0 }
    for slot in slots.indices {
      if try value(slot, &buffer) {
        presence[slot] += 1
      } else {
        missing[slot / 8] |= 0x80 >> (slot % 8)
      }
    }
    func append(_ number: some FixedWidthInteger) {
      buffer.append(byteCount: number.bitWidth / 8) { bytes in
        withUnsafeBytes(of: number.bigEndian) { bytes.copyMemory(from: $0) }
      }
    }
    append(Int64(rowCount))
    append(Int32(file))
    append(Int32(clamping: place.record))
    append(Int32(clamping: place.line))
    // The binary format of a bit string: the number of bits, then the bits from the left.
    buffer.append(byteCount: 4 + missing.count) { bytes in
      withUnsafeBytes(of: Int32(slots.count).bigEndian) { bytes.copyMemory(from: $0) }
      for (index, byte) in missing.enumerated() { bytes[4 + index] = byte }
    }
    if parent != nil { append(Int32(clamping: place.element?.position ?? 0)) }
  }
}
