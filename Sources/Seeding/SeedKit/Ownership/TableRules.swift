import Postgres

/// The rewrite rules of a table for one kind of statement. With a rule, the server rejects a data-modifying
/// statement inside WITH, or runs a different statement.
struct TableRules {
  /// `ev_type` of `pg_rewrite`.
  enum Event: String {
    case update = "2"
    case insert = "3"
    case delete = "4"

    var name: String {
      switch self {
      case .update: "UPDATE"
      case .insert: "INSERT"
      case .delete: "DELETE"
      }
    }
  }

  /// The table, for messages.
  let table: String
  /// Each rule with its event: `'r' (ON INSERT DO INSTEAD)`.
  let rules: [String]
  private let firstName: String

  static func query(_ quoted: String) -> PostgresQuery {
    """
    SELECT rulename::text, ev_type::text, is_instead FROM pg_rewrite
    WHERE ev_class = to_regclass(\(quoted)) AND ev_type IN ('2', '3', '4') AND ev_enabled IN ('O', 'A')
    ORDER BY ev_type, rulename
    """
  }

  /// - Parameters:
  ///   - rows: the result of ``query(_:)``.
  ///   - events: the events to consider.
  /// - Returns: nil if there are no such rules.
  init?(_ rows: [PostgresRow], of table: String, for events: Set<Event>) throws {
    let found = try rows.compactMap { row -> (name: String, text: String)? in
      let (name, type, isInstead) = try row.decode(String.self, String.self, Bool.self)
      guard let event = Event(rawValue: type), events.contains(event) else { return nil }
      return (name, "'\(name)' (ON \(event.name) DO \(isInstead ? "INSTEAD" : "ALSO"))")
    }
    guard let first = found.first else { return nil }
    self.table = table
    rules = found.map(\.text)
    firstName = first.name
  }

  /// `the table t, which has the rule 'r' (ON INSERT DO INSTEAD)`
  var found: String {
    "the table \(table), which has the rule\(rules.count == 1 ? "" : "s") \(rules.joined(separator: ", "))"
  }

  /// The fix, as part of a message.
  var fix: String {
    "a trigger instead of each rule, or the rule disabled while rows are written: "
      + "ALTER TABLE \(table) DISABLE RULE \((try? PostgresIdentifier(firstName).quoted) ?? firstName)"
  }

  /// The error if no file can be named.
  var error: PostgresError {
    PostgresError(
      code: .serverError, message: "rows cannot be deleted from \(found); expected \(fix)",
      sqlState: .featureNotSupported)
  }
}
