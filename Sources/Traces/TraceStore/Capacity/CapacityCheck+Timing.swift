import Postgres

extension CapacityCheck {
  /// Searches that were timed.
  struct Run: Sendable {
    /// What each found, in the order of the queries.
    let hits: [[TraceSearch.Hit]]
    /// How long each took.
    let milliseconds: [Double]
    /// How long all took together.
    let seconds: Double
  }

  /// Runs a number of searches by so many clients at once, each on a connection of its own: as an
  /// application does, a transaction and a round trip each.
  func timed(
    _ search: TraceSearch, queries: [PostgresVector], count: Int, clients: Int, pool: PostgresPool
  ) async throws -> Run {
    let clock = ContinuousClock()
    let start = clock.now
    let parts = try await withThrowingTaskGroup(of: [(Int, [TraceSearch.Hit], Double)].self) { group in
      for client in 0..<clients {
        group.addTask {
          try await pool.withConnection { connection in
            var part: [(Int, [TraceSearch.Hit], Double)] = []
            for number in stride(from: client, to: count, by: clients) {
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

/// Vectors to search with.
enum CapacityQueries {
  /// The norm of what is added to a unit vector: the cosine to it is then 0.89.
  private static let noise: Float = 0.5

  /// A query near each vector of a sample, but none of them, as a question is near its answer. The same
  /// for the same sample.
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
