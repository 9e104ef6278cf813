/// What a seeder is doing at a moment.
public enum SeedPhase: String, Sendable, Codable, CaseIterable {
  /// Waiting for the seeders that come first, and for one of the run's jobs to be free.
  case queued
  /// Waiting for a connection, and for other runs of the same seeder.
  case locking
  /// The seeder's own code: fixtures are read, checked and sent to the server, or vectors computed.
  case reading
  /// What is there is compared with what should be there.
  case comparing
  /// Rows are written.
  case writing
  /// What follows the rows: an index, statistics.
  case finishing
  /// The history entry and COMMIT.
  case committing
  /// The pause after an attempt that failed with what can pass.
  case pausing
}

/// A stretch of time that a seeder spent in one phase.
public struct PhaseSpan: Sendable, Hashable {
  /// The phase.
  public let phase: SeedPhase
  /// The attempt that it belongs to, from 1.
  public let attempt: Int
  /// When it began, from the run's start.
  public let start: Duration
  /// How long it took.
  public let duration: Duration
  /// What was waited for, such as the seeders that come first.
  public let detail: String?
}

extension [PhaseSpan] {
  /// The time spent in each phase, in the order of ``SeedPhase``. What failed attempts took, with the
  /// pauses after them, is the time of ``SeedPhase/pausing``.
  public var times: [(phase: SeedPhase, duration: Duration)] {
    let last = map(\.attempt).max() ?? 1
    return SeedPhase.allCases.compactMap { phase in
      let spans = filter { span in
        let isLost = span.phase == .pausing || (span.attempt < last && span.phase != .queued)
        return isLost ? phase == .pausing : span.phase == phase
      }
      return spans.isEmpty ? nil : (phase, spans.reduce(.zero) { $0 + $1.duration })
    }
  }
}
