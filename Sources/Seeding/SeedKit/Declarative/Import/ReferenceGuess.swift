import Postgres

/// A column that is filled from another table, guessed from a foreign key.
struct ReferenceGuess {
  let column: String
  /// The fields with the key of the other table.
  let fields: [String]
  let target: LiveTable
  /// The columns of that key.
  let key: [String]
  /// The referenced column; nil for the primary key.
  let targetColumn: String?

  /// The value in `seeder.json`.
  var reference: String {
    let parts = [
      "\"table\": \(JSONOutput.quoted(target.name.description))", "\"key\": \(DefinitionText.oneOrMore(key))",
      targetColumn.map { "\"column\": \(JSONOutput.quoted($0))" },
    ]
    return "{\(parts.compactMap(\.self).joined(separator: ", "))}"
  }

  /// Guesses references for foreign keys whose columns the file does not fill, or not with values of their type.
  ///
  /// - Throws: `PostgresError`.
  static func read(
    of live: LiveTable, _ match: FieldMatch, _ file: DataFileScan, on connection: PostgresConnection
  ) async throws -> [ReferenceGuess] {
    var guesses: [ReferenceGuess] = []
    for foreign in live.foreignKeys where foreign.columns.count == 1 {
      let name = foreign.columns[0]
      guard let column = live[name], !column.isGenerated, !guesses.contains(where: { $0.column == name })
      else {
        continue
      }
      let own = match.field(of: name)
      if let own, let profile = file[own], fits(profile, column) { continue }
      let target = try await Self.target(of: foreign, on: connection)
      guard let target, let key = target.naturalKey, key != foreign.targetColumns else { continue }
      guard
        let fields = own.map({ key.count == 1 ? [$0] : [] })
          ?? Self.fields(for: name, key: key, target: target, among: match.ignored), !fields.isEmpty
      else { continue }
      guesses.append(
        ReferenceGuess(
          column: name, fields: fields, target: target, key: key,
          targetColumn: target.primaryKey == foreign.targetColumns ? nil : foreign.targetColumns[0]))
    }
    return guesses
  }

  /// The referenced table.
  ///
  /// - Throws: `PostgresError`.
  static func target(
    of key: LiveTable.ForeignKey, on connection: PostgresConnection
  ) async throws -> LiveTable? {
    let parts = key.target.split(separator: ".", maxSplits: 1).map(String.init)
    let names = [TableName(schema: nil, name: parts.last ?? key.target), TableName(text: key.target)]
    let found = try await LiveTable.describe(names, on: connection)
    return names.lazy.compactMap { found[$0] }.first { $0.canonicalName == key.target }
  }

  /// Whether values may be those of the column itself.
  private static func fits(_ profile: FieldProfile, _ column: LiveTable.Column) -> Bool {
    guard profile.count > 0 else { return true }
    return switch column.baseType {
    case "smallint", "integer", "bigint": profile.kinds.contains(.bigint)
    case "uuid": profile.kinds.contains(.uuid)
    default: true
    }
  }

  /// Fields without a column whose names say that they have the key: for `supplier_id`, which references `supplier` with
  /// the key `vat_no`, `Supplier` or `supplier_vat_no`.
  private static func fields(
    for column: String, key: [String], target: LiveTable, among ignored: [String]
  ) -> [String]? {
    let plain = FieldMatch.plain(column)
    let stems = [
      plain.hasSuffix("_id") ? String(plain.dropLast(3)) : plain, FieldMatch.plain(target.name.name),
    ]
    func field(_ names: [String]) -> String? { ignored.first { names.contains(FieldMatch.plain($0)) } }
    if key.count == 1, let field = field(stems) { return [field] }
    let found = key.compactMap { name in field(stems.map { "\($0)_\(FieldMatch.plain(name))" }) }
    return found.count == key.count ? found : nil
  }
}
