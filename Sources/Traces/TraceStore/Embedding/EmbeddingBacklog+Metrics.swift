public import SeedKit

extension EmbeddingBacklog {
  /// The backlog as metrics.
  public var metrics: [Metric] {
    [
      Metric(
        "commontrace_embedding_backlog", .gauge,
        "Traces without an embedding of the current model, including those given up",
        [([], Double(waiting))]),
      Metric(
        "commontrace_embedding_jobs", .gauge,
        "Embedding jobs by state: leased, waiting for a retry (pausing) or given up",
        [("leased", leased), ("pausing", pausing), ("given_up", givenUp)].map {
          ([("state", $0.0)], Double($0.1))
        }),
      Metric(
        "commontrace_embedding_workers", .gauge, "Running embedding workers by state",
        [
          ([("state", "working")], Double(workers.count { $0.trouble == nil })),
          ([("state", "in_trouble")], Double(workers.count { $0.trouble != nil })),
        ]),
      Metric(
        "commontrace_embedding_rate", .gauge,
        "Traces embedded per second by all workers in the last minute",
        [([], workers.map(\.rate).reduce(0, +))]),
      Metric(
        "commontrace_embedding_traces_total", .counter, "Traces processed by embedding workers, by outcome",
        [
          ("embedded", totals.embedded), ("changed", totals.stale), ("failed", totals.failed),
          ("given_up", totals.givenUp),
        ].map { ([("outcome", $0.0)], Double($0.1)) }),
      Metric(
        "commontrace_embedding_failures_total", .counter, "Transient errors of embedding workers, by origin",
        [("provider", totals.providerFailures), ("database", totals.databaseFailures)].map {
          ([("of", $0.0)], Double($0.1))
        }),
    ]
  }
}
