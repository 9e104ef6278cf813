public import Postgres

/// Where the tables of a database are: on one server, or spread over the nodes of a Citus cluster.
///
/// It is read once per run. On a single server nothing is read beyond the catalog row that says so, which another
/// query returns.
public struct Sharding: Sendable, Hashable {
  /// Where the rows of a table are.
  public enum Placement: Sendable, Hashable {
    /// On the server that the program is connected to.
    case local
    /// Copied to all nodes.
    case reference
    /// Spread over the nodes by the value of a column, whose name is not quoted. Tables with the same group keep
    /// equal values on the same node.
    case distributed(by: String, group: Int)
    /// On one node, which the schema decides.
    case singleShard(group: Int)

    /// Whether statements for the table run on other nodes.
    public var isRemote: Bool { self != .local }
    /// The distribution column; nil unless the rows are spread by one.
    public var column: String? {
      if case .distributed(let column, _) = self { column } else { nil }
    }
    var group: Int? {
      switch self {
      case .local, .reference: nil
      case .distributed(_, let group), .singleShard(let group): group
      }
    }
  }

  /// Whether the database is the coordinator or a worker of a cluster.
  public let isCluster: Bool
  private let placements: [String: Placement]

  /// A server without Citus, where all tables are local.
  public static let singleServer = Sharding(isCluster: false, placements: [:])

  /// Creates a distribution.
  ///
  /// - Parameter placements: the placement of each table that is not local, by schema and name.
  package init(isCluster: Bool = true, placements: [String: Placement]) {
    self.isCluster = isCluster
    self.placements = placements
  }

  /// The placement of a table.
  ///
  /// - Parameter table: schema and name, joined by a dot.
  public subscript(table: String) -> Placement { placements[table] ?? .local }

  /// The tables that are not local, with schema and name, in alphabetical order.
  package var remoteTables: [String] { placements.keys.sorted() }

  /// The query that returns a row if the database has the Citus extension.
  package static let detection: PostgresQuery =
    "SELECT extversion::text FROM pg_catalog.pg_extension WHERE extname = 'citus'"

  /// Reads the distribution.
  ///
  /// - Throws: `PostgresError`.
  public static func read(on connection: PostgresConnection) async throws -> Sharding {
    let found = try await connection.query(detection)
    return found.isEmpty ? .singleServer : try await readTables(on: connection)
  }

  /// Reads the distribution of a cluster, after ``detection`` returned a row.
  package static func readTables(on connection: PostgresConnection) async throws -> Sharding {
    try decode(try await connection.query(tables))
  }

  /// The query whose rows ``decode(_:)`` reads.
  static let tables: PostgresQuery = """
    SELECT n.nspname || '.' || c.relname, p.partmethod::text, p.repmodel::text, p.colocationid::bigint,
      CASE WHEN p.partkey IS NOT NULL THEN column_to_column_name(p.logicalrelid, p.partkey::text) END
    FROM pg_catalog.pg_dist_partition AS p JOIN pg_catalog.pg_class AS c ON c.oid = p.logicalrelid
    JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
    """

  static func decode(_ rows: PostgresRows) throws -> Sharding {
    var placements: [String: Placement] = [:]
    for row in rows {
      let (table, method, model, group, column) = try row.decode(
        String.self, String.self, String.self, Int.self, String?.self)
      placements[table] = placement(method: method, model: model, group: group, column: column)
    }
    return Sharding(placements: placements)
  }

  /// The placement that a row of `pg_dist_partition` describes; nil for a local table that Citus only knows because
  /// of a foreign key.
  ///
  /// - Parameters:
  ///   - method: `partmethod`: `n` for none.
  ///   - model: `repmodel`: `t` for a reference table.
  ///   - group: `colocationid`.
  ///   - column: the distribution column.
  package static func placement(method: String, model: String, group: Int, column: String?) -> Placement? {
    if let column, method != "n" { return .distributed(by: column, group: group) }
    if model == "t" { return .reference }
    return group == 0 ? nil : .singleShard(group: group)
  }
}

extension Sharding {
  /// Settings of a transaction on a cluster; empty on a single server.
  ///
  /// The first statement must precede every other `SET LOCAL`, because only later ones reach the other nodes. The
  /// second allows a transaction to write to reference tables and then to distributed tables.
  public var settings: [PostgresQuery] { isCluster ? [Self.propagation, Self.sequential] : [] }

  /// Makes later `SET LOCAL` statements apply on all nodes; empty on a single server.
  public var propagation: [PostgresQuery] { isCluster ? [Self.propagation] : [] }

  private static let propagation: PostgresQuery = "SET LOCAL citus.propagate_set_commands = 'local'"
  private static let sequential: PostgresQuery = "SET LOCAL citus.multi_shard_modify_mode = 'sequential'"

  /// The settings of ``StableSettings``, on all nodes.
  var stableSettings: [PostgresQuery] {
    isCluster ? StableSettings.ofAllNodes + [StableSettings.statement] : [StableSettings.statement]
  }
}
