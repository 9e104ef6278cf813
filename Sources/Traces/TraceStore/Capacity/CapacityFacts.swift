import Postgres
import SeedKit

/// Facts about the database that a check reads before it measures.
struct CapacityFacts: Sendable {
  let rowCount: Int
  let models: [String]
  let sample: [PostgresVector]
  let indexes: [TraceIndex]
  let indexSize: Int
  let shards: TableShards
  let sharedBuffers: Int
  /// The rows of capacity data that exist, and the recorded state of their load; nil if no load was recorded.
  let load: (present: Int, recorded: Int, phase: String)?

  private static let sampleSize = 500

  /// - Throws: ``CapacityCheckError`` if the table of traces does not exist; `PostgresError`.
  static func read(on connection: PostgresConnection) async throws -> CapacityFacts {
    let isThere = try await connection.queryOne("SELECT to_regclass('traces') IS NOT NULL").decode(Bool.self)
    guard isThere else { throw CapacityCheckError.noVectors }
    let (rowCount, models, sharedBuffers) = try await connection.queryOne(
      """
      SELECT count(*), coalesce(array_agg(DISTINCT embedding_model_id), '{}'),
        pg_size_bytes(current_setting('shared_buffers'))
      FROM traces WHERE \(TraceSearch.isSearched)
      """
    ).decode(Int.self, [String?].self, Int.self)
    // IDs are random, so the first ones are an unbiased sample.
    let sample = try await connection.query(
      """
      SELECT embedding FROM traces WHERE \(TraceSearch.isSearched) ORDER BY id LIMIT \(Int32(sampleSize))
      """
    ).map { try $0.decode(PostgresVector.self) }
    let indexes = try await TraceIndex.available(on: connection)
    let shards = try await TableShards.read(of: "traces", on: connection)
    var indexSize = 0
    if let index = indexes.first {
      indexSize = try await shards.size(ofIndex: index.name, on: connection)
    }
    let isRecorded = try await connection.queryOne("SELECT to_regclass('seed_runner.bulk_load') IS NOT NULL")
      .decode(Bool.self)
    let loads =
      !isRecorded
      ? nil
      : try await connection.query(
        """
        SELECT (SELECT count(*) FROM traces JOIN users ON users.id = contributor_id
            WHERE users.email = \(CapacityCheck.contributor) AND traces.is_seed), row_count, phase
        FROM seed_runner.bulk_load WHERE seeder = 'capacity-traces/traces'
        """)
    return CapacityFacts(
      rowCount: rowCount, models: models.compactMap(\.self), sample: sample, indexes: indexes,
      indexSize: indexSize, shards: shards, sharedBuffers: sharedBuffers,
      load: try loads?.first?.decode(Int.self, Int.self, String.self))
  }
}

extension CapacityCheck {
  /// Evaluates the facts and the measurements.
  func checks(of report: CapacityReport, facts: CapacityFacts) -> [CapacityReport.Check] {
    let norms = facts.sample.map { CapacityQueries.norm($0.components) }
    let faulty = zip(facts.sample, norms).count { vector, norm in
      vector.components.count != TraceIndex.dimensions || abs(norm - 1) > 0.001
    }
    let saturated = report.latencies.first {
      $0.clients == Self.clients.max() && $0.candidates == Self.defaultCandidates && $0.pauseMilliseconds == 0
    }
    let recall = report.recalls.first { $0.candidates == Self.defaultCandidates }?.recall ?? 0
    let usesIndex = facts.indexes.first.map { report.plan.contains($0.name) } ?? false
    let isSmall =
      facts.shards.count > 0 && facts.rowCount < SearchFacts.rowsWorthAnIndex * facts.shards.parts
    let p99 = report.users?.p99 ?? .infinity
    let rows = facts.load.map { load in
      CapacityReport.Check(
        name: "rows", isPassed: load.present == load.recorded && load.phase == "done",
        found: "\(load.present) of \(load.recorded) loaded rows are present"
          + (load.phase == "done" ? "" : "; the load is incomplete: run it again"))
    }
    return [rows].compactMap(\.self) + [
      .init(
        name: "vectors", isPassed: report.rowCount > 0, found: "\(report.rowCount) traces have an embedding"),
      .init(
        name: "models", isPassed: facts.models.count == 1,
        found: facts.models.isEmpty ? "none" : facts.models.sorted().joined(separator: ", ")),
      .init(
        name: "sample", isPassed: faulty == 0,
        found:
          "\(faulty) of \(norms.count) vectors do not have \(TraceIndex.dimensions) dimensions and norm 1"),
      .init(
        name: "index", isPassed: !facts.indexes.isEmpty,
        found: facts.indexes.isEmpty ? "none" : facts.indexes.map(\.name).joined(separator: ", ")),
      .init(
        name: "plan", isPassed: usesIndex || isSmall,
        found: usesIndex
          ? "uses the index"
          : isSmall
            ? "not checked: a full scan of the vectors of a shard is faster than an index"
            : "does not use the index: \(report.plan)"),
      .init(
        name: "memory", isPassed: report.indexSize / facts.shards.nodeCount < report.sharedBuffers,
        found: "the index is \(report.indexSize >> 20) MB\(Self.place(facts.shards)), shared_buffers "
          + "\(report.sharedBuffers >> 20) MB"),
      .init(
        name: "recall@10", isPassed: recall >= Self.leastRecall,
        found:
          "\(Self.rounded(recall, 3)) with \(Self.defaultCandidates) candidates (minimum: \(Self.leastRecall))"
      ),
      .init(
        name: "p99", isPassed: p99 < limit,
        found: "\(Self.rounded(p99, 1)) ms with 20 users (limit: \(Self.rounded(limit, 1)) ms); "
          + "\(Self.rounded(saturated?.p99 ?? .infinity, 1)) ms with 20 clients that never pause"),
    ]
  }

  private static func place(_ shards: TableShards) -> String {
    shards.count == 0 ? "" : " on \(shards.nodeCount) node\(shards.nodeCount == 1 ? "" : "s")"
  }

  /// A number with a fixed number of decimals.
  public static func rounded(_ value: Double, _ digits: Int) -> String {
    guard value.isFinite else { return "\(value)" }
    let factor = (0..<digits).reduce(1.0) { product, _ in product * 10 }
    let scaled = Int((abs(value) * factor).rounded())
    let fraction = String(scaled % Int(factor))
    let padded = String(repeating: "0", count: digits - fraction.count) + fraction
    return (value < 0 && scaled > 0 ? "-" : "") + "\(scaled / Int(factor)).\(padded)"
  }
}
