public import FoundationEssentials
import Postgres

extension StartupSeeding {
  /// The phase of start-up seeding.
  public enum Phase: String, Sendable, Codable, CaseIterable {
    /// Nothing to do, or not started.
    case off
    /// Connecting, or waiting for a database that is not ready.
    case connecting
    /// Applying migrations.
    case migrating
    /// Running seeders, or waiting for another program that runs the same ones.
    case seeding
    /// Finished. Single seeders may have failed; each has its own outcome.
    case done
    /// Failed before the first seeder could start, or stopped.
    case failed
  }

  /// The state of start-up seeding.
  public struct State: Sendable, Codable {
    /// The result of a seeder.
    public struct Seeder: Sendable, Codable {
      /// The seeder's id.
      public let id: String
      /// `seeded`, `unchanged`, `skipped` or `failed`; nil until it has finished.
      public internal(set) var outcome: String?
      /// The row counts of each table; nil until it has finished.
      public internal(set) var tables: SeedOutcome?
      /// How long it took, including waiting for other programs; nil until it has finished.
      public internal(set) var durationMilliseconds: Double?
      /// Why it failed or was skipped. A failure has its error code, and the place of the first fault in the data:
      /// `1 error in the data [SR-302]: countries.csv:3: record 2, field 'code': …`.
      public internal(set) var failure: String?
    }

    /// The current phase.
    public internal(set) var phase = Phase.off
    /// When it was started; before that, when the object was created.
    public internal(set) var startedAt: Date
    /// When it finished.
    public internal(set) var finishedAt: Date?
    /// Why it failed before seeding.
    public internal(set) var failure: String?
    /// The seeders in the order of the plan. Empty before the phase ``Phase/seeding``.
    public internal(set) var seeders: [Seeder] = []

    /// Whether it has finished and no seeder failed or was skipped. Also true if there was nothing to do.
    public var isSuccess: Bool {
      (phase == .done || phase == .off)
        && seeders.allSatisfy { $0.outcome == "seeded" || $0.outcome == "unchanged" }
    }

    init(startedAt: Date) { self.startedAt = startedAt }

    mutating func note(_ report: SeederReport) {
      guard let index = seeders.firstIndex(where: { $0.id == report.id.rawValue }) else { return }
      seeders[index].outcome = report.outcome.rawValue
      seeders[index].tables = report.tables
      seeders[index].durationMilliseconds = report.duration.milliseconds
      seeders[index].failure =
        report.failure?.summary ?? (report.outcome == .skipped ? report.note : nil)
    }
  }
}
