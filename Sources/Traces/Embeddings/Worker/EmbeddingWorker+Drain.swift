public import FoundationEssentials
import Postgres
import Threads
import TraceStore

extension EmbeddingWorker {
  /// Embeds the whole backlog, together with any other workers, and returns.
  ///
  /// Unlike in ``run()``, a failure ends it. Stored embeddings remain, and leases are released.
  ///
  /// - Parameter onProgress: called with the number of processed traces and the total, as far as it is known.
  /// - Returns: the number of embeddings stored by this call.
  /// - Throws: errors of the provider; `PostgresError`; ``EmbeddingsLeft`` if traces failed; `CancellationError`.
  public func drain(onProgress: (_ done: Int, _ total: Int) -> Void = { _, _ in }) async throws -> Int {
    do {
      let stored = try await drainAll(onProgress: onProgress)
      await pool.close()
      return stored
    } catch {
      await pool.close()
      throw (error as? ProviderFailure)?.cause ?? error
    }
  }

  private func drainAll(onProgress: (Int, Int) -> Void) async throws -> Int {
    var stored = 0
    // Keyed by trace, because a long run may retry a failed trace.
    var failures: [UUID: EmbeddingsLeft.Failure] = [:]
    let model = queue.model
    let total = try await pool.withConnection { connection in
      _ = try await queue.sweep(on: connection)
      return try await TraceVectors.pendingCount(for: model, on: connection)
    }
    while true {
      try Task.checkCancellation()
      let (claim, next) = try await pool.withConnection { connection in
        let claim = try await queue.claim(limit: options.batchSize, retriesFirst: false, on: connection)
        guard case .nothing = claim else { return (claim, Duration?.none) }
        return (claim, try await queue.othersWork(on: connection))
      }
      switch claim {
      case .jobs(let jobs):
        let batch = EmbeddingBatch(worker: self, jobs: jobs)
        try await batch.run()
        stored += batch.stored
        for job in jobs { failures[job.id] = nil }
        for (job, reason) in batch.failures.withLock({ $0 }) {
          failures[job.id] = .init(id: job.id, title: job.trace.title, reason: reason)
        }
        onProgress(stored, max(total, stored))
      case .taken: try await Task.sleep(for: .milliseconds(Int.random(in: 5...25)))
      case .nothing:
        guard let next else {
          guard failures.isEmpty else {
            throw EmbeddingsLeft(failures: failures.values.sorted { $0.title < $1.title }, stored: stored)
          }
          return stored
        }
        try await Task.sleep(for: min(next, .milliseconds(200)))
      }
    }
  }
}

/// Some traces could not be embedded because of their own text. All others were embedded.
public struct EmbeddingsLeft: Error, Hashable, Sendable, CustomStringConvertible {
  /// A trace that failed.
  public struct Failure: Hashable, Sendable {
    /// The ID of the trace.
    public let id: UUID
    /// The title of the trace.
    public let title: String
    /// The reason.
    public let reason: String
  }

  /// The traces that failed.
  public let failures: [Failure]
  /// The number of other traces, which were embedded.
  public let stored: Int

  /// Which traces failed, why, and what to do.
  public var description: String {
    let shown = failures.prefix(5).map { "'\($0.title)' (\($0.id.uuidString.lowercased())): \($0.reason)" }
    let more = failures.count > shown.count ? "; and \(failures.count - shown.count) more" : ""
    return
      "\(failures.count) of \(stored + failures.count) traces could not be embedded: "
      + "\(shown.joined(separator: "; "))\(more). 'seed-runner worker status' lists them. A worker or the next run retries them."
  }
}
