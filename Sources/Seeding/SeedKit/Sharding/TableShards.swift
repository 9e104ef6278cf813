public import Postgres

/// The shards of a table on a Citus cluster. The coordinator keeps only an empty table, whose size and statistics say
/// nothing about the rows.
public struct TableShards: Sendable, Hashable {
  /// The table, as SQL.
  public let table: String
  /// Whether the database is part of a cluster.
  public let isCluster: Bool
  /// The number of shards; 0 for a local table.
  public let count: Int
  /// The number of nodes with shards; 1 for a local table.
  public let nodeCount: Int

  /// The number of shards that hold a part of the rows each, at least 1.
  public var parts: Int { max(1, count) }
  /// The settings with which later `SET LOCAL` statements apply on all nodes; empty on a single server.
  public var propagation: [PostgresQuery] {
    isCluster ? Sharding(placements: [:]).propagation : []
  }

  /// Reads the number of shards.
  ///
  /// - Parameters:
  ///   - table: the table, as SQL; trusted text. A table that does not exist has none.
  ///   - connection: the database.
  /// - Throws: `PostgresError`.
  public static func read(of table: String, on connection: PostgresConnection) async throws -> TableShards {
    guard try await !connection.query(Sharding.detection).isEmpty else {
      return TableShards(table: table, isCluster: false, count: 0, nodeCount: 1)
    }
    let (shards, nodes) = try await connection.queryOne(
      """
      SELECT count(DISTINCT shard.shardid), greatest(1, count(DISTINCT placement.groupid))
      FROM pg_dist_partition AS part JOIN pg_dist_shard AS shard USING (logicalrelid)
      JOIN pg_dist_placement AS placement ON placement.shardid = shard.shardid
      WHERE logicalrelid = to_regclass(\(table)) AND partmethod <> 'n'
      """
    ).decode(Int.self, Int.self)
    return TableShards(table: table, isCluster: true, count: shards, nodeCount: nodes)
  }

  /// The size of an index in bytes, over all shards.
  ///
  /// - Parameters:
  ///   - name: the name of the index, without quotes.
  ///   - connection: the database.
  /// - Throws: `PostgresError`.
  public func size(ofIndex name: String, on connection: PostgresConnection) async throws -> Int {
    let literal = name.replacing("'", with: "''")
    guard count > 0 else {
      return try await connection.queryOne(
        "SELECT coalesce(pg_relation_size(to_regclass(\(PostgresIdentifier(name).quoted))), 0)"
      ).decode(Int.self)
    }
    return try await sum(
      """
      SELECT coalesce(sum(pg_relation_size(indexrelid)), 0) FROM pg_index JOIN pg_class AS c ON c.oid = indexrelid
      WHERE indrelid = '%1$s'::regclass AND relname = '\(literal)_' || substring('%1$s' from '([0-9]+)"?$')
      """, on: connection)
  }

  /// The planner's estimate of the number of rows, over all shards; -1 or 0 if there are no statistics.
  ///
  /// - Throws: `PostgresError`.
  public func estimatedRows(on connection: PostgresConnection) async throws -> Int {
    guard count > 0 else {
      return try await connection.queryOne(
        "SELECT coalesce((SELECT reltuples::bigint FROM pg_class WHERE oid = to_regclass(\(table))), 0)"
      ).decode(Int.self)
    }
    return try await sum(
      "SELECT greatest(reltuples, 0)::bigint FROM pg_class WHERE oid = '%1$s'::regclass", on: connection)
  }

  /// The sum of a number that a query returns for each shard.
  ///
  /// - Parameter query: the query, with `%1$s` in place of the shard's name; trusted text.
  private func sum(_ query: String, on connection: PostgresConnection) async throws -> Int {
    let (sum, failure) = try await connection.queryOne(
      """
      SELECT coalesce(sum(CASE WHEN success THEN result::bigint END), 0)::bigint,
        max(CASE WHEN NOT success THEN result END)
      FROM run_command_on_shards(to_regclass(\(table)), \(query))
      """
    ).decode(Int.self, String?.self)
    if let failure {
      throw PostgresError(
        code: .serverError, message: "a shard of \(table) cannot be read: \(failure)",
        sqlState: SQLState(rawValue: "58030"))
    }
    return sum
  }

  /// The progress of index builds on the table, as seen from another connection: the completed and total blocks or rows;
  /// nil if no build is running.
  ///
  /// - Parameter process: the server process that builds the indexes of a local table and its partitions.
  /// - Throws: `PostgresError`.
  func buildProgress(
    by process: Int32, on connection: PostgresConnection
  ) async throws -> (completed: Int, total: Int, unit: String)? {
    let columns = "blocks_done, blocks_total, tuples_done, tuples_total"
    let source = "pg_stat_progress_create_index WHERE datname = current_database()"
    let query: PostgresQuery
    if count == 0 {
      query = "SELECT \(unescaped: columns) FROM \(unescaped: source) AND pid = \(process)"
    } else {
      // The builds of all shards that a node works on at the moment. A node that does not respond is left out.
      let remote =
        "SELECT json_build_array(\(columns.split(separator: ",").map { "coalesce(sum(\($0)), 0)" }.joined(separator: ", "))) FROM \(source)"
      query = """
        SELECT sum((result::json ->> 0)::bigint)::bigint, sum((result::json ->> 1)::bigint)::bigint,
          sum((result::json ->> 2)::bigint)::bigint, sum((result::json ->> 3)::bigint)::bigint
        FROM run_command_on_all_nodes(\(remote), true, false) WHERE success HAVING count(*) > 0
        """
    }
    guard let row = try await connection.query(query).first else { return nil }
    let (blocks, allBlocks, tuples, allTuples) = try row.decode(Int.self, Int.self, Int.self, Int.self)
    guard count == 0 || allBlocks + allTuples > 0 else { return nil }
    return allTuples > 0 ? (tuples, allTuples, "rows") : (blocks, allBlocks, "blocks")
  }
}
