import FoundationEssentials
package import Postgres

/// The nodes of a Citus cluster, as the node sees them that the program is connected to.
package struct ClusterState: Sendable, Hashable {
  /// A server of the cluster.
  package struct Node: Sendable, Hashable {
    package let id: Int
    /// `host:port`.
    package let address: String
    /// Whether it is the node that all clients should connect to.
    package let isCoordinator: Bool
    package let isActive: Bool
    /// Whether it holds shards of distributed tables.
    package let holdsShards: Bool
    /// What the node says about itself; nil if it does not respond.
    package var facts: Facts?
    /// Why it does not respond.
    package var problem: String?
  }

  /// What a node says about itself.
  package struct Facts: Sendable, Hashable, Codable {
    package let postgres: String
    package let timeZone: String
    /// The versions of the extensions of the database.
    package let extensions: [String: String]
  }

  /// Whether the program is connected to the coordinator.
  package let isCoordinator: Bool
  package let nodes: [Node]

  package init(isCoordinator: Bool, nodes: [Node]) {
    self.isCoordinator = isCoordinator
    self.nodes = nodes
  }

  /// A reason not to use the cluster, with its fix.
  package struct Problem: Sendable, Hashable {
    package let text: String
    package let fix: String
  }

  /// Why no tables can be distributed over the nodes; empty if they can.
  package var problems: [Problem] {
    guard isCoordinator else { return [Self.worker] }
    var problems: [Problem] = []
    if !nodes.contains(where: \.holdsShards) {
      problems.append(
        Problem(
          text: "no node of the cluster holds shards",
          fix: "add workers: SELECT citus_add_node('HOST', PORT)"))
    }
    for node in nodes where !node.isActive {
      problems.append(
        Problem(
          text: "the node \(node.address) is not active",
          fix: "run SELECT citus_activate_node('\(hostAndPort(node))'), or remove it from the cluster"))
    }
    for node in nodes where node.isActive && node.facts == nil {
      problems.append(
        Problem(
          text: "the node \(node.address) does not respond: \(node.problem ?? "no answer")",
          fix: "start the node, or check the network between the nodes and their pg_hba.conf"))
    }
    return problems + missingExtensions + differences
  }

  /// The problem of a connection to a worker.
  package static let worker = Problem(
    text: "this server is a worker node of the cluster",
    fix: "connect to the coordinator: its address is in pg_dist_node with groupid 0")

  private func hostAndPort(_ node: Node) -> String {
    node.address.split(separator: ":").joined(separator: "', ")
  }

  /// The node that the others are compared with: the coordinator, or the first that responds.
  private var standard: Node? {
    nodes.first { $0.isCoordinator && $0.facts != nil } ?? nodes.first { $0.facts != nil }
  }

  private var missingExtensions: [Problem] {
    guard let standard, let wanted = standard.facts?.extensions else { return [] }
    return nodes.flatMap { node in
      wanted.keys.sorted().filter { name in node.facts.map { $0.extensions[name] == nil } ?? false }.map {
        name in
        Problem(
          text: "the node \(node.address) does not have the extension '\(name)'",
          fix: "install its package on the node, then run CREATE EXTENSION \(name) there as a superuser")
      }
    }
  }

  private var differences: [Problem] {
    guard let standard, let facts = standard.facts else { return [] }
    var problems: [Problem] = []
    for node in nodes {
      guard let other = node.facts else { continue }
      if other.postgres != facts.postgres {
        problems.append(
          Problem(
            text:
              "\(node.address) has PostgreSQL \(other.postgres), but \(standard.address) has \(facts.postgres)",
            fix: "install the same version on all nodes"))
      }
      for (name, version) in facts.extensions.sorted(by: { $0.key < $1.key }) {
        guard let found = other.extensions[name], found != version else { continue }
        problems.append(
          Problem(
            text:
              "\(node.address) has version \(found) of the extension '\(name)', but \(standard.address) has \(version)",
            fix: "install the same version on all nodes, then run ALTER EXTENSION \(name) UPDATE"))
      }
    }
    return problems
  }

  /// Nodes with another time zone than the coordinator. Runs set their own, but other clients may not.
  package var otherTimeZones: [Node] {
    nodes.filter { node in
      guard let zone = node.facts?.timeZone, let own = standard?.facts?.timeZone else { return false }
      return zone != own
    }
  }
}

extension ClusterState {
  /// Asks all nodes. Every node is asked, whether or not others respond.
  ///
  /// - Throws: `PostgresError` if the database has no Citus extension.
  package static func read(on connection: PostgresConnection) async throws -> ClusterState {
    let rows = try await connection.pipeline([
      "SELECT groupid = 0 FROM pg_dist_local_group",
      """
      SELECT nodeid::bigint, nodename || ':' || nodeport, groupid = 0, isactive, shouldhaveshards FROM pg_dist_node
      WHERE noderole = 'primary' ORDER BY groupid, nodeid
      """,
    ])
    let isCoordinator: Bool = try rows[0].first?.decode(Bool.self) ?? true
    var nodes = try rows[1].map { row in
      let (id, address, isCoordinator, isActive, holdsShards) = try row.decode(
        Int.self, String.self, Bool.self, Bool.self, Bool.self)
      return Node(
        id: id, address: address, isCoordinator: isCoordinator, isActive: isActive, holdsShards: holdsShards)
    }
    guard isCoordinator, !nodes.isEmpty else {
      return ClusterState(isCoordinator: isCoordinator, nodes: nodes)
    }
    let answers = try await connection.query(
      "SELECT nodeid::bigint, success, result FROM run_command_on_all_nodes(\(question), true, false)")
    for answer in answers {
      let (id, isAnswered, result) = try answer.decode(Int.self, Bool.self, String.self)
      guard let index = nodes.firstIndex(where: { $0.id == id }) else { continue }
      if isAnswered {
        nodes[index].facts = try JSONDecoder().decode(Facts.self, from: Data(result.utf8))
      } else {
        nodes[index].problem = result
      }
    }
    return ClusterState(isCoordinator: isCoordinator, nodes: nodes)
  }

  private static let question = """
    SELECT json_build_object('postgres', current_setting('server_version'), 'timeZone', current_setting('TimeZone'),
      'extensions', (SELECT json_object_agg(extname, extversion) FROM pg_extension
        WHERE extname NOT IN ('plpgsql', 'citus_columnar')))
    """
}
