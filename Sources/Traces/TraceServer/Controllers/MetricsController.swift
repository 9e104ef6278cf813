import Embeddings
import FoundationEssentials
import HTTPServer
import Postgres
import RateLimiter
import SeedKit
import Threads
import TraceStore

/// Metrics for Prometheus.
enum MetricsController {
  static let routes = [Route(.get, "/metrics", .unlimited) { await metricsPage($0.services) }]

  /// The metrics in the text format of Prometheus.
  private static func metricsPage(_ services: Services) async -> HTTPResponse {
    var page = MetricsText()
    let counted = services.metrics.snapshot
    page.add(
      "commontrace_search_duration_seconds", "Search latency, including the embedding of the question",
      counted.search)
    page.add(
      "commontrace_search_stage_duration_seconds",
      "Search latency by stage: embed, pool, query and encode; own is everything except query",
      SearchTimes.Stage.allCases.map { stage in
        ([("stage", stage.rawValue)], counted.stages[stage] ?? Histogram(bounds: Histogram.stageBounds))
      })
    page.add(
      "commontrace_search_requests_total", .counter, "Searches, by whether they filter by tags",
      [false, true].map { ([("has_tags", "\($0)")], Double(counted.searches[$0] ?? 0)) })
    page.add(
      "commontrace_http_requests_total", .counter, "Requests by method, route and status",
      counted.requests.sorted { left, right in
        (left.key.route, left.key.method, left.key.status)
          < (right.key.route, right.key.method, right.key.status)
      }.map { key, count in
        ([("method", key.method), ("route", key.route), ("status", "\(key.status)")], Double(count))
      })
    addLimits(to: &page, services)
    await addPool(to: &page, services)
    for metric in services.startup.state.metrics(prefix: "commontrace") { page.add(metric) }
    await addEmbeddings(to: &page, services)
    return HTTPResponse(text: page.text, contentType: "text/plain; version=0.0.4; charset=utf-8")
  }

  private static func addLimits(to page: inout MetricsText, _ services: Services) {
    let counters = services.limiter.counters
    page.add(
      "commontrace_rate_limit_decisions_total", .counter, "Rate limit decisions",
      [
        ("read", "allowed", counters.allowedReads), ("read", "denied", counters.deniedReads),
        ("write", "allowed", counters.allowedWrites), ("write", "denied", counters.deniedWrites),
      ].map { ([("kind", $0.0), ("decision", $0.1)], Double($0.2)) })
    page.add(
      "commontrace_rate_limit_undecided_total", .counter,
      "Rate limit decisions made while Redis was unavailable",
      [([], Double(counters.failures))])
    guard let isUp = counters.isRedisUp else { return }
    page.add(
      "commontrace_rate_limit_redis_up", .gauge, "Whether Redis is available", [([], isUp ? 1 : 0)])
  }

  private static func addPool(to page: inout MetricsText, _ services: Services) async {
    let usage = services.store.pool.usage
    page.add(
      "commontrace_db_pool_connections", .gauge, "Database connections by state",
      [
        ([("state", "idle")], Double(usage.idle)),
        ([("state", "lent")], Double(usage.open - usage.idle)),
      ])
    page.add(
      "commontrace_db_pool_size", .gauge, "Maximum number of database connections",
      [([], Double(services.store.pool.maximumConnections))])
    page.add(
      "commontrace_db_pool_waiting", .gauge, "Requests waiting for a database connection",
      [([], Double(usage.waiting))])
  }

  /// Adds the backlog and the counts of all workers on the database. Adds nothing if the database is unavailable.
  private static func addEmbeddings(to page: inout MetricsText, _ services: Services) async {
    let model = services.provider.model
    let found = try? await services.backlog.value {
      try await services.store.read { try await EmbeddingBacklog.read(for: model, on: $0) }
    }
    guard let found else { return }
    for metric in found.metrics { page.add(metric) }
  }
}

/// Caches the backlog for a few seconds, because counting a large backlog takes a while.
final class BacklogCache: Sendable {
  private static let lifetime: Duration = .seconds(5)

  private let state = Lock<(value: EmbeddingBacklog, end: ContinuousClock.Instant)?>(nil)

  /// - Throws: the errors of `read`.
  func value(_ read: () async throws -> EmbeddingBacklog) async throws -> EmbeddingBacklog {
    let known = state.withLock { state in state.flatMap { $0.end > .now ? $0.value : nil } }
    if let known { return known }
    let found = try await read()
    state.withLock { $0 = (found, .now + Self.lifetime) }
    return found
  }
}
