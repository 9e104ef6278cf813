import FoundationEssentials
import HTTPServer
import Postgres
import RateLimiter
import SeedKit

extension TraceServer {
  /// The metrics as Prometheus reads them.
  func metricsPage() async -> HTTPResponse {
    var page = MetricsText()
    let counted = metrics.snapshot
    page.add(
      "commontrace_search_duration_seconds", "End-to-end search latency, the question's vector included",
      counted.search)
    page.add(
      "commontrace_search_stage_duration_seconds",
      "Parts of a search: vector, connection, database, answer; own is all but the database",
      SearchTimes.Stage.allCases.map { stage in
        ([("stage", stage.rawValue)], counted.stages[stage] ?? Histogram(bounds: Histogram.stageBounds))
      })
    page.add(
      "commontrace_search_requests_total", .counter, "Searches, by whether they asked for tags",
      [false, true].map { ([("has_tags", "\($0)")], Double(counted.searches[$0] ?? 0)) })
    page.add(
      "commontrace_http_requests_total", .counter, "Requests that were answered, by route and status",
      counted.requests.sorted { left, right in
        (left.key.route, left.key.method, left.key.status)
          < (right.key.route, right.key.method, right.key.status)
      }.map { key, count in
        ([("method", key.method), ("route", key.route), ("status", "\(key.status)")], Double(count))
      })
    addLimits(to: &page)
    await addPool(to: &page)
    addSeeding(to: &page)
    await addEmbeddings(to: &page)
    return HTTPResponse(text: page.text, contentType: "text/plain; version=0.0.4; charset=utf-8")
  }

  private func addLimits(to page: inout MetricsText) {
    let counters = auth.limiter.counters
    page.add(
      "commontrace_rate_limit_decisions_total", .counter, "Rate limit decisions",
      [
        ("read", "allowed", counters.allowedReads), ("read", "denied", counters.deniedReads),
        ("write", "allowed", counters.allowedWrites), ("write", "denied", counters.deniedWrites),
      ].map { ([("kind", $0.0), ("decision", $0.1)], Double($0.2)) })
    page.add(
      "commontrace_rate_limit_undecided_total", .counter, "Decisions made without Redis because it was down",
      [([], Double(counters.failures))])
    guard let isUp = counters.isRedisUp else { return }
    page.add(
      "commontrace_rate_limit_redis_up", .gauge, "Whether Redis answered last", [([], isUp ? 1 : 0)])
  }

  private func addPool(to page: inout MetricsText) async {
    let usage = store.pool.usage
    page.add(
      "commontrace_db_pool_connections", .gauge, "Connections to the database",
      [
        ([("state", "idle")], Double(usage.idle)),
        ([("state", "lent")], Double(usage.open - usage.idle)),
      ])
    page.add(
      "commontrace_db_pool_size", .gauge, "The most connections there may be",
      [([], Double(store.pool.maximumConnections))])
    page.add(
      "commontrace_db_pool_waiting", .gauge, "Requests that wait for a connection",
      [([], Double(usage.waiting))])
  }

  private func addSeeding(to page: inout MetricsText) {
    let state = startup.state
    page.add(
      "commontrace_seeding_phase", .gauge, "How far seeding at start-up is: 1 for the phase",
      StartupSeeding.Phase.allCases.map { ([("phase", $0.rawValue)], state.phase == $0 ? 1 : 0) })
    page.add(
      "commontrace_seeder_outcome", .gauge, "What became of each seeder: 1 for its outcome",
      state.seeders.map { ([("seeder", $0.id), ("outcome", $0.outcome ?? "running")], 1) })
    page.add(
      "commontrace_seeder_duration_seconds", .gauge, "How long each seeder took",
      state.seeders.compactMap { seeder in
        seeder.durationMilliseconds.map { ([("seeder", seeder.id)], $0 / 1000) }
      })
  }
}
