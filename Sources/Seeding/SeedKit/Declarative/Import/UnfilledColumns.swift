import Postgres

/// The columns of a table that require a value but are not filled by any field of a data file.
struct UnfilledColumns {
  /// Notes for the user.
  private(set) var notes: [String] = []

  /// Finds the columns. For foreign keys, the notes suggest a reference for `seeder.json`.
  ///
  /// - Throws: `PostgresError`.
  init(of live: LiveTable, _ match: FieldMatch, on connection: PostgresConnection) async throws {
    let filled = Set(match.columns.map(ExactName.init))
    let missing = live.requiredColumns.map(\.name).filter { !filled.contains(ExactName($0)) }
    guard !missing.isEmpty else { return }
    notes = [
      "\(live.name) requires values for these columns, which no field fills: "
        + missing.map { "'\($0)'" }.joined(separator: ", ")
    ]
    for column in missing {
      guard let key = live.foreignKeys.first(where: { $0.columns == [column] }) else { continue }
      let parts = key.target.split(separator: ".", maxSplits: 1).map(String.init)
      let names = [TableName(schema: nil, name: parts.last ?? key.target), TableName(text: key.target)]
      let found = try await LiveTable.describe(names, on: connection)
      let target = names.lazy.compactMap { found[$0] }.first { $0.canonicalName == key.target }
      let field = Self.field(for: column, target: target, among: match.ignored)
      guard let target, let natural = target.naturalKey, natural.count == 1 else { continue }
      let rule =
        "{\"field\": \(JSONOutput.quoted(field ?? "FIELD")), \"references\": "
        + "{\"table\": \(JSONOutput.quoted(target.name.description)), \"key\": \(JSONOutput.quoted(natural[0]))}}"
      notes.append(
        "'\(column)' references \(target.name). To look it up by '\(natural[0])', add to the table in "
          + "\(DeclarativeSeeder.fileName): \"columns\": {\(JSONOutput.quoted(column)): \(rule)}"
          + (field.map { ", and remove \(JSONOutput.quoted($0)) from \"ignore\"" } ?? ""))
    }
  }

  /// The ignored field with a similar name: `Supplier` for `supplier_id` or for a reference to `supplier`.
  private static func field(for column: String, target: LiveTable?, among ignored: [String]) -> String? {
    let plain = FieldMatch.plain(column)
    let names = [plain.hasSuffix("_id") ? String(plain.dropLast(3)) : plain, target?.name.name]
    return ignored.first { names.contains(FieldMatch.plain($0)) }
  }
}
