import EmbeddedPostgres
import Migrations
import Postgres
import SeedKit

/// What the program's end says to the shell. A contract that is only ever added to.
public enum ExitCode: Int32, Sendable {
  /// All that was asked for is done.
  case success = 0
  /// A seeder failed for another reason than wrong data or drift alone.
  case seederFailed = 1
  /// A fault of the program itself.
  case internalFault = 2
  /// The database differs from what it should be, changes are due, or `"onDrift": "fail"` refused edited rows.
  case drift = 3
  /// The database cannot be reached or cannot be used.
  case databaseUnusable = 4
  /// Refused, so that nothing is written where it must not be.
  case refused = 5
  /// The command line is wrong. `EX_USAGE` of sysexits.h.
  case usage = 64
  /// The data is wrong. `EX_DATAERR`.
  case badData = 65
  /// The configuration is wrong. `EX_CONFIG`.
  case badConfiguration = 78

  /// The code for what kept seeders from succeeding; every command that runs, compares or resets seeders uses it.
  ///
  /// Seeders that were skipped because of such a failure count to its cause. Wrong data and drift have codes of their
  /// own only as the sole cause, because then nothing else has to be looked at.
  ///
  /// - Parameter failures: one for each seeder that failed.
  init(failures: [FailureReport]) {
    let causes = Set(failures.map(\.cause))
    if causes.isEmpty {
      self = .success
    } else if causes.contains(.database), !causes.contains(.other) {
      self = .databaseUnusable
    } else if causes == [.data] {
      self = .badData
    } else {
      self = causes == [.drift] ? .drift : .seederFailed
    }
  }

  /// The code for an error that ended a command.
  init(_ error: any Error) {
    switch error {
    case let error as PostgresTransactionError: self = ExitCode(error.cause)
    case let error as PostgresError where error.code == .invalidConfiguration: self = .badConfiguration
    case is PostgresError, is MigrationError, is EmbeddedPostgresError: self = .databaseUnusable
    case is SeedGuardError: self = .refused
    case SeedPlanError.notForEnvironment: self = .refused
    case SeedPlanError.emptySelection, SeedPlanError.unknown, SeedPlanError.excludedDependency:
      self = .usage
    case is FixtureError: self = .badData
    case is ConfigurationError: self = .badConfiguration
    case is UsageError: self = .usage
    case let error as any CommandError: self = error.exitCode
    default: self = .internalFault
    }
  }
}

extension Console {
  /// Writes the error that ended a command.
  ///
  /// - Returns: the exit code.
  func end(with error: any Error) -> ExitCode {
    let code = ExitCode(error)
    switch error {
    case let error as UsageError: self.error(error)
    case let error as CommandFailure: self.error(error.message, remedy: error.fix, code: code)
    case is SeedGuardError, is SeedPlanError, is ConfigurationError: self.error("\(error)", code: code)
    default:
      let failure = FailureReport(error)
      self.error(failure, code: code)
      debug(failure.details)
    }
    return code
  }
}
