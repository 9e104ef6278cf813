import HTTPServer

/// How the time of a search is divided among its stages.
struct SearchTimes: Sendable {
  /// The stages of a search.
  enum Stage: String, Sendable, CaseIterable {
    /// Embedding the query.
    case embed
    /// Waiting for a database connection and its thread.
    case pool
    /// The database query: from encoding the parameters to the last row.
    case query
    /// Decoding the rows and encoding the response.
    case encode
    /// Everything except `query`, from the request line to the response: the server's own share.
    case own
  }

  private(set) var durations: [Stage: Duration] = [:]
  private let start: ContinuousClock.Instant
  private var last: ContinuousClock.Instant

  /// Starts the measurement.
  ///
  /// - Parameter start: when the request was received.
  init(since start: ContinuousClock.Instant) {
    self.start = start
    last = .now
  }

  /// Excludes the time since the end of the last stage.
  mutating func skip() { last = .now }

  /// Ends a stage.
  mutating func end(_ stage: Stage, at now: ContinuousClock.Instant = .now) {
    durations[stage] = now - last
    last = now
  }

  /// Ends the last stage and the measurement.
  mutating func finish(_ stage: Stage) {
    end(stage)
    durations[.own] = last - start - (durations[.query] ?? .zero)
  }

  /// The header `Server-Timing` (W3C), in milliseconds. Browsers and `curl -i` show it.
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
