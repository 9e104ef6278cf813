import FoundationEssentials
import Postgres
import SeedKit
import Threads
import TraceStore

/// A batch of traces to embed.
///
/// If the provider rejects a part of the batch, the part is halved until the rejected trace is found. The other
/// traces get their embeddings. A trace is marked as failed only if the provider accepts another text at that time.
/// Otherwise a wrong setting or an outage would make all traces fail.
final class EmbeddingBatch: Sendable {
  private let worker: EmbeddingWorker
  /// The jobs that are neither stored nor failed.
  private let open: Lock<[UUID: EmbeddingJob]>
  private let renewedAt: Lock<ContinuousClock.Instant>
  /// The traces that failed because of their own text, with the reason.
  let failures = Lock<[(job: EmbeddingJob, reason: String)]>([])
  private let storedCount = Lock(0)

  /// The number of stored embeddings.
  var stored: Int { storedCount.withLock { $0 } }

  private var queue: EmbeddingQueue { worker.queue }

  init(worker: EmbeddingWorker, jobs: [EmbeddingJob]) {
    self.worker = worker
    open = Lock(Dictionary(uniqueKeysWithValues: jobs.map { ($0.id, $0) }))
    renewedAt = Lock(.now)
  }

  /// Processes the whole batch, or releases what is left of it.
  ///
  /// - Throws: ``ProviderFailure``; `PostgresError`; `CancellationError`.
  func run() async throws {
    do {
      var parts = [open.withLock { $0.values.sorted { $0.id.uuidString < $1.id.uuidString } }]
      while let part = parts.popLast() { parts += try await process(part).reversed() }
    } catch {
      await giveBack()
      throw error
    }
  }

  /// Embeds and stores a part. Returns the parts that have to be processed separately.
  private func process(_ part: [EmbeddingJob]) async throws -> [[EmbeddingJob]] {
    let jobs = try await renewed(part)
    guard !jobs.isEmpty else { return [] }
    let start = ContinuousClock.now
    let vectors: [PostgresVector]
    do {
      vectors = try await worker.provider.vectors(for: jobs.map { EmbeddingText($0.trace) })
    } catch {
      let isLast = jobs.count == 1
      if try await mayBeTheService(error, isLast: isLast) { try await probe(after: error) }
      guard isLast else {
        return [Array(jobs.prefix(jobs.count / 2)), Array(jobs.dropFirst(jobs.count / 2))]
      }
      try await blame(jobs[0], error)
      return []
    }
    let stored = try await store(Array(zip(jobs, vectors)))
    close(jobs)
    storedCount.withLock { $0 += stored }
    worker.countStored(stored, stale: jobs.count - stored)
    worker.onEvent(.stored(stored, stale: jobs.count - stored, took: .now - start))
    return []
  }

  /// Whether the cause of the error may be the service instead of the texts.
  ///
  /// - Throws: ``ProviderFailure`` if the cause is certainly the service; `CancellationError`.
  private func mayBeTheService(_ error: any Error, isLast: Bool) async throws -> Bool {
    if error is CancellationError { throw error }
    guard let error = error as? EmbeddingServiceError else { return isLast }
    switch error.kind {
    case .unreachable, .busy, .misconfigured: throw ProviderFailure(cause: error)
    case .failed: return true
    case .badAnswer, .rejected: return isLast
    }
  }

  /// Embeds a text that any model accepts.
  ///
  /// - Throws: ``ProviderFailure`` if that fails; `CancellationError`.
  private func probe(after error: any Error) async throws {
    _ = try await renewed(open.withLock { Array($0.values) })
    do {
      _ = try await worker.provider.vectors(for: [.document(title: "Test", body: "A short text.")])
    } catch let cancellation as CancellationError {
      throw cancellation
    } catch let another as EmbeddingServiceError where another.kind == .busy {
      throw ProviderFailure(cause: another)
    } catch _ {
      // Report the original error, because it concerns the actual request.
      throw ProviderFailure(cause: error)
    }
  }

  /// The jobs whose leases are still held. Renews the leases if that is due.
  private func renewed(_ jobs: [EmbeddingJob]) async throws -> [EmbeddingJob] {
    guard ContinuousClock.now - renewedAt.withLock({ $0 }) > queue.leaseTime / 4 else { return jobs }
    let all = open.withLock { $0.values.sorted { $0.id.uuidString < $1.id.uuidString } }
    let ours = try await worker.pool.withConnection { try await queue.renew(all, on: $0) }
    renewedAt.withLock { $0 = .now }
    let ids = Set(ours.map(\.id))
    close(all.filter { !ids.contains($0.id) })
    return jobs.filter { ids.contains($0.id) }
  }

  /// Stores vectors. Retries for as long as the leases last, because computing the vectors again would cost money.
  private func store(_ vectors: [(job: EmbeddingJob, vector: PostgresVector)]) async throws -> Int {
    let deadline = renewedAt.withLock { $0 } + queue.leaseTime
    var backoff = Backoff(first: .milliseconds(100), longest: .seconds(5))
    var hasFailed = false
    while true {
      do {
        let stored = try await worker.pool.withConnection { try await queue.store(vectors, on: $0) }
        if hasFailed { worker.noteRecovery() }
        return stored
      } catch  where RetryPolicy.isTransient(error) {
        let pause = backoff.next()
        guard .now + pause < deadline else { throw error }
        worker.note(error, pause: pause)
        hasFailed = true
        try await Task.sleep(for: pause)
      }
    }
  }

  private func blame(_ job: EmbeddingJob, _ error: any Error) async throws {
    let reason = "\(error)"
    let isGivenUp = try await worker.pool.withConnection { connection in
      try await queue.fail(job, reason: reason, on: connection)
    }
    close([job])
    failures.withLock { $0.append((job, reason)) }
    worker.count { counts in
      counts.failed += 1
      if isGivenUp { counts.givenUp += 1 }
    }
    worker.onEvent(
      isGivenUp
        ? .gaveUp(job.id, attempts: job.attempt, reason: reason)
        : .failed(job.id, attempt: job.attempt, reason: reason))
  }

  private func close(_ jobs: [EmbeddingJob]) {
    open.withLock { open in for job in jobs { open[job.id] = nil } }
  }

  /// Releases what is left. If that fails, the leases expire.
  private func giveBack() async {
    let left = open.withLock { $0.values.sorted { $0.id.uuidString < $1.id.uuidString } }
    guard !left.isEmpty else { return }
    await worker.atTheEnd { [queue] connection in try await queue.release(left, on: connection) }
  }
}
