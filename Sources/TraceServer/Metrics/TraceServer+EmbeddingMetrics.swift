import Embeddings
import Postgres
import Threads
import TraceStore

/// What is told of vectors, as it was a few seconds ago at the most: counting a large backlog takes a while.
final class BacklogCache: Sendable {
  private static let lifetime: Duration = .seconds(5)

  private let state = Lock<(value: EmbeddingBacklog, end: ContinuousClock.Instant)?>(nil)

  /// - Throws: what `read` throws.
  func value(_ read: () async throws -> EmbeddingBacklog) async throws -> EmbeddingBacklog {
    let known = state.withLock { state in state.flatMap { $0.end > .now ? $0.value : nil } }
    if let known { return known }
    let found = try await read()
    state.withLock { $0 = (found, .now + Self.lifetime) }
    return found
  }
}

extension TraceServer {
  /// Adds what all workers on the database have done and what there is to do; nothing while it does not answer.
  func addEmbeddings(to page: inout MetricsText) async {
    let model = provider.model
    let found = try? await backlog.value {
      try await store.read { try await EmbeddingBacklog.read(for: model, on: $0) }
    }
    guard let found else { return }
    page.add(
      "commontrace_embedding_backlog", .gauge,
      "Traces without a vector of the model, those given up included",
      [([], Double(found.waiting))])
    page.add(
      "commontrace_embedding_jobs", .gauge,
      "Traces that workers have: being worked on, to be tried again, given up",
      [("leased", found.leased), ("pausing", found.pausing), ("given_up", found.givenUp)].map {
        ([("state", $0.0)], Double($0.1))
      })
    page.add(
      "commontrace_embedding_workers", .gauge, "Embedding workers that are there, by whether they can work",
      [
        ([("state", "working")], Double(found.workers.count { $0.trouble == nil })),
        ([("state", "in_trouble")], Double(found.workers.count { $0.trouble != nil })),
      ])
    page.add(
      "commontrace_embedding_rate", .gauge,
      "Traces a second that got a vector in the last minute, of all workers",
      [([], found.workers.map(\.rate).reduce(0, +))])
    let totals = found.totals
    page.add(
      "commontrace_embedding_traces_total", .counter, "Traces by what workers did with them",
      [
        ("embedded", totals.embedded), ("changed", totals.stale), ("failed", totals.failed),
        ("given_up", totals.givenUp),
      ].map { ([("outcome", $0.0)], Double($0.1)) })
    page.add(
      "commontrace_embedding_failures_total", .counter, "Failures that workers waited out, by what failed",
      [("provider", totals.providerFailures), ("database", totals.databaseFailures)].map {
        ([("of", $0.0)], Double($0.1))
      })
  }
}
