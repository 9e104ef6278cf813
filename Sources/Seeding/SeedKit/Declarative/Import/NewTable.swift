import Postgres

/// The statement that creates the table of a data file.
enum NewTable {
  /// - Parameters:
  ///   - match: the columns, and the fields that fill them.
  ///   - key: the columns of the primary key.
  static func statement(_ table: TableName, _ match: FieldMatch, key: [String], _ file: DataFileScan)
    -> String
  {
    let columns = match.columns.map { column in
      let profile = match.field(of: column).flatMap { file[$0] }
      let type = profile?.columnType ?? "text"
      let isKey = key.contains(column)
      let isFilled = profile.map { $0.count == file.records && file.records > 0 } ?? false
      let constraint = isKey && key.count == 1 ? " PRIMARY KEY" : isFilled ? " NOT NULL" : ""
      return "  \(SQLName.shown(column)) \(type)\(constraint)"
    }
    let primary = key.count == 1 ? [] : ["  PRIMARY KEY (\(key.map(SQLName.shown).joined(separator: ", ")))"]
    let name = [table.schema, table.name].compactMap(\.self).map(SQLName.shown).joined(separator: ".")
    return """
      -- check: the types and NOT NULL, which fit all values of \(file.name)
      CREATE TABLE \(name) (
      \((columns + primary).joined(separator: ",\n"))
      );

      """
  }
}
