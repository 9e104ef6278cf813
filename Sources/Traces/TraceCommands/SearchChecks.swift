import Migrations
import Postgres
import SeedCLI
import SeedKit
import TraceStore

/// Checks of the vectors, their index, and the memory that the index needs.
struct SearchChecks {
  let context: DoctorContext
  let connection: PostgresConnection

  private typealias Body = @Sendable (SearchChecks) async throws -> DoctorVerdict

  static let all: [CommandModule.DoctorCheck] = [
    check("shared-buffers", topic: "memory") { try await $0.sharedBuffers() },
    check("maintenance-memory") { try await $0.maintenanceMemory() },
    check("vector-index", topic: "the vector index") { try await $0.vectorIndex() },
    check("search-plan") { try await $0.searchPlan() },
  ]

  private static func check(_ name: String, topic: String? = nil, _ body: @escaping Body)
    -> CommandModule.DoctorCheck
  {
    .init(onConnection: name, topic: topic) { context, connection in
      try await body(SearchChecks(context: context, connection: connection))
    }
  }

  /// Whether any seeder uses vectors. Its migrations then install an extension.
  private func needsVectors() throws -> Bool {
    try context.migrationSets().contains { set in
      set.migrations.contains { $0.up.contains("CREATE EXTENSION") }
    }
  }

  /// The vectors in the database, or those that `--all` would create.
  ///
  /// - Returns: nil for a database without vectors if none are planned.
  private func vectors() async throws -> (count: Int, facts: SearchFacts?, isPlanned: Bool)? {
    guard try needsVectors() else { return nil }
    let facts = try await SearchFacts.read(on: connection)
    let planned = try plannedRows()
    let count = max(facts?.vectorCount ?? 0, planned)
    return (count, facts, planned > facts?.vectorCount ?? 0)
  }

  /// The number of capacity rows that `--all` loads.
  private func plannedRows() throws -> Int {
    guard let registry = context.registry else { return 0 }
    let environment = context.settings[.environment]
    let plan = try SeedPlan(registry: registry, selection: .all(), environment: environment)
    return plan.steps.reduce(0) { rows, step in
      if case .bulk(let seeder) = step.seeder.work { rows + seeder.plannedRows } else { rows }
    }
  }

  private func setting(_ name: String) async throws -> Int {
    try await connection.queryOne("SELECT pg_size_bytes(current_setting(\(name)))").decode(Int.self)
  }

  private static func megabytes(_ bytes: Int) -> String { "\((bytes + (1 << 20) - 1) >> 20) MB" }

  /// An index that does not fit into shared_buffers is read from disk during searches.
  func sharedBuffers() async throws -> DoctorVerdict {
    guard let (count, facts, isPlanned) = try await vectors() else {
      return .skipped("no seeder uses vectors")
    }
    let buffers = try await setting("shared_buffers")
    let measured = facts?.indexes.map(\.bytes).reduce(0, +) ?? 0
    let kind = TraceIndex(rawValue: context.settings[.capacityIndex]) ?? .vector
    let size = max(measured, isPlanned ? kind.expectedSize(rowCount: count) : 0)
    let found =
      "\(Self.megabytes(buffers)); the vector index \(isPlanned ? "will be" : "is") \(Self.megabytes(size))"
    guard size > buffers else { return .ok(found) }
    return .warning(
      found,
      fix:
        "run ALTER SYSTEM SET shared_buffers = '\(Self.megabytes(size * 5 / 4).replacing(" ", with: ""))' and "
        + "restart the server, or choose a smaller index (CAPACITY_INDEX=halfvec)")
  }

  /// An index graph that does not fit into memory takes several times longer to build. The seeder raises
  /// maintenance_work_mem for a build by itself, within limits.
  func maintenanceMemory() async throws -> DoctorVerdict {
    guard let (count, _, _) = try await vectors() else { return .skipped("no seeder uses vectors") }
    let (setting, cache) = try await (setting("maintenance_work_mem"), setting("effective_cache_size"))
    let kind = TraceIndex(rawValue: context.settings[.capacityIndex]) ?? .vector
    let needed = kind.buildMemory(rowCount: count)
    let given = kind.memoryGiven(maintenance: setting, cache: cache, rowCount: count)
    let found =
      "building the index over \(count) vectors needs \(Self.megabytes(needed)) of memory and gets "
      + "\(Self.megabytes(given)) (maintenance_work_mem is \(Self.megabytes(setting)))"
    guard given < needed else { return .ok(found) }
    return .warning(
      found,
      fix:
        "run ALTER SYSTEM SET maintenance_work_mem = '\(Self.megabytes(needed).replacing(" ", with: ""))' and "
        + "SELECT pg_reload_conf(), if the server has that much memory")
  }

  func vectorIndex() async throws -> DoctorVerdict {
    guard try needsVectors() else { return .skipped("no seeder uses vectors") }
    guard let facts = try await SearchFacts.read(on: connection) else {
      return .skipped("the table 'traces' does not exist yet")
    }
    if let invalid = facts.indexes.first(where: { !$0.isValid }) {
      return .failure(
        "\(invalid.name) is invalid because its build was interrupted; searches do not use it",
        fix: "run: REINDEX INDEX CONCURRENTLY \(invalid.name)")
    }
    guard !facts.indexes.isEmpty else {
      let fix =
        "run 'seed-runner --capacity-traces', or create the index with the statement from 'seed-runner migrate sql'"
      return facts.vectorCount < facts.leastForIndex
        ? .ok("none; not needed for \(facts.vectorCount) vectors")
        : .failure("none: each search reads all \(facts.vectorCount) vectors", fix: fix)
    }
    if let full = facts.indexes.first(where: \.hasHiddenTraces) {
      return .warning(
        "\(full.name) also contains provisional and flagged traces, so spam can fill the searches of others",
        fix:
          "run: DROP INDEX \(full.name); \((TraceIndex.allCases.first { $0.name == full.name } ?? .vector).definition)"
      )
    }
    return .ok(
      facts.indexes.map { "\($0.name), \(Self.megabytes($0.bytes))" }.joined(separator: "; ") + ", valid")
  }

  func searchPlan() async throws -> DoctorVerdict {
    guard try needsVectors() else { return .skipped("no seeder uses vectors") }
    guard let facts = try await SearchFacts.read(on: connection) else {
      return .skipped("the table 'traces' does not exist yet")
    }
    switch facts.plan {
    case .notAsked:
      return facts.vectorCount < facts.leastForIndex
        ? .skipped("a full scan of \(facts.vectorCount) vectors is faster than an index")
        : .skipped("no vector index")
    case .usesIndex(let name): return .ok("searches use \(name)")
    case .other(let plan):
      return .failure(
        "searches do not use the index:\n\(plan.prefix(400))",
        fix:
          "run 'ANALYZE traces'; if that does not help, check the settings enable_indexscan and random_page_cost"
      )
    }
  }
}
