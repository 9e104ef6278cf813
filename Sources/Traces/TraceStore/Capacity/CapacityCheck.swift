public import Postgres
import SeedGenerators
import SeedKit

/// Measures search in a database. Writes nothing to it.
public struct CapacityCheck: Sendable {
  /// The email address of the contributor of capacity data. All seeded traces of this user are capacity data.
  public static let contributor = "capacity-test@commontrace.internal"
  /// The numbers of concurrent clients to measure.
  public static let clients = [1, 4, 20]
  /// The numbers of candidates (`hnsw.ef_search`) to measure.
  public static let candidates = [40, 64, 100]
  /// The load that the result of the check depends on: 20 users who pause for 0.1 seconds between searches, as in the
  /// reference implementation.
  public static let users = (count: 20, pause: Duration.milliseconds(100))
  /// The default number of candidates of a search. The result of the check depends on this one.
  public static let defaultCandidates = 64
  /// The number of searches to compare with a full table scan.
  static let exactSearches = 100
  /// The minimum recall: the share of the ten nearest neighbors that a search must find.
  static let leastRecall = 0.95

  let configuration: PostgresConfiguration
  let searches: Int
  let limit: Double
  let onStep: @Sendable (String) -> Void

  /// Creates a check. Opens no connection.
  ///
  /// - Parameters:
  ///   - configuration: the connection to the database.
  ///   - searches: the number of searches for each number of clients and candidates. 2,000 by default.
  ///   - limit: the limit for the 99th percentile with 20 users, in milliseconds. 50 by default.
  ///   - onStep: called before each step with a description of it.
  public init(
    configuration: PostgresConfiguration, searches: Int = 2_000, limit: Double = 50,
    onStep: @escaping @Sendable (String) -> Void = { _ in }
  ) {
    self.configuration = configuration
    self.searches = searches
    self.limit = limit
    self.onStep = onStep
  }

  /// Runs the measurements.
  ///
  /// - Throws: `PostgresError`; ``CapacityCheckError`` if no trace has an embedding.
  public func run() async throws -> CapacityReport {
    let most = Self.clients.max() ?? 1
    return try await PostgresPool.with(configuration, maximumConnections: most) { pool in
      let facts = try await pool.withConnection { try await CapacityFacts.read(on: $0) }
      guard facts.rowCount > 0 else { throw CapacityCheckError.noVectors }
      let queries = CapacityQueries.near(facts.sample)
      let index = facts.indexes.first
      let plan = try await pool.withConnection { connection in
        try await TraceSearch(index: index, isOnCluster: facts.shards.isCluster).explain(
          queries[0], on: connection)
      }
      onStep("comparing with a full table scan")
      let exact = try await timed(
        TraceSearch(index: nil, isOnCluster: facts.shards.isCluster),
        queries: Array(queries.prefix(Self.exactSearches)),
        count: Self.exactSearches, clients: 4, pool: pool)
      var latencies: [CapacityReport.Latency] = []
      var recalls: [CapacityReport.Recall] = []
      for candidates in Self.candidates {
        let search = TraceSearch(
          index: index, candidates: candidates, isOnCluster: facts.shards.isCluster)
        // Warm the caches first.
        _ = try await timed(search, queries: queries, count: min(searches, 500), clients: 4, pool: pool)
        let found = try await timed(
          search, queries: Array(queries.prefix(Self.exactSearches)), count: Self.exactSearches, clients: 1,
          pool: pool)
        recalls.append(.init(candidates: candidates, recall: Self.recall(found.hits, of: exact.hits)))
        for clients in Self.clients {
          onStep("timing \(searches) searches with \(clients) clients and \(candidates) candidates")
          let run = try await timed(search, queries: queries, count: searches, clients: clients, pool: pool)
          latencies.append(
            .init(
              clients: clients, candidates: candidates, milliseconds: run.milliseconds, seconds: run.seconds))
        }
      }
      onStep("timing \(searches) searches by \(Self.users.count) users who pause between searches")
      let usual = try await timed(
        TraceSearch(index: index, candidates: Self.defaultCandidates), queries: queries, count: searches,
        clients: Self.users.count, pause: Self.users.pause, pool: pool)
      latencies.append(
        .init(
          clients: Self.users.count, candidates: Self.defaultCandidates, pause: Self.users.pause,
          milliseconds: usual.milliseconds, seconds: usual.seconds))
      var report = CapacityReport(
        index: index?.rawValue, rowCount: facts.rowCount, indexSize: facts.indexSize,
        sharedBuffers: facts.sharedBuffers, checks: [], latencies: latencies, recalls: recalls,
        exactMedian: exact.milliseconds.sorted()[exact.milliseconds.count / 2], plan: plan)
      report.checks = checks(of: report, facts: facts)
      return report
    }
  }

