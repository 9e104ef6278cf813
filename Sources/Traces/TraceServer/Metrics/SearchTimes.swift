import HTTPServer

/// Where the time of a search went.
struct SearchTimes: Sendable {
  /// The parts that are told apart.
  enum Stage: String, Sendable, CaseIterable {
    /// Making the question's vector.
    case embed
    /// Getting a connection to the database, and to its thread.
    case pool
    /// The database: from the vector's way into its message to the last row.
    case query
    /// Reading the rows and writing the answer.
    case encode
    /// All but the query, from the request line to the answer: what the server itself adds.
    case own
  }

  private(set) var durations: [Stage: Duration] = [:]
  private let start: ContinuousClock.Instant
  private var last: ContinuousClock.Instant

  /// Begins to measure.
  ///
  /// - Parameter start: when the request came.
  init(since start: ContinuousClock.Instant) {
    self.start = start
    last = .now
  }

  /// Leaves out what happened since the last part ended.
  mutating func skip() { last = .now }

  /// Ends a part.
  mutating func end(_ stage: Stage, at now: ContinuousClock.Instant = .now) {
    durations[stage] = now - last
    last = now
  }

  /// Ends the last part, and so the whole.
  mutating func finish(_ stage: Stage) {
    end(stage)
    durations[.own] = last - start - (durations[.query] ?? .zero)
  }

  /// As `Server-Timing` has it (W3C), in milliseconds: browsers show it, and so does `curl -i`.
  var field: HTTPHeaders.Field {
    let parts = Stage.allCases.compactMap { stage in
      durations[stage].map { "\(stage.rawValue);dur=\(Self.milliseconds($0))" }
    }
    return HTTPHeaders.Field(name: "Server-Timing", value: parts.joined(separator: ", "))
  }

  private static func milliseconds(_ duration: Duration) -> String {
    let (seconds, attoseconds) = duration.components
    let microseconds = seconds * 1_000_000 + attoseconds / 1_000_000_000_000
    let fraction = String(microseconds % 1000)
    return "\(microseconds / 1000)." + String(repeating: "0", count: 3 - fraction.count) + fraction
  }
}
