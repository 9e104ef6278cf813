import Postgres

/// Who finds a trace, as conditions in SQL.
///
/// The indexes of search contain only the traces that everybody finds. Others, such as spam, could fill an index scan
/// until it gives up, whatever the query filters afterwards. So queries have the same condition as the indexes.
enum TraceVisibility {
  /// The traces that everybody finds, once they have an embedding: the predicate of the search indexes.
  static let everybody: PostgresQuery = "NOT is_provisional AND NOT is_flagged"
  /// All other traces: the predicate of the indexes `ix_traces_hidden` and `ix_traces_hidden_contributor`.
  static let hidden: PostgresQuery = "(is_provisional OR is_flagged)"
  /// The traces that only their contributor finds, and those who review them.
  static let provisional: PostgresQuery = "is_provisional AND NOT is_flagged"
}
