public import Migrations
public import Postgres

extension PostgresTransactionError: CodedError {
  /// The code of what ended the transaction.
  public var errorCode: ErrorCode { ErrorCode(cause) }
}

extension PostgresError: CodedError {
  /// The code, by the SQLSTATE or by how the connection failed.
  public var errorCode: ErrorCode {
    switch code {
    case .invalidConfiguration: .invalidConnectionString
    case .poolTimeout: .tooManyConnections
    case .resourcesExhausted: .outOfResources
    case .connectionFailed where message.isAboutTLS: .tls
    case _ where sqlState != nil: sqlState.map(Self.code(of:)) ?? .databaseError
    case .connectionFailed: isTransient ? .unreachable : .invalidConnectionString
    case .connectionLost: .connectionLost
    default: .databaseError
    }
  }

  private static func code(of state: SQLState) -> ErrorCode {
    switch state {
    case .invalidCatalogName: .missingDatabase
    case .readOnlyTransaction: .readOnly
    case .insufficientPrivilege: .missingPrivilege
    case .lockNotAvailable: .lockTimeout
    case .queryCanceled, .transactionTimeout: .statementTimeout
    case .undefinedTable, .undefinedColumn, .undefinedObject: .schemaMismatch
    case .featureNotSupported, .undefinedFile: .databaseError
    default: code(ofClass: state)
    }
  }

  private static func code(ofClass state: SQLState) -> ErrorCode {
    switch state.classCode {
    case "08", "57": .connectionLost
    case "23": .constraint
    case "28": .authentication
    case "40": .lockTimeout
    case "53": state.rawValue == "53300" ? .tooManyConnections : .outOfResources
    default: .databaseError
    }
  }
}

extension String {
  fileprivate var isAboutTLS: Bool {
    ["SSL", "TLS", "certificate", "no encryption"].contains { contains($0) }
  }
}

extension MigrationError: CodedError {
  /// The code of the fault.
  public var errorCode: ErrorCode {
    switch code {
    case .extensionUnavailable: .missingExtension
    case .insufficientPrivilege: .missingPrivilege
    case .lockTimeout: .lockTimeout
    default: .migration
    }
  }
}

extension FixtureError: CodedError {
  /// The code that all faults have, or ``ErrorCode/severalFaults``.
  public var errorCode: ErrorCode {
    let codes = Set(faults.map(\.code))
    return codes.count == 1 ? codes.first ?? .severalFaults : .severalFaults
  }
}

extension SeedGuardError: CodedError {
  /// The code of the guard.
  public var errorCode: ErrorCode {
    switch self {
    case .productionNotAllowed: .productionGuard
    case .deletesNotAllowed: .deleteGuard
    case .commandsNotAllowed: .commandGuard
    case .otherEnvironment: .otherEnvironment
    }
  }
}

extension SeedPlanError: CodedError {
  /// The code of the fault in the plan.
  public var errorCode: ErrorCode {
    switch self {
    case .emptySelection: .nothingSelected
    case .unknown: .unknownSeeder
    case .duplicates: .duplicateSeeder
    case .missingDependencies: .missingDependency
    case .cycle: .dependencyCycle
    case .excludedDependency: .excludedDependency
    case .notForEnvironment: .notForEnvironment
    }
  }
}

extension ConfigurationError: CodedError {
  /// ``ErrorCode/invalidSetting``, or ``ErrorCode/invalidConnectionString`` if only that is invalid.
  public var errorCode: ErrorCode {
    faults.allSatisfy { $0.key == "database.url" } ? .invalidConnectionString : .invalidSetting
  }
}

extension SeedEnvironmentError: CodedError {
  /// ``ErrorCode/invalidSetting``.
  public var errorCode: ErrorCode { .invalidSetting }
}

extension DriftError: CodedError {
  /// ``ErrorCode/drift``.
  public var errorCode: ErrorCode { .drift }
}

extension BulkLoadError: CodedError {
  /// ``ErrorCode/rejectedRow``, ``ErrorCode/drift`` or ``ErrorCode/otherBulkLoad``.
  public var errorCode: ErrorCode {
    switch self {
    case .rejectedRow: .rejectedRow
    case .changedRows: .drift
    case .otherSpecification, .otherCount, .resetMeanwhile: .otherBulkLoad
    }
  }
}

extension RowOriginError: CodedError {
  /// ``ErrorCode/missingTable``, or ``ErrorCode/invalidCommandLine`` for a key that does not fit.
  public var errorCode: ErrorCode {
    switch self {
    case .noTable, .notTable: .missingTable
    case .wrongKey, .wrongValue: .invalidCommandLine
    }
  }
}

extension TableExportError: CodedError {
  /// ``ErrorCode/missingTable``.
  public var errorCode: ErrorCode { .missingTable }
}

extension CancellationError: CodedError {
  /// ``ErrorCode/interrupted``.
  public var errorCode: ErrorCode { .interrupted }
}
