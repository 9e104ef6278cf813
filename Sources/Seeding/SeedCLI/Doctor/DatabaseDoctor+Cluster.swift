import Postgres
import SeedKit

extension DatabaseDoctor {
  private static let noCluster = DoctorVerdict.skipped("the database is not part of a Citus cluster")

  /// Checks that this is the coordinator, and that all nodes respond with the same versions, extensions and time zone.
  func cluster() async throws -> DoctorVerdict {
    guard try await Sharding.read(on: connection).isCluster else { return Self.noCluster }
    let cluster = try await ClusterState.read(on: connection)
    let problems = cluster.problems
    if let first = problems.first {
      return .failure(problems.map(\.text).joined(separator: "\n"), fix: first.fix)
    }
    let count = Text.count(cluster.nodes.count, "node")
    let facts = cluster.nodes.first { $0.facts != nil }?.facts
    let versions = (facts?.extensions ?? [:]).sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
    let found =
      "the coordinator; \(count) respond\(cluster.nodes.count == 1 ? "s" : "") with PostgreSQL \(facts?.postgres ?? "") and "
      + versions.joined(separator: ", ")
    let others = cluster.otherTimeZones
    guard let zone = facts?.timeZone, !others.isEmpty else { return .ok(found) }
    return .warning(
      others.map { "\($0.address) has the time zone \($0.facts?.timeZone ?? "")" }.joined(separator: ", ")
        + ", but the coordinator has \(zone)",
      fix: "set the same timezone on all nodes; runs use UTC on all of them, but other clients do not")
  }

  /// Checks that the tables are distributed as declared, and that the coordinator has no stale copies of their rows.
  func distribution() async throws -> DoctorVerdict {
    let sharding = try await Sharding.read(on: connection)
    guard sharding.isCluster else { return Self.noCluster }
    guard !sharding.remoteTables.isEmpty else {
      return .ok(
        "no table is distributed; '\(session.programName) scale-out plan' shows how to distribute them")
    }
    let stale = try await connection.query(
      """
      SELECT logicalrelid::text, pg_relation_size(logicalrelid) FROM pg_dist_partition
      WHERE pg_relation_size(logicalrelid) > 0 AND (partmethod <> 'n' OR repmodel = 't') ORDER BY 1
      """
    ).map { try $0.decode(String.self, Int.self) }
    guard stale.isEmpty else {
      return .warning(
        "the coordinator still has stale copies of the rows of \(stale.map(\.0).joined(separator: ", "))",
        fix: "run '\(session.programName) scale-out apply', or SELECT "
          + "truncate_local_data_after_distributing_table('\(stale[0].0)')")
    }
    guard let declaration = try? ScaleOutCommand(session: session).declaration() else {
      return .ok("\(Text.count(sharding.remoteTables.count, "table")) distributed; none is declared")
    }
    let catalog = try await ScaleOutCatalog.read(declaration, sharding, on: connection)
    let others = catalog.states(of: declaration).filter { !$0.isAsDeclared }
    guard others.isEmpty, catalog.remaining.isEmpty else {
      let found =
        others.map { "\($0.table) is \($0.found), declared \($0.declared)" }
        + (catalog.remaining.isEmpty
          ? [] : ["\(Text.count(catalog.remaining.count, "statement")) left to run"])
      return .warning(
        found.joined(separator: "\n"),
        fix: "run '\(session.programName) scale-out plan', then '\(session.programName) scale-out apply'")
    }
    return .ok("\(Text.count(declaration.tableCount, "table")) distributed as declared")
  }
}
