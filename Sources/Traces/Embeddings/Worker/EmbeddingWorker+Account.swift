import Postgres
import SeedKit
import Threads
import TraceStore

// How a worker reports its state: as events to its owner, and as a record in the database.

extension EmbeddingWorker {
  /// Updates the counts.
  func count(_ change: (inout EmbeddingWorkerRecord.Counts) -> Void) {
    state.withLock { change(&$0.record.counts) }
  }

  func countStored(_ stored: Int, stale: Int) {
    state.withLock { state in
      state.record.counts.embedded += stored
      state.record.counts.stale += stale
      state.rate.add(stored)
    }
  }

  private func set(trouble: String?) {
    state.withLock { $0.record.trouble = trouble }
  }

  /// Reports that the database and the provider work again.
  func noteRecovery() {
    set(trouble: nil)
    onEvent(.recovered)
  }

  /// Reports a failure after which the worker pauses and retries.
  func note(_ error: any Error, pause: Duration) {
    if let failure = error as? ProviderFailure {
      count { $0.providerFailures += 1 }
      set(trouble: failure.description)
      onEvent(.providerFailed(failure.description, pause: pause))
    } else {
      let report = FailureReport(error)
      let text = report.fix.map { "\(report.message); \($0)" } ?? report.message
      count { $0.databaseFailures += 1 }
      set(trouble: text)
      onEvent(.databaseFailed(text, pause: pause))
    }
  }

  /// Writes the worker's record regularly until the task is cancelled. Errors are ignored, because nothing depends on
  /// the record.
  func tellRegularly() async {
    var told: EmbeddingWorkerRecord?
    var toldAt: ContinuousClock.Instant?
    while !Task.isCancelled {
      let record = current()
      // Write changes at once, but at most one per second.
      if isAdmitted, record != told || toldAt.map({ .now - $0 >= EmbeddingWorkerRecord.interval }) ?? true {
        do {
          try await pool.withConnection { try await record.tell(on: $0) }
          (told, toldAt) = (record, .now)
        } catch {
          told = nil
        }
      }
      try? await Task.sleep(for: .seconds(1))
    }
  }

  /// Writes the final record and closes the connections.
  func leave() async {
    let record = current()
    if isAdmitted {
      await atTheEnd { connection in try await record.tell(isLast: true, on: connection) }
    }
    await pool.close()
  }

  /// Runs an optional step during shutdown, even if the task is cancelled, with a short time limit.
  func atTheEnd(_ body: @escaping @Sendable (PostgresConnection) async throws -> Void) async {
    let work = Task { try await pool.withConnection { try await body($0) } }
    let limit = Task {
      try await Task.sleep(for: .seconds(3))
      work.cancel()
    }
    _ = await work.result
    limit.cancel()
  }

  /// Whether the worker may write to the database.
  private var isAdmitted: Bool { environment == nil || state.withLock { $0.isAdmitted } }

  private func current() -> EmbeddingWorkerRecord {
    state.withLock { state in
      state.record.rate = state.rate.perSecond
      return state.record
    }
  }

  /// Sends a signal for every notification. Also for every new connection, because notifications may have been lost
  /// before it.
  func listen() async {
    var backoff = Backoff(first: options.firstBackoff, longest: options.longestBackoff)
    while !Task.isCancelled {
      if let channel = try? PostgresIdentifier(TraceVectors.channel),
        let listener = try? await PostgresListener.listen(pool.configuration, to: channel)
      {
        signal.send()
        backoff.reset()
        for await _ in listener.notifications { signal.send() }
        listener.close()
      }
      try? await Task.sleep(for: backoff.next())
    }
  }
}

/// The provider fails for every text.
struct ProviderFailure: Error, CustomStringConvertible {
  let cause: any Error

  var description: String { "\(cause)" }

  /// The pause that the service requested.
  var retryAfter: Duration? { (cause as? EmbeddingServiceError)?.retryAfter }
}
