import Postgres

/// What a name stands for that is no table.
enum RelationKind {
  /// Looks names up for which ``LiveTable/describe(_:on:)`` has found no table.
  ///
  /// - Returns: what it is, such as `a view`; names of nothing are missing.
  /// - Throws: `PostgresError`.
  static func find(
    _ names: some Collection<TableName>, on connection: PostgresConnection
  ) async throws -> [TableName: String] {
    var kinds: [TableName: String] = [:]
    for name in names {
      let row = try await connection.query(
        "SELECT relkind::text FROM pg_class WHERE oid = to_regclass(\(try name.quoted()))"
      ).first
      guard let kind = try row?.decode(String.self), kind != "r", kind != "p" else { continue }
      kinds[name] =
        switch kind {
        case "v": "a view"
        case "m": "a materialized view"
        case "f": "a foreign table"
        case "S": "a sequence"
        case "i", "I": "an index"
        case "c": "a composite type"
        default: "something other than a table"
        }
    }
    return kinds
  }
}

extension TableName {
  /// Takes `table` or `schema.table`.
  init(text: String) {
    let parts = text.split(separator: ".", maxSplits: 1).map(String.init)
    self.init(schema: parts.count == 2 ? parts[0] : nil, name: parts.last ?? "")
  }
}
