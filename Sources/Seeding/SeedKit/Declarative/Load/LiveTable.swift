import Postgres

/// A table as the server describes it.
struct LiveTable: Sendable {
  struct Column: Sendable {
    let name: PostgresIdentifier
    /// The type with its modifiers, as SQL: `numeric(10,2)`, or a domain's name.
    let type: String
    /// The type below domains and without modifiers, as SQL. A cast to this one neither cuts a text off
    /// nor rounds; the assignment to the column then does what PostgreSQL does with any insert.
    let baseType: String
    /// The type below domains with its modifiers, as SQL.
    let storedType: String
    /// The clause COLLATE of a column that has another collation than its type; else empty. It decides
    /// which keys are equal.
    let collation: String
    let kind: JSONText.Kind
    /// The scalar types inside domains, arrays, ranges and composite types; see ``LiteralRule/path(of:)``.
    let scalarPath: String
    let isNotNull: Bool
    /// The default as SQL; that of an identity column takes the next number of its sequence.
    let defaultExpression: String?
    let isGenerated: Bool
    /// Whether the type is a domain, which has rules of its own.
    var isDomain: Bool { type != storedType }
    /// Whether values of one's own need OVERRIDING SYSTEM VALUE.
    let isAlwaysIdentity: Bool
    /// The sequence that its default draws from, quoted: its own, or one that several columns share.
    let sequence: String?
    /// Whether this role may take the next number of the sequence; a new row of an identity column needs no right.
    let mayDraw: Bool
  }

  /// A trigger of the user.
  struct Trigger: Sendable {
    let name: String
    /// Whether it runs before each row is written, so that it may change or drop the row.
    let isBeforeRow: Bool
    let isOnInsert: Bool
    let isOnUpdate: Bool
  }

  /// A foreign key of the table.
  struct ForeignKey: Sendable {
    let name: String
    let columns: [String]
    /// Schema and name of the table that it refers to, as in ``LiveTable/canonicalName``.
    let target: String
    /// The same as SQL.
    let targetQuoted: String
    let targetColumns: [String]
    let isDeferrable: Bool
  }

  struct Check: Sendable {
    let name: String
    let expression: String
    let columns: [String]
  }

  /// As it was asked for.
  let name: TableName
  /// Schema and name, as ownership and reports keep it.
  let canonicalName: String
  /// Schema and name as SQL.
  let quoted: String
  /// What a person may not expect of the search path: that it finds the table behind another schema, or before
  /// a table of the same name.
  let ambiguity: String?
  let columns: [Column]
  /// The columns of each unique key that holds for all rows; the primary key first.
  let uniqueKeys: [[String]]
  let primaryKey: [String]?
  let checks: [Check]
  /// The triggers that fire when a row is written.
  let triggers: [Trigger]
  let foreignKeys: [ForeignKey]
  /// The tables that inherit from this one; nil for one without and for a partitioned one.
  let inheriting: InheritingTables?

  /// A FROM item for the table's own rows.
  var ownRows: String { inheriting == nil ? quoted : "ONLY \(quoted)" }
  /// Whether a trigger may change a row before it is inserted.
  var changesInsertedRows: Bool { triggers.contains { $0.isBeforeRow && $0.isOnInsert } }

  subscript(column: String) -> Column? { columns.first { $0.name.isNamed(column) } }
}

extension TableName {
  /// As SQL, for the search path to find if there is no schema.
  func quoted() throws -> String {
    let parts = [schema, name].compactMap(\.self)
    return try parts.map { try PostgresIdentifier($0).quoted }.joined(separator: ".")
  }
}
