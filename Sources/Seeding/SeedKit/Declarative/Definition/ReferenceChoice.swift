/// References to different tables, of which a column with a type chooses one for each record.
struct ReferenceChoice: Sendable {
  /// The column with the type.
  let by: String
  /// The reference for each type.
  let rules: [(type: String, reference: ReferenceRule)]
}

/// The records of a table whose type is a certain one.
struct RecordFilter: Sendable {
  /// The field with the type.
  let field: String
  /// The type.
  let type: String
  /// All types of the table.
  let types: [String]
  /// The fields of the reference that needs a type.
  let referenceFields: [String]

  /// Whether the entry also has the records without a type, and reports unknown types.
  var isFirst: Bool { type == types.first }
}

extension TableDefinition {
  /// An entry for each table that a column references by a type. Entries for the same table form one set of rows.
  var alternatives: [TableDefinition] {
    guard let index = columns.firstIndex(where: { $0.choice != nil }), let choice = columns[index].choice
    else {
      return [self]
    }
    let rule = columns[index]
    let field = columns.first { $0.column == choice.by }?.fields.first ?? choice.by
    return choice.rules.flatMap { type, reference in
      var table = self
      table.columns[index].reference = reference
      table.columns[index].choice = nil
      table.filters.append(
        RecordFilter(
          field: field, type: type, types: choice.rules.map(\.type),
          referenceFields: rule.fixed == nil ? rule.fields : []))
      return table.alternatives
    }
  }
}
