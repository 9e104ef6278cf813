import Migrations
public import Postgres

/// Why a seeder failed, for a person and for a program.
public struct FailureReport: Sendable, Codable {
  /// What has to change before the same work can succeed.
  public enum Cause: String, Sendable, Codable {
    /// Fixtures or definitions are wrong.
    case data
    /// The database cannot be used at all: it refuses connections, or is read-only.
    case database
    /// Rows were edited outside seed-runner, and the seeder has the policy to fail.
    case drift
    /// Anything else.
    case other
  }

  /// What has to change.
  public let cause: Cause
  /// The code of the error, which `seed-runner explain` explains.
  public let code: ErrorCode
  /// What happened.
  public let message: String
  /// What to do about it, if known.
  public let fix: String?
  /// The SQLSTATE of the server's error.
  public let sqlState: String?
  /// The faults of the fixtures.
  public let faults: [FixtureFault]
  /// Everything that is known, for the debug log.
  public let details: String

  private enum CodingKeys: String, CodingKey {
    case cause
    case code
    case message
    case fix = "remedy"
    case sqlState
    case faults
    case details
  }

  /// The message with the code at the end of its first line, the faults, a line each, and the fix.
  package var lines: [String] {
    let hasOneCode = Set(faults.map(\.code)).count < 2
    return codedMessage + faults.map { hasOneCode ? $0.description : "\($0.description) [\($0.code.id)]" }
      + (fix.map { ["Fix: \($0)"] } ?? [])
  }

  /// The message with the code at the end of its first line, then the first fault.
  var summary: String {
    let message = codedMessage.joined(separator: "\n")
    guard let fault = faults.first else { return message }
    return "\(message): \(faults.count > 1 ? "the first is " : "")\(fault)"
  }

  private var codedMessage: [String] {
    let message = message.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    return [(message.first ?? "") + " [\(code.id)]"] + message.dropFirst()
  }

  /// Makes a report of a message.
  package init(_ code: ErrorCode, message: String, fix: String?, faults: [FixtureFault] = []) {
    cause = faults.isEmpty ? .other : .data
    self.code = code
    self.message = message
    self.fix = fix
    sqlState = nil
    self.faults = faults
    details = message
  }

  /// Describes an error.
  public init(_ error: any Error) {
    code = ErrorCode(error)
    switch error {
    case let error as PostgresTransactionError:
      let inner = FailureReport(error.cause)
      cause = inner.cause
      message = inner.message
      fix = inner.fix
      sqlState = inner.sqlState
      faults = inner.faults
      details = error.rollbackError == nil ? inner.details : "\(inner.details)\n\(error)"
    case let error as FixtureError:
      cause = .data
      message = error.summary(place: " in the data")
      fix = "correct the \(error.total == 1 ? "error" : "errors") and run again; nothing of it was written."
      sqlState = nil
      faults = error.faults
      details = error.description
    case let error as PostgresError:
      cause = error.isDatabaseUnusable ? .database : .other
      message = error.description
      fix = error.fix.map(ProgramName.named)
      sqlState = error.sqlState?.rawValue
      faults = []
      details = error.debugDescription
    case let error as MigrationError:
      cause = .other
      message = error.problem
      fix = error.fix
      sqlState = (error.underlying as? PostgresError)?.sqlState?.rawValue
      faults = []
      details = error.description
    default:
      cause =
        switch error {
        case is DriftError, BulkLoadError.otherSpecification, BulkLoadError.changedRows: .drift
        case BulkLoadError.rejectedRow: .data
        default: .other
        }
      message = ProgramName.named((error as? any FixableError)?.problem ?? "\(error)")
      fix = (error as? any FixableError)?.fix.map(ProgramName.named)
      sqlState = nil
      faults = []
      details = String(reflecting: error)
    }
  }
}

extension PostgresError {
  /// Whether the database is unusable: it refuses the connection, or every write.
  package var isDatabaseUnusable: Bool {
    code == .connectionFailed || sqlState == .readOnlyTransaction || sqlState == .invalidCatalogName
      || sqlState?.classCode == "28"
  }

  /// What to do about an error of the server, for conditions that a person can fix.
  public var fix: String? {
    if case .permanent(let fix) = connectionFault { return fix }
    return switch sqlState {
    case .insufficientPrivilege where message.contains("session_replication_role"):
      """
      foreign keys and triggers are turned off for this role or database. Turn them on: ALTER ROLE … or ALTER \
      DATABASE … RESET session_replication_role.
      """
    case .insufficientPrivilege:
      "run 'seed-runner doctor', which prints the GRANT statement, or connect as another role."
    case .readOnlyTransaction where message.contains("default_transaction_read_only is "):
      """
      turn it off where it is set, or for this program with a DATABASE_URL parameter: \
      options=-c%20default_transaction_read_only%3Doff
      """
    case .readOnlyTransaction:
      """
      connect to the primary if this is a replica. Otherwise default_transaction_read_only is on; 'seed-runner doctor' \
      shows where it is set.
      """
    case .undefinedTable, .undefinedObject, SQLState(rawValue: "42703"):
      "run 'seed-runner migrate up'; if nothing is due, 'seed-runner doctor' shows what is missing."
    case SQLState(rawValue: "53100"): "free disk space on the server, then run again."
    case .queryCanceled where message.contains("statement_timeout is "), .transactionTimeout:
      """
      raise the limit where it is set, or turn it off for this program with a DATABASE_URL parameter: \
      options=-c%20\(sqlState == .transactionTimeout ? "transaction" : "statement")_timeout%3D0
      """
    case .lockNotAvailable where message.contains("held by process"):
      "wait until that session ends its transaction, or end it: SELECT pg_terminate_backend(PROCESS)."
    case .lockNotAvailable, .deadlockDetected, .serializationFailure:
      "another session wrote to the same tables; run again."
    case SQLState(rawValue: "28000") where message.contains("no encryption"):
      "use sslmode=require, or allow this host without TLS in the server's pg_hba.conf."
    case .invalidPassword, SQLState(rawValue: "28000"):
      "check the user and password in DATABASE_URL, and the server's pg_hba.conf."
    case .invalidCatalogName: "create the database, or correct its name in DATABASE_URL."
    case nil where code == .connectionFailed || code == .connectionLost:
      "check that the server is running and that the host and port in DATABASE_URL are correct."
    default: nil
    }
  }
}
