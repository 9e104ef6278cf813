public import EmbeddedPostgres
import Migrations
import Postgres
public import SeedKit

/// The exit codes of the program. A contract: codes are added, but never change their meaning.
public enum ExitCode: Int32, Sendable, CaseIterable {
  /// Success.
  case success = 0
  /// A seeder failed, for another reason than bad data or drift alone.
  case seederFailed = 1
  /// The program itself failed, or was interrupted.
  case internalFault = 2
  /// Rows differ from the files, changes are due, or `"onDrift": "fail"` refused edited rows.
  case drift = 3
  /// The database is unreachable or unusable.
  case databaseUnusable = 4
  /// A guard refused the command. Nothing was written.
  case refused = 5
  /// The command line is invalid. `EX_USAGE` of sysexits.h.
  case usage = 64
  /// The data is invalid. `EX_DATAERR` of sysexits.h.
  case badData = 65
  /// The settings are invalid. `EX_CONFIG` of sysexits.h.
  case badConfiguration = 78

  /// The code for failed seeders, for every command that runs, compares or resets seeders.
  ///
  /// Skipped seeders do not count: their cause is the failure of another one. Bad data and drift have their own codes
  /// only as the sole cause.
  ///
  /// - Parameter failures: one for each failed seeder.
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
    case ScaleOutError.noCluster: self = .databaseUnusable
    case is ScaleOutError: self = .refused
    case SeedPlanError.notForEnvironment: self = .refused
    case SeedPlanError.emptySelection, SeedPlanError.unknown, SeedPlanError.excludedDependency:
      self = .usage
    case is FixtureError: self = .badData
    case BulkLoadError.otherSpecification, BulkLoadError.changedRows: self = .drift
    case is ConfigurationError: self = .badConfiguration
    case is UsageError, is TableExportError, is RowOriginError: self = .usage
    case let error as any CommandError: self = error.exitCode
    default: self = .internalFault
    }
  }
}

extension ExitCode {
  /// The error code of a ``CommandFailure`` that has none of its own.
  var generalErrorCode: ErrorCode {
    switch self {
    case .success, .seederFailed, .internalFault: .internalError
    case .drift: .drift
    case .databaseUnusable: .databaseError
    case .refused: .notConfirmed
    case .usage: .invalidCommandLine
    case .badData: .invalidData
    case .badConfiguration: .invalidSetting
    }
  }
}

extension EmbeddedPostgresError: CodedError {
  /// ``ErrorCode/embeddedServer``.
  public var errorCode: ErrorCode { .embeddedServer }
}

extension Console {
  /// Writes the error that ended a command.
  ///
  /// - Returns: the exit code.
  func end(with error: any Error) -> ExitCode {
    let code = ExitCode(error)
    if let error = error as? UsageError {
      self.error(error)
    } else {
      let failure = FailureReport(ending: error)
      self.error(failure, exitCode: code)
      if !(error is CommandFailure) { debug(failure.details) }
    }
    return code
  }
}
