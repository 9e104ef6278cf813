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
}