  private static func recall(_ found: [[TraceSearch.Hit]], of exact: [[TraceSearch.Hit]]) -> Double {
    let shares = zip(found, exact).map { found, exact in
      exact.isEmpty
        ? 1 : Double(Set(found.map(\.id)).intersection(exact.map(\.id)).count) / Double(exact.count)
    }
    return shares.reduce(0, +) / Double(max(1, shares.count))
  }
}

/// The reason why search could not be measured.
public enum CapacityCheckError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The database has no embeddings.
  case noVectors

  /// What is missing, and how to fix it.
  public var description: String {
    switch self {
    case .noVectors: "no trace has an embedding; run 'seed-runner --capacity-traces' first."
    }
  }
}

extension CapacityCheck {
  /// A series of timed searches.
  struct Run: Sendable {
    /// The results, in the order of the queries.
    let hits: [[TraceSearch.Hit]]
    /// The latency of each search.
    let milliseconds: [Double]
    /// The total time.
    let seconds: Double
  }

  /// Runs searches with a number of concurrent clients. Like in an application, each client has its own connection,
  /// and each search is a transaction in one round trip.
  ///
  /// - Parameter pause: how long a client waits before each search.
  func timed(
    _ search: TraceSearch, queries: [PostgresVector], count: Int, clients: Int, pause: Duration = .zero,
    pool: PostgresPool
  ) async throws -> Run {
    let clock = ContinuousClock()
    let start = clock.now
    let parts = try await withThrowingTaskGroup(of: [(Int, [TraceSearch.Hit], Double)].self) { group in
      for client in 0..<clients {
        group.addTask {
          try await pool.withConnection { connection in
            var part: [(Int, [TraceSearch.Hit], Double)] = []
            for number in stride(from: client, to: count, by: clients) {
              // The first pause differs, so that the clients do not search at the same moments.
              let share = number < clients ? Double(client) / Double(clients) : 1
              if pause > .zero { try await Task.sleep(for: pause * share) }
              let start = clock.now
              let hits = try await search.run(queries[number % queries.count], on: connection)
              part.append((number, hits, (clock.now - start) / .milliseconds(1)))
            }
            return part
          }
        }
      }
      return try await group.reduce(into: []) { $0 += $1 }
    }
    let seconds = (clock.now - start) / .seconds(1)
    let ordered = parts.sorted { $0.0 < $1.0 }
    return Run(hits: ordered.map(\.1), milliseconds: ordered.map(\.2), seconds: seconds)
  }
}

/// Query vectors for measurements.
enum CapacityQueries {
  /// The norm of the noise that is added to a unit vector. The cosine with it is then 0.89.
  private static let noise: Float = 0.5

  /// One query near each vector of the sample, but different from it, as a question is near its answer. Deterministic
  /// for a sample.
  static func near(_ sample: [PostgresVector]) -> [PostgresVector] {
    sample.enumerated().map { index, vector in
      let random = CounterRandom(seed: 7, stream: 9, index: UInt64(index))
      let noise = vector.components.indices.map { place in
        Float(random.below(65_536, at: place)) / 65_536 - 0.5
      }
      let scale = Self.noise / max(norm(noise), .leastNormalMagnitude)
      let sum = zip(vector.components, noise).map { $0 + $1 * scale }
      let length = norm(sum)
      return PostgresVector(sum.map { $0 / length })
    }
  }

  static func norm(_ components: [Float]) -> Float {
    components.reduce(0) { $0 + $1 * $1 }.squareRoot()
  }
}
