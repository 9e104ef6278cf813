import FoundationEssentials
import Migrations
import Postgres
import SeedKit

/// The data of all reports about a run, complete or not.
struct RunRecord: Sendable {
  /// A part of a run outside of seeders.
  struct Step: Sendable {
    enum Name: String, Sendable, CaseIterable {
      /// Waiting until the database accepts connections.
      case connect
      /// Creating the template or copying it.
      case clone
      /// Applying migrations and checking the stamp.
      case migrate
      case seed
      case verify
    }

    let name: Name
    let start: Duration
    var duration = Duration.zero
    var roundTrips = 0
    /// The result, in one line.
    var note: String?
    var failure: FailureReport?
    /// Whether the step was skipped. The note gives the reason.
    var isSkipped = false
  }

  /// A verification after seeding.
  struct Verification: Sendable, Encodable {
    enum Outcome: String, Sendable, Encodable {
      case passed
      case failed
      case skipped
    }

    /// `rows` compares the rows of a seeder, `check` is a verification of a module.
    enum Kind: String, Sendable, Encodable {
      case rows
      case check
    }

    let name: String
    let kind: Kind
    let outcome: Outcome
    let found: String
  }

  /// A seeder of the plan.
  struct Planned: Sendable {
    let id: SeederID
    let version: Int
    let files: [SourceFile]
  }

  /// The database that was written to.
  struct Facts: Sendable, Encodable {
    let name: String
    let user: String
    let host: String?
    let port: String?
    let serverVersion: String
  }

  /// The template database that was used.
  struct Template: Sendable, Encodable {
    let name: String
    let fingerprint: String
    /// Whether this run created it.
    let isMade: Bool
  }

  /// How the run ended.
  enum Result: String, Sendable {
    case passed
    case failed
    case interrupted
  }

  /// The command, such as `ci`.
  let command: String
  let runID: UUID
  let environment: SeedEnvironment
  let startedAt: Date
  var duration = Duration.zero
  var result = Result.passed
  var exitCode: Int32 = 0
  var database: Facts?
  var template: Template?
  var planned: [Planned] = []
  var steps: [Step] = []
  var migrations: [MigrationOutcome] = []
  var seeders: [SeederReport] = []
  /// The seeders that have a report. A second report of a seeder replaces the first.
  var ended: Set<SeederID> = []
  var leftOut: [SeederID] = []
  /// The retries outside of seeders.
  var retries: [RetryRecord] = []
  var verifications: [Verification] = []
  /// The error that ended the run early.
  var failure: FailureReport?

  /// All retries, in chronological order.
  var allRetries: [RetryRecord] { (retries + seeders.flatMap(\.retries)).sorted { $0.at < $1.at } }
  var rows: RowCounts { seeders.map(\.tables.total).reduce(RowCounts(), +) }
  var roundTrips: Int { steps.map(\.roundTrips).reduce(0, +) }

  func planned(_ id: SeederID) -> Planned? { planned.first { $0.id == id } }
}

extension RunRecord {
  /// Creates the record of a finished runner.
  ///
  /// - Parameter start: when the runner started, relative to the start of the command.
  init(_ report: SeedReport, start: Duration = .zero) {
    self.init(
      command: "run", runID: report.runID, environment: report.environment, startedAt: report.startedAt,
      duration: report.duration, migrations: report.migrations, seeders: report.seeders,
      leftOut: report.leftOut, retries: report.retries)
    var seed = Step(
      name: .seed, start: start + report.preparation, duration: report.duration - report.preparation,
      roundTrips: report.seeders.map(\.roundTrips).reduce(0, +))
    let failed = report.seeders.filter { $0.outcome == .failed }.map(\.id.rawValue)
    if !failed.isEmpty {
      let seeders = Text.count(report.seeders.count, "seeder")
      seed.failure = FailureReport(
        .seedersFailed, message: "\(failed.count) of \(seeders) failed: \(failed.joined(separator: ", "))",
        fix: nil)
    }
    let trips = report.roundTrips - seed.roundTrips
    steps = [Step(name: .migrate, start: start, duration: report.preparation, roundTrips: trips), seed]
  }

  /// The exit code, unless an error ended the run early.
  var verdict: ExitCode {
    let code = ExitCode(failures: seeders.compactMap(\.failure))
    guard code == .success else { return code }
    if seeders.contains(where: { $0.outcome == .skipped }) { return .seederFailed }
    return verifications.contains { $0.outcome == .failed } ? .drift : .success
  }
}
