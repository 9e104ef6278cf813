/// A SQLSTATE, the five-character code of an error or condition.
///
/// Codes and names are those of appendix A, "PostgreSQL Error Codes", of PostgreSQL's documentation.
public struct SQLState: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
  /// The five characters, such as `23505`.
  public let rawValue: String

  /// Creates a code from five characters, which are not checked.
  public init(rawValue: String) { self.rawValue = rawValue }

  /// The first two characters, which are the class, such as `23`.
  public var classCode: Substring { rawValue.prefix(2) }

  /// The code and, if known, the name: `23505 unique_violation`.
  public var description: String {
    guard let name = Self.names[rawValue] else { return rawValue }
    return "\(rawValue) \(name)"
  }

  /// Whether the error is transient, so that a retry may succeed.
  ///
  /// True for class 08 (connection), 40001, 40P01, 55P03, 57P01 to 57P03, 57P05, 53300 and 58030. False for errors
  /// that a person has to fix: a wrong password, a missing database, invalid data, a full disk.
  public var isTransient: Bool {
    classCode == "08" || Self.transient.contains(rawValue)
  }

  private static let transient: Set<String> = [
    "40001", "40P01", "55P03", "57P01", "57P02", "57P03", "53300", "58030",
    // idle_session_timeout: the connection was idle in the pool.
    "57P05",
  ]
}

extension SQLState {
  /// 0A000: the server does not support the operation, such as creating an extension that is not installed.
  public static let featureNotSupported = SQLState(rawValue: "0A000")
  /// 23503: a foreign key references a missing row.
  public static let foreignKeyViolation = SQLState(rawValue: "23503")
  /// 23505: a duplicate value in a unique constraint.
  public static let uniqueViolation = SQLState(rawValue: "23505")
  /// 23514: the row violates a check constraint.
  public static let checkViolation = SQLState(rawValue: "23514")
  /// 25P03: a transaction was idle for too long.
  public static let idleInTransactionSessionTimeout = SQLState(rawValue: "25P03")
  /// 25P04: a transaction took too long.
  public static let transactionTimeout = SQLState(rawValue: "25P04")
  /// 25006: a write in a read-only transaction, for example on a replica.
  public static let readOnlyTransaction = SQLState(rawValue: "25006")
  /// 25P02: a statement in a transaction that has failed and must be rolled back.
  public static let inFailedTransaction = SQLState(rawValue: "25P02")
  /// 28P01: the password is wrong.
  public static let invalidPassword = SQLState(rawValue: "28P01")
  /// 3D000: the database does not exist.
  public static let invalidCatalogName = SQLState(rawValue: "3D000")
  /// 40001: a serializable transaction must be retried.
  public static let serializationFailure = SQLState(rawValue: "40001")
  /// 40P01: the transaction was chosen to resolve a deadlock.
  public static let deadlockDetected = SQLState(rawValue: "40P01")
  /// 42501: the role lacks a privilege.
  public static let insufficientPrivilege = SQLState(rawValue: "42501")
  /// 42704: a type or another object does not exist.
  public static let undefinedObject = SQLState(rawValue: "42704")
  /// 42703: a column does not exist.
  public static let undefinedColumn = SQLState(rawValue: "42703")
  /// 42P01: a table does not exist.
  public static let undefinedTable = SQLState(rawValue: "42P01")
  /// 55P03: a lock was not available in time.
  public static let lockNotAvailable = SQLState(rawValue: "55P03")
  /// 57014: the statement was canceled.
  public static let queryCanceled = SQLState(rawValue: "57014")
  /// 58P01: a file that the server needs is missing.
  public static let undefinedFile = SQLState(rawValue: "58P01")

  private static let names: [String: String] = [
    "08000": "connection_exception", "08001": "sqlclient_unable_to_establish_sqlconnection",
    "08003": "connection_does_not_exist", "08006": "connection_failure",
    "08P01": "protocol_violation", "0A000": "feature_not_supported",
    "21000": "cardinality_violation", "22000": "data_exception",
    "22001": "string_data_right_truncation", "22003": "numeric_value_out_of_range",
    "22007": "invalid_datetime_format", "22008": "datetime_field_overflow",
    "22021": "character_not_in_repertoire", "22P02": "invalid_text_representation",
    "22P03": "invalid_binary_representation", "22P04": "bad_copy_file_format",
    "22P05": "untranslatable_character", "23502": "not_null_violation",
    "23503": "foreign_key_violation", "23505": "unique_violation", "23514": "check_violation",
    "25006": "read_only_sql_transaction", "25P02": "in_failed_sql_transaction",
    "25P03": "idle_in_transaction_session_timeout", "26000": "invalid_sql_statement_name",
    "28000": "invalid_authorization_specification", "28P01": "invalid_password",
    "3D000": "invalid_catalog_name", "3F000": "invalid_schema_name",
    "40001": "serialization_failure", "40P01": "deadlock_detected", "42501": "insufficient_privilege",
    "42601": "syntax_error", "42703": "undefined_column", "42704": "undefined_object",
    "42804": "datatype_mismatch", "42883": "undefined_function", "42P01": "undefined_table",
    "42P05": "duplicate_prepared_statement", "42P06": "duplicate_schema", "42P07": "duplicate_table",
    "42P10": "invalid_column_reference", "53100": "disk_full", "53200": "out_of_memory",
    "53300": "too_many_connections", "54000": "program_limit_exceeded",
    "55006": "object_in_use", "55P03": "lock_not_available", "57014": "query_canceled",
    "57P01": "admin_shutdown", "57P02": "crash_shutdown", "57P03": "cannot_connect_now",
    "58030": "io_error", "58P01": "undefined_file", "XX000": "internal_error",
  ]
}
