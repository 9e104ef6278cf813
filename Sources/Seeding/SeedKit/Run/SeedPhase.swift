/// What a seeder is doing.
public enum SeedPhase: String, Sendable, Codable, CaseIterable {
  /// Waiting for the seeders that run first, and for a free job.
  case queued
  /// Waiting for a connection, and for other runs of the same seeder.
  case locking
  /// Running the seeder's own code, which reads, checks and sends its fixtures or computes values.
  case reading
  /// Comparing the rows in the database with the seeder's rows.
  case comparing
  /// Writing rows.
  case writing
  /// Work after the rows: building an index, updating statistics.
  case finishing
  /// Writing the history entry and committing.
  case committing
  /// The pause after a transient error.
  case pausing
}

/// A period that a seeder spent in one phase.
public struct PhaseSpan: Sendable, Hashable {
  /// The phase.
  public let phase: SeedPhase
  /// The attempt, from 1.
  public let attempt: Int
  /// When it began, from the run's start.
  public let start: Duration
  /// How long it took.
  public let duration: Duration
  /// What the seeder waited for, such as the seeders that run first.
  public let detail: String?
}

extension [PhaseSpan] {
  /// The time spent in each phase, in the order of ``SeedPhase``. Failed attempts and the pauses after them count
  /// as ``SeedPhase/pausing``.
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
