import Postgres
import Threads

/// Measures the phases and round trips of one seeder.
final class SeederMeter: Sendable {
  private struct State {
    var phase = SeedPhase.queued
    var detail: String?
    var attempt = 1
    var since: ContinuousClock.Instant
    var spans: [PhaseSpan] = []
    var retries: [RetryRecord] = []
  }

  private let runStart: ContinuousClock.Instant
  private let state: Lock<State>
  private let onPhase: @Sendable (SeedPhase) -> Void
  /// Its round trips and connections.
  let traffic: PostgresTraffic

  /// Starts in the phase `queued`, at the start of the run.
  ///
  /// - Parameter onPhase: called when another phase begins.
  init(
    runStart: ContinuousClock.Instant = .now, whole: PostgresTraffic? = nil,
    onPhase: @escaping @Sendable (SeedPhase) -> Void = { _ in }
  ) {
    self.runStart = runStart
    self.onPhase = onPhase
    state = Lock(State(since: runStart))
    traffic = PostgresTraffic(partOf: whole)
  }

  /// All spans that have ended.
  var spans: [PhaseSpan] { state.withLock { $0.spans } }
  /// Attempts and parts of attempts that failed with a transient error.
  var retries: [RetryRecord] { state.withLock { $0.retries } }

  /// Ends the current phase and begins another.
  ///
  /// - Parameter detail: what the phase that ends waited for.
  @discardableResult
  func enter(_ phase: SeedPhase, after detail: String? = nil) -> SeedPhase {
    let before = state.withLock { state in
      let before = state.phase
      close(&state, detail: detail)
      state.phase = phase
      return before
    }
    if before != phase { onPhase(phase) }
    return before
  }

  func end() { state.withLock { close(&$0, detail: nil) } }

  /// Records the retry of a part, without leaving the phase.
  func note(_ retry: RetryRecord) { state.withLock { $0.retries.append(retry) } }

  /// Begins an attempt, in the phase that waits for a connection.
  ///
  /// - Parameter detail: what the phase that ends waited for.
  func begin(attempt: Int, after detail: String? = nil) {
    state.withLock { state in
      close(&state, detail: detail)
      state.attempt = attempt
      state.phase = .locking
    }
    onPhase(.locking)
  }

  /// Measures `body` as a phase and returns to the previous phase.
  func measure<Result>(_ phase: SeedPhase, _ body: () async throws -> Result) async rethrows -> Result {
    let before = enter(phase)
    defer { enter(before) }
    return try await body()
  }

  private func close(_ state: inout State, detail: String?) {
    let now = ContinuousClock.now
    defer { state.since = now }
    guard now > state.since else { return }
    if let last = state.spans.last, last.phase == state.phase, last.attempt == state.attempt,
      last.detail == detail
    {
      state.spans[state.spans.count - 1] = PhaseSpan(
        phase: last.phase, attempt: last.attempt, start: last.start,
        duration: now - runStart - last.start, detail: detail)
      return
    }
    state.spans.append(
      PhaseSpan(
        phase: state.phase, attempt: state.attempt, start: state.since - runStart,
        duration: now - state.since, detail: detail))
  }
}
