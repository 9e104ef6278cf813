import Postgres

extension SeedContext {
  /// The rows of a query, for a statement that writes to a table of seed-runner or to a temporary table.
  ///
  /// If the rows come from a table on other nodes, they are put into a temporary table first, because Citus plans no
  /// such statement. On a single server the query is part of the statement, which saves a temporary table.
  ///
  /// - Parameters:
  ///   - table: the schema and name of the table that the query reads.
  ///   - query: the query; trusted text.
  /// - Returns: the statements to run first, and a FROM item.
  func rows(
    over table: String, _ query: String
  ) throws -> (preparation: [PostgresQuery], item: String) {
    guard sharding[table].isRemote else { return ([], "(\(query))") }
    let name = try temporaryName("seed_rows")
    return (
      [PostgresQuery(unescaped: "CREATE TEMPORARY TABLE \(name.quoted) ON COMMIT DROP AS \(query)")],
      name.quoted
    )
  }

  /// A FROM item for the rows of a table that staged rows have a counterpart in, for the right side of a LEFT JOIN.
  ///
  /// On a single server it is the table. Citus copies the right side to the coordinator if the left side is there, so
  /// the item leaves out all rows of a distributed table that match no staged row.
  ///
  /// - Parameters:
  ///   - table: the schema and name of the table.
  ///   - rows: a FROM item for its rows.
  ///   - source: a FROM item for the staged rows.
  ///   - match: SQL for whether a row matches a staged row, over the aliases `live` and `staged`. Each row matches one
  ///     staged row at most.
  func counterparts(of table: String, _ rows: String, in source: String, on match: String) -> String {
    guard sharding[table].column != nil else { return rows }
    return "(SELECT live.* FROM \(rows) AS live JOIN \(source) AS staged ON \(match))"
  }
}
