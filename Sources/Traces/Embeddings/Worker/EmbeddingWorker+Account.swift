import Postgres
import SeedKit
import Threads
import TraceStore

// What a worker tells of itself: to its owner, and to everybody through the database.

extension EmbeddingWorker {
  /// Counts something that happened.
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

  /// Tells that what failed works again.
  func noteRecovery() {
    set(trouble: nil)
    onEvent(.recovered)
  }

  /// Tells of a failure that it waits out.
  func note(_ error: any Error, pause: Duration) {
    if let failure = error as? ProviderFailure {
      count { $0.providerFailures += 1 }
      set(trouble: failure.description)
      onEvent(.providerFailed(failure.description, pause: pause))
    } else {
      let report = FailureReport(error)
      let text = report.remedy.map { "\(report.message); \($0)" } ?? report.message
      count { $0.databaseFailures += 1 }
      set(trouble: text)
      onEvent(.databaseFailed(text, pause: pause))
    }
  }

  /// Tells everybody, again and again until it is cancelled. That fails while the database does; nothing else
  /// depends on it.
  func tellRegularly() async {
    var told: EmbeddingWorkerRecord?
    var toldAt: ContinuousClock.Instant?
    while !Task.isCancelled {
      let record = current()
      // At once when something has changed, but once a second at the most.
      if record != told || toldAt.map({ .now - $0 >= EmbeddingWorkerRecord.interval }) ?? true {
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

  /// Tells everybody that it stops, and closes its connections.
  func leave() async {
    let record = current()
    await atTheEnd { connection in try await record.tell(isLast: true, on: connection) }
    await pool.close()
  }

  /// Does something that is good but not necessary, cancelled or not, and not for long.
  func atTheEnd(_ body: @escaping @Sendable (PostgresConnection) async throws -> Void) async {
    let work = Task { try await pool.withConnection { try await body($0) } }
    let limit = Task {
      try await Task.sleep(for: .seconds(3))
      work.cancel()
    }
    _ = await work.result
    limit.cancel()
  }

  private func current() -> EmbeddingWorkerRecord {
    state.withLock { state in
      state.record.rate = state.rate.perSecond
      return state.record
    }
  }

  /// Signals every notification, and every new connection, before which notifications may have been lost.
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

/// The provider gives no vectors, whatever it is asked for.
struct ProviderFailure: Error, CustomStringConvertible {
  let cause: any Error

  var description: String { "\(cause)" }

  /// How long it asked to be left alone.
  var retryAfter: Duration? { (cause as? EmbeddingServiceError)?.retryAfter }
}
