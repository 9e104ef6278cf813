import FoundationEssentials
import Postgres
import SeedKit
import TraceStore

/// Drops and builds the index around a load.
///
/// Loading a row with the index in place takes five times as long as loading it without and building the index
/// afterwards, and more for larger graphs. So the index is dropped before a large load, in the transaction that plans
/// the load. It is built afterwards, in the transaction that records the end. If the index is missing, the load is
/// thus recorded as unfinished.
struct CapacityIndexPhase: Sendable {
  let index: TraceIndex
  let owner: UUID
  let context: BulkContext

  /// How much longer it takes to insert a row into the graph than to include it in a parallel build. Measured with
  /// 100,000 rows of 1,536 dimensions: 8 ms and 0.5 ms.
  private static let insertionCost = 16

  /// Drops the index if a new build is faster than inserting the new rows, and no user's traces depend on the index.
  func begin(newRows: Int, on connection: PostgresConnection) async throws {
    let existing = try await connection.queryOne("SELECT count(*) FROM traces WHERE embedding IS NOT NULL")
      .decode(Int.self)
    guard newRows * Self.insertionCost >= existing else { return }
    guard try await mayDropIndex(on: connection) else {
      context.debug("kept the index because searches of users' traces need it")
      return
    }
    try await TraceIndex.dropAll(on: connection)
  }

  /// Whether search may be without an index for a while. Never in production, and not if users' traces have
  /// embeddings.
  func mayDropIndex(on connection: PostgresConnection) async throws -> Bool {
    guard context.environment != .production else { return false }
    return try await connection.queryOne(
      "SELECT NOT EXISTS (SELECT FROM traces WHERE NOT is_seed AND embedding IS NOT NULL)"
    ).decode(Bool.self)
  }

  /// Builds the index if it is missing, and reports progress.
  func finish(on connection: PostgresConnection) async throws {
    let isValid = try await connection.queryOne(
      PostgresQuery(unescaped: "SELECT \(index.isValidCondition)")
    ).decode(Bool.self)
    if !isValid {
      let start = ContinuousClock.now
      let build = try await withProgress { try await index.build(on: connection) }
      let size = try await connection.queryOne("SELECT pg_relation_size(\(index.name)::regclass)")
        .decode(Int.self)
      context.note(
        """
        built the index '\(index.rawValue)' in \(Self.seconds(since: start)) s: \(size >> 20) MB, \
        with \(build.memory >> 20) MB of memory and \(build.workers) parallel workers
        """)
      if build.isShortOfMemory {
        context.note(
          """
          building the index in memory needs \(build.memoryNeeded >> 20) MB but had \(build.memory >> 20) MB: \
          raise maintenance_work_mem or effective_cache_size of the server to build it several times faster
          """)
      }
    }
    try await connection.query("ANALYZE traces")
  }

  /// Updates the visibility map, and frees the space of deleted rows.
  func vacuum() async throws {
    _ = try await context.pool.withConnection { try await $0.query("VACUUM traces") }
  }

  /// Runs a build and reports its progress, which only another connection can see.
  private func withProgress<Result: Sendable>(
    _ build: () async throws -> Result
  ) async throws -> Result {
    let watcher = Task {
      try await context.pool.withConnection { connection in
        while !Task.isCancelled {
          if let (completed, total, unit) = try await TraceIndex.buildProgress(on: connection) {
            context.report(
              SeedProgress(activity: "building the index", completed: completed, total: total, unit: unit))
          }
          try await Task.sleep(for: .milliseconds(500))
        }
      }
    }
    defer { watcher.cancel() }
    return try await build()
  }

  private static func seconds(since start: ContinuousClock.Instant) -> String {
    let tenths = Int(((ContinuousClock.now - start) / .milliseconds(100)).rounded())
    return "\(tenths / 10).\(tenths % 10)"
  }
}
