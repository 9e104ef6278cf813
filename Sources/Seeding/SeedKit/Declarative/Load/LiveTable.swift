import Postgres

/// A table as described by the server's catalog.
struct LiveTable: Sendable, Hashable {
  struct Column: Sendable, Hashable {
    let name: PostgresIdentifier
    /// The type with modifiers, as SQL: `numeric(10,2)`, or the name of a domain.
    let type: String
    /// The type below domains and without modifiers, as SQL. A cast to it neither truncates nor rounds, so the
    /// assignment to the column behaves as in any INSERT.
    let baseType: String
    /// The type below domains with modifiers, as SQL.
    let storedType: String
    /// The COLLATE clause of a column whose collation differs from that of its type; otherwise empty. It decides
    /// which keys are equal.
    let collation: String
    let kind: JSONText.Kind
    /// The scalar types inside domains, arrays, ranges and composite types; see ``LiteralRule/path(of:)``.
    let scalarPath: String
    let isNotNull: Bool
    /// The default as SQL. For an identity column, the next value of its sequence.
    var defaultExpression: String?
    let isGenerated: Bool
    /// Whether the type is a domain, which may have constraints.
    var isDomain: Bool { type != storedType }
    /// Whether inserting values needs OVERRIDING SYSTEM VALUE.
    let isAlwaysIdentity: Bool
    /// The sequence of the default, quoted. Several columns may share one.
    let sequence: String?
    /// Whether this role may call nextval on the sequence. Inserting without a value needs no privilege for
    /// identity columns.
    let mayDraw: Bool
  }

  /// A user-defined trigger.
  struct Trigger: Sendable, Hashable {
    let name: String
    /// Whether it is a BEFORE row trigger, which may change or discard the row.
    let isBeforeRow: Bool
    let isOnInsert: Bool
    let isOnUpdate: Bool
  }

  /// A foreign key of the table.
  struct ForeignKey: Sendable, Hashable {
    let name: String
    let columns: [String]
    /// Schema and name of the referenced table, as in ``LiveTable/canonicalName``.
    let target: String
    /// The referenced table as SQL.
    let targetQuoted: String
    let targetColumns: [String]
    let isDeferrable: Bool
  }

  /// A unique index by which rows can be found.
  struct UniqueKey: Sendable, Hashable {
    let index: String
    let isPrimary: Bool
    /// The columns, including those in expressions.
    let columns: [String]
    /// SQL for each value of an index over expressions; nil if it only has columns.
    let expressions: [String]?
    /// Whether it is NULLS NOT DISTINCT.
    let nullsAreEqual: Bool
    /// The condition of a partial index, as in ``KeyRule/predicate``.
    let predicate: String?
    /// The columns in the condition.
    let predicateColumns: [String]

    /// Whether it identifies all rows by the values of columns.
    var isPlain: Bool { predicate == nil && expressions == nil }
    /// `(a, b)`, and the condition of a partial index.
    var shown: String {
      "(\((expressions ?? columns).joined(separator: ", ")))" + (predicate.map { " WHERE \($0)" } ?? "")
    }
  }

  struct Check: Sendable, Hashable {
    let name: String
    let expression: String
    let columns: [String]
  }

  /// The name in the definition.
  let name: TableName
  /// Schema and name, as used in the ownership tables and in reports.
  let canonicalName: String
  /// Schema and name as SQL.
  let quoted: String
  /// A note if the search path may surprise: the table is not in its first schema, or another schema has a table of
  /// the same name.
  let ambiguity: String?
  let columns: [Column]
  /// The unique keys, primary key first.
  let keys: [UniqueKey]
  let checks: [Check]
  /// The triggers that fire when a row is written.
  let triggers: [Trigger]
  /// Whether a constraint of the table, or a foreign key to it, can be checked at the end of the transaction.
  let isDeferred: Bool
  let foreignKeys: [ForeignKey]
  /// The child tables; nil if there are none or the table is partitioned.
  let inheriting: InheritingTables?

  /// The columns of each plain unique key, primary key first.
  var uniqueKeys: [[String]] { keys.filter(\.isPlain).map(\.columns) }
  var primaryKey: [String]? { keys.first(where: \.isPrimary)?.columns }
  /// A FROM item for the table without its child tables.
  var ownRows: String { inheriting == nil ? quoted : "ONLY \(quoted)" }
  /// Whether a trigger may change a row before it is inserted.
  var changesInsertedRows: Bool { triggers.contains { $0.isBeforeRow && $0.isOnInsert } }

  subscript(column: String) -> Column? { columns.first { $0.name.isNamed(column) } }
}

extension TableName {
  /// The name as SQL. Without a schema, the search path applies.
  func quoted() throws -> String {
    let parts = [schema, name].compactMap(\.self)
    return try parts.map { try PostgresIdentifier($0).quoted }.joined(separator: ".")
  }
}
