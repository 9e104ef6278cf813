import FoundationEssentials
import Postgres
import SeedKit

/// `seed-runner scale-out plan|apply|status|undo`: distributes tables over the nodes of a Citus cluster.
struct ScaleOutCommand {
  let session: Session

  func run() async throws -> ExitCode {
    let declaration = try declaration()
    let database = try await session.database()
    let scaleOut = ScaleOut(
      declaration, environment: session.settings[.environment],
      onStep: { [session] in session.console.progress($0.statement) })
    return try await PostgresConnection.with(database.configuration) { connection in
      switch session.command.path.last {
      case "plan": try await plan(scaleOut, on: connection)
      case "status": try await status(scaleOut, declaration, on: connection)
      case "undo": try await change(.undo, scaleOut, on: connection)
      default: try await change(.apply, scaleOut, on: connection)
      }
    }
  }

  /// The declaration of the file, or else of the application.
  func declaration() throws -> ScaleOutDeclaration {
    let given = session.command.value(of: "declaration")
    let path = given ?? "\(session.invocation.project.path)/\(ScaleOutDeclaration.fileName)"
    if let declaration = try ScaleOutDeclaration.read(file: path) { return declaration }
    if given == nil, let declaration = session.declaredScaleOut { return declaration }
    throw CommandFailure(
      code: .usage, errorCode: .unusablePath,
      message: given == nil ? "no tables are declared to be distributed" : "\(path) does not exist",
      fix: "write a \(ScaleOutDeclaration.fileName) in the project folder, or name one with --declaration; "
        + "Documentation/scaling-out.md describes it")
  }

  private func plan(_ scaleOut: ScaleOut, on connection: PostgresConnection) async throws -> ExitCode {
    let survey = try await scaleOut.survey(on: connection)
    if let cluster = survey.cluster, !cluster.isCoordinator {
      throw ScaleOutError.unusable(ClusterState.worker)
    }
    let plan = scaleOut.plan(session.command.has("undo") ? .undo : .apply, survey)
    if session.isJSON {
      try session.console.answer(json: PlanJSON(plan, isCluster: survey.cluster != nil))
    } else if plan.faults.isEmpty {
      for line in plan.script { session.console.answer(line) }
    }
    if survey.cluster == nil {
      session.console.progress("note: the database has no Citus extension yet, so 'apply' would be refused")
    }
    for problem in survey.cluster?.problems ?? [] {
      session.console.progress("note: \(problem.text), so 'apply' would be refused")
    }
    guard plan.faults.isEmpty else { throw ScaleOutError.faults(plan.faults) }
    return .success
  }

  private func change(
    _ direction: ScaleOut.Direction, _ scaleOut: ScaleOut, on connection: PostgresConnection
  ) async throws -> ExitCode {
    try await scaleOut.check(
      try await scaleOut.survey(on: connection), allowsProduction: session.command.has("allow-production"),
      on: connection)
    let plan = try await scaleOut.run(direction, on: connection)
    if session.isJSON {
      try session.console.answer(json: PlanJSON(plan, isCluster: true))
    } else if plan.isEmpty {
      session.console.answer(
        direction == .apply
          ? "nothing to do: the tables are distributed as declared" : "nothing to do: no table is distributed"
      )
    } else {
      session.console.answer("ran \(Text.count(plan.steps.count, "statement"))")
    }
    return .success
  }

  private struct PlanJSON: Encodable {
    let isCluster: Bool
    let inOneTransaction: [ScaleOutPlan.Step]
    let afterwards: [ScaleOutPlan.Step]
    let faults: [String]

    init(_ plan: ScaleOutPlan, isCluster: Bool) {
      self.isCluster = isCluster
      inOneTransaction = plan.together
      afterwards = plan.afterwards
      faults = plan.faults
    }
  }

  private func status(
    _ scaleOut: ScaleOut, _ declaration: ScaleOutDeclaration, on connection: PostgresConnection
  ) async throws -> ExitCode {
    let survey = try await scaleOut.survey(on: connection)
    guard let cluster = survey.cluster else { throw ScaleOutError.noCluster }
    let tables = survey.catalog.states(of: declaration)
    let left = survey.catalog.remaining
    if session.isJSON {
      try session.console.answer(
        json: StatusJSON(
          isCoordinator: cluster.isCoordinator, nodes: cluster.nodes.map(NodeJSON.init), tables: tables,
          remaining: left))
    } else {
      let nodes = cluster.nodes.map { node in
        [
          node.address, node.isCoordinator ? "coordinator" : "worker", node.holdsShards ? "yes" : "no",
          node.facts.map { "PostgreSQL \($0.postgres)" } ?? node.problem ?? "not asked",
        ]
      }
      for line in Text.table([["NODE", "ROLE", "SHARDS", "STATE"]] + nodes) { session.console.answer(line) }
      session.console.answer("")
      let rows = tables.map {
        [$0.table, $0.declared, $0.found, $0.localBytes > 0 ? "\($0.localBytes >> 10) kB" : "-"]
      }
      for line in Text.table([["TABLE", "DECLARED", "FOUND", "ON COORDINATOR"]] + rows) {
        session.console.answer(line)
      }
      for step in left { session.console.answer("left to do: \(step.statement)") }
    }
    for problem in cluster.problems { session.console.progress("\(problem.text). Fix: \(problem.fix)") }
    let isDone = cluster.problems.isEmpty && left.isEmpty && tables.allSatisfy(\.isAsDeclared)
    return isDone ? .success : .drift
  }

  private struct StatusJSON: Encodable {
    let isCoordinator: Bool
    let nodes: [NodeJSON]
    let tables: [ScaleOutCatalog.State]
    let remaining: [ScaleOutPlan.Step]
  }

  private struct NodeJSON: Encodable {
    let address: String
    let isCoordinator: Bool
    let holdsShards: Bool
    let isReachable: Bool
    let postgres: String?
    let timeZone: String?
    let problem: String?

    init(_ node: ClusterState.Node) {
      address = node.address
      isCoordinator = node.isCoordinator
      holdsShards = node.holdsShards
      isReachable = node.facts != nil
      postgres = node.facts?.postgres
      timeZone = node.facts?.timeZone
      problem = node.problem
    }
  }
}

extension Session {
  /// The tables that the application declares; nil if it declares none, or if the built-in seeders are off.
  var declaredScaleOut: ScaleOutDeclaration? {
    guard invocation.discovery.includesBuiltIn else { return nil }
    return invocation.program.modules.lazy.compactMap(\.scaleOut).first
  }
}
