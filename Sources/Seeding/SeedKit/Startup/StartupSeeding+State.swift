public import FoundationEssentials
import Postgres

extension StartupSeeding {
  /// How far start-up seeding is.
  public enum Phase: String, Sendable, Codable, CaseIterable {
    /// There is nothing to do, or it has not begun.
    case off
    /// It looks for the database, and waits for one that is not there yet.
    case connecting
    /// It applies migrations.
    case migrating
    /// The seeders run, or wait for another program that runs the same ones.
    case seeding
    /// It has ended. Single seeders may have failed: each says so.
    case done
    /// It has ended before the first seeder could be started, or was stopped.
    case failed
  }

  /// What start-up seeding has done so far.
  public struct State: Sendable, Codable {
    /// What became of one seeder.
    public struct Seeder: Sendable, Codable {
      /// The seeder's id.
      public let id: String
      /// `seeded`, `unchanged`, `skipped` or `failed`; nil while it has not ended.
      public internal(set) var outcome: String?
      /// Its rows, table by table; nil while it has not ended.
      public internal(set) var tables: SeedOutcome?
      /// How long it took, waiting for other programs included; nil while it has not ended.
      public internal(set) var durationMilliseconds: Double?
      /// Why it failed or was skipped.
      public internal(set) var failure: String?
    }

    /// How far it is.
    public internal(set) var phase = Phase.off
    /// When it was started; before that, when it was prepared.
    public internal(set) var startedAt: Date
    /// When it ended.
    public internal(set) var finishedAt: Date?
    /// Why it ended without having seeded.
    public internal(set) var failure: String?
    /// The seeders, in the order of the plan, as soon as it seeds.
    public internal(set) var seeders: [Seeder] = []

    /// Whether it has ended and no seeder failed or was skipped. A server that was told to do nothing has
    /// ended too.
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
        report.failure?.message ?? (report.outcome == .skipped ? report.note : nil)
    }
  }
}
