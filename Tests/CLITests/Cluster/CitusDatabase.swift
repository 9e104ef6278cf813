import FoundationEssentials
import Postgres
import SeedTesting
import Testing

/// An empty database on all nodes of a real cluster, for one test.
///
/// `SEED_TEST_CITUS_URL` names a database on the coordinator in which the nodes are registered. Its role must be a
/// superuser on all nodes, without a password or with the same one.
struct CitusDatabase: Sendable {
  static let given = ProcessInfo.processInfo.environment["SEED_TEST_CITUS_URL"]
  static let reason: Comment =
    "set SEED_TEST_CITUS_URL to a database on the coordinator of a Citus cluster to run these tests"

  /// The database on the coordinator.
  let url: String
  /// The database on each worker.
  let workers: [String]

  private struct Node {
    let host: String
    let port: Int
    let isCoordinator: Bool
    let holdsShards: Bool
  }

  static func with(_ body: (CitusDatabase) async throws -> Void) async throws {
    let given = try #require(Self.given)
    let main = try PostgresConfiguration(url: given)
    let name = "seed_test_\(UInt32.random(in: 0...UInt32.max))"
    let nodes = try await PostgresConnection.with(main) { connection in
      try await connection.query(
        """
        SELECT nodename, nodeport, groupid = 0, shouldhaveshards FROM pg_dist_node
        WHERE isactive AND noderole = 'primary' ORDER BY groupid
        """
      ).map { row in
        let (host, port, isCoordinator, holdsShards) = try row.decode(
          String.self, Int32.self, Bool.self, Bool.self)
        return Node(host: host, port: Int(port), isCoordinator: isCoordinator, holdsShards: holdsShards)
      }
    }
    func address(of node: Node, _ database: String?) -> PostgresConfiguration {
      var copy = main
      if !node.isCoordinator { (copy.host, copy.port) = (node.host, "\(node.port)") }
      if let database { copy.database = database }
      return copy
    }
    func run(_ statement: PostgresQuery, on node: Node, in database: String? = nil) async throws {
      try await PostgresConnection.with(address(of: node, database)) { connection in
        // Each database is created on its own node.
        try await connection.query("SET citus.enable_create_database_propagation = off")
        try await connection.query(statement)
      }
    }
    func drop() async {
      for node in nodes {
        try? await run("DROP DATABASE IF EXISTS \(PostgresIdentifier(name)) WITH (FORCE)", on: node)
      }
    }
    do {
      for node in nodes {
        try await run("CREATE DATABASE \(PostgresIdentifier(name)) TEMPLATE template0", on: node)
        try await run("CREATE EXTENSION citus", on: node, in: name)
      }
      let coordinator = try #require(nodes.first { $0.isCoordinator })
      try await PostgresConnection.with(address(of: coordinator, name)) { connection in
        try await connection.query(
          "SELECT citus_set_coordinator_host(\(coordinator.host), \(Int32(coordinator.port)))")
        for node in nodes where !node.isCoordinator {
          try await connection.query("SELECT citus_add_node(\(node.host), \(Int32(node.port)))")
        }
        if coordinator.holdsShards {
          try await connection.query(
            """
            SELECT citus_set_node_property(\(coordinator.host), \(Int32(coordinator.port)), 'shouldhaveshards', true)
            """)
        }
        try await connection.query("CREATE EXTENSION vector")
      }
      func url(_ node: Node) -> String {
        let configuration = address(of: node, name)
        let password = configuration.password.map { ":\($0)" } ?? ""
        return
          "postgresql://\(configuration.user ?? "postgres")\(password)@\(configuration.host ?? "localhost"):\(configuration.port ?? "5432")/\(name)"
      }
      try await body(
        CitusDatabase(url: url(coordinator), workers: nodes.filter { !$0.isCoordinator }.map(url)))
    } catch {
      await drop()
      throw error
    }
    await drop()
  }

  /// Runs the program and expects it to succeed.
  @discardableResult
  func run(_ arguments: String..., in directory: String = "/", code: Int32 = 0) async throws
    -> SeedRunnerBinary.Result
  {
    let process = try SeedRunnerBinary.start(
      arguments, url: url, variables: ["CAPACITY_IS_PART_OF_ALL": "true", "CAPACITY_ROWS": "3000"],
      directory: directory)
    let end = try await process.wait()
    #expect(end.exitCode == code, "\(arguments): \(end.output)\(end.errors)")
    return SeedRunnerBinary.Result(exitCode: end.exitCode, output: end.output, errors: end.errors)
  }

  func sql(_ statement: PostgresQuery) async throws {
    try await PostgresConnection.with(try PostgresConfiguration(url: url)) { try await $0.query(statement) }
  }

  func script(_ statements: String) async throws {
    try await PostgresConnection.with(try PostgresConfiguration(url: url)) {
      try await $0.runScript(statements)
    }
  }

  func count(_ query: PostgresQuery) async throws -> Int {
    try await PostgresConnection.with(try PostgresConfiguration(url: url)) {
      try await $0.queryOne(query).decode(Int.self)
    }
  }
}
