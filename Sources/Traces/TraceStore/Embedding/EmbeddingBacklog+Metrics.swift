public import SeedKit

extension EmbeddingBacklog {
  /// The same as metrics.
  public var metrics: [Metric] {
    [
      Metric(
        "commontrace_embedding_backlog", .gauge,
        "Traces without a vector of the model, those given up included",
        [([], Double(waiting))]),
      Metric(
        "commontrace_embedding_jobs", .gauge,
        "Traces that workers have: being worked on, to be tried again, given up",
        [("leased", leased), ("pausing", pausing), ("given_up", givenUp)].map {
          ([("state", $0.0)], Double($0.1))
        }),
      Metric(
        "commontrace_embedding_workers", .gauge, "Embedding workers that are there, by whether they can work",
        [
          ([("state", "working")], Double(workers.count { $0.trouble == nil })),
          ([("state", "in_trouble")], Double(workers.count { $0.trouble != nil })),
        ]),
      Metric(
        "commontrace_embedding_rate", .gauge,
        "Traces a second that got a vector in the last minute, of all workers",
        [([], workers.map(\.rate).reduce(0, +))]),
      Metric(
        "commontrace_embedding_traces_total", .counter, "Traces by what workers did with them",
        [
          ("embedded", totals.embedded), ("changed", totals.stale), ("failed", totals.failed),
          ("given_up", totals.givenUp),
        ].map { ([("outcome", $0.0)], Double($0.1)) }),
      Metric(
        "commontrace_embedding_failures_total", .counter, "Failures that workers waited out, by what failed",
        [("provider", totals.providerFailures), ("database", totals.databaseFailures)].map {
          ([("of", $0.0)], Double($0.1))
        }),
    ]
  }
}
