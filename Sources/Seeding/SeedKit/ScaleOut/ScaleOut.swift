package import Postgres

/// Distributes the tables of a declaration over the nodes of a Citus cluster, or brings them back.
package struct ScaleOut: Sendable {
  let declaration: ScaleOutDeclaration
  let environment: SeedEnvironment
  let onStep: @Sendable (ScaleOutPlan.Step) -> Void

  /// - Parameter onStep: called before each statement.
  package init(
    _ declaration: ScaleOutDeclaration, environment: SeedEnvironment,
    onStep: @escaping @Sendable (ScaleOutPlan.Step) -> Void = { _ in }
  ) {
    self.declaration = declaration
    self.environment = environment
    self.onStep = onStep
  }

  /// What is done with the tables.
  package enum Direction: Sendable {
    case apply
    case undo
  }

  /// The state of the database before a plan.
  package struct Survey: Sendable {
    /// The nodes; nil for a database without the Citus extension.
    package let cluster: ClusterState?
    package let catalog: ScaleOutCatalog
  }

  /// Reads the state. Writes nothing.
  ///
  /// - Throws: `PostgresError`.
  package func survey(on connection: PostgresConnection) async throws -> Survey {
    let sharding = try await Sharding.read(on: connection)
    let cluster = sharding.isCluster ? try await ClusterState.read(on: connection) : nil
    return Survey(
      cluster: cluster, catalog: try await ScaleOutCatalog.read(declaration, sharding, on: connection))
  }

  /// The plan for a state.
  package func plan(_ direction: Direction, _ survey: Survey) -> ScaleOutPlan {
    switch direction {
    case .apply: .apply(declaration, survey.catalog)
    case .undo: .undo(declaration, survey.catalog)
    }
  }

  /// Refuses to change anything that is not safe to change.
  ///
  /// - Throws: ``ScaleOutError``; ``SeedGuardError``; `PostgresError`.
  package func check(
    _ survey: Survey, allowsProduction: Bool, on connection: PostgresConnection
  ) async throws {
    guard environment != .production || allowsProduction else { throw SeedGuardError.productionNotAllowed }
    guard let cluster = survey.cluster else { throw ScaleOutError.noCluster }
    if let problem = cluster.problems.first { throw ScaleOutError.unusable(problem) }
    if let stamp = try await EnvironmentStamp.found(on: connection), stamp != environment.rawValue {
      throw SeedGuardError.otherEnvironment(stamp: stamp, run: environment)
    }
  }

  /// Runs a plan: the first statements in one transaction, and each of the others in one of its own. If it is
  /// interrupted, a later run continues.
  ///
  /// - Throws: ``ScaleOutError`` for a plan with faults; `PostgresTransactionError`.
  package func run(_ direction: Direction, on connection: PostgresConnection) async throws -> ScaleOutPlan {
    var plan = ScaleOutPlan()
    try await connection.withTransaction(setup: Self.setup) { connection in
      // Planned again inside the transaction, because another process may have changed the tables meanwhile.
      plan = self.plan(direction, try await survey(on: connection))
      guard plan.faults.isEmpty else { throw ScaleOutError.faults(plan.faults) }
      for step in plan.together {
        onStep(step)
        try await connection.query(PostgresQuery(unescaped: step.statement))
      }
      try await record(plan.afterwards, on: connection)
    }
    for step in plan.afterwards {
      onStep(step)
      // Not sequential, so that the shards of a node are built at the same time.
      try await connection.withTransaction(setup: [Self.lock]) { connection in
        try await connection.query(PostgresQuery(unescaped: step.statement))
        try await connection.query(
          "DELETE FROM seed_runner.scale_out_step WHERE statement = \(step.statement)")
      }
    }
    if !plan.afterwards.isEmpty {
      try await connection.withTransaction(setup: [Self.lock]) { connection in
        let left = try await connection.queryOne("SELECT count(*) FROM seed_runner.scale_out_step").decode(
          Int.self)
        if left == 0 { try await connection.query("DROP TABLE seed_runner.scale_out_step") }
      }
    }
    return plan
  }

  /// Only the coordinator runs this command, so an advisory lock of the transaction suffices. Its key is "scaleout" in
  /// ASCII, read as a number.
  private static let lock: PostgresQuery = "SELECT pg_advisory_xact_lock(\(Int64(0x73_63_61_6c_65_6f_75_74)))"

  private static let setup =
    [lock] + Sharding(placements: [:]).settings
    + ["SET LOCAL idle_in_transaction_session_timeout = 0", "SET LOCAL lock_timeout = '30s'"]

  /// Records the statements that follow the transaction. The table exists only until they have run.
  private func record(_ steps: [ScaleOutPlan.Step], on connection: PostgresConnection) async throws {
    guard !steps.isEmpty else { return }
    try await connection.query("CREATE SCHEMA IF NOT EXISTS seed_runner")
    try await connection.query(
      """
      CREATE TABLE IF NOT EXISTS seed_runner.scale_out_step (
        position integer NOT NULL, statement text PRIMARY KEY, reason text NOT NULL)
      """)
    try await connection.query("DELETE FROM seed_runner.scale_out_step")
    try await connection.query(
      """
      INSERT INTO seed_runner.scale_out_step (position, statement, reason)
      SELECT place, statement, reason
      FROM unnest(\(steps.map(\.statement)), \(steps.map(\.reason))) WITH ORDINALITY AS step (statement, reason, place)
      ON CONFLICT DO NOTHING
      """)
  }
}

/// Why tables are not distributed.
package enum ScaleOutError: FixableError, CodedError, Hashable, CustomStringConvertible {
  /// The database has no Citus extension.
  case noCluster
  /// The cluster cannot be used.
  case unusable(ClusterState.Problem)
  /// The tables cannot be distributed as declared, or not be brought back.
  case faults([String])

  /// The problem and the fix.
  package var description: String { text }

  package var problem: String {
    switch self {
    case .noCluster: "the database has no Citus extension, so it is not part of a cluster"
    case .unusable(let problem): problem.text
    case .faults(let faults):
      (["the tables cannot be moved as declared; nothing was changed"] + faults.map { "  \($0)" })
        .joined(separator: "\n")
    }
  }

  package var fix: String? {
    switch self {
    case .noCluster:
      "install Citus on all servers, add citus to shared_preload_libraries, and run CREATE EXTENSION citus as a superuser"
    case .unusable(let problem): problem.fix
    case .faults: nil
    }
  }

  package var errorCode: ErrorCode {
    if case .faults = self { .undistributableTables } else { .clusterUnusable }
  }
}
