import CLibPQ
import Glibc

/// The fields of an error or a notice as the server sent them.
///
/// The names are PostgreSQL's own; a field that the server left out is nil.
public struct PostgresServerMessage: Sendable, Hashable {
  /// `ERROR`, `FATAL`, `WARNING`, `NOTICE` and so on, never translated.
  public let severity: String
  /// The condition's code.
  public let sqlState: SQLState
  /// The primary message, usually one line.
  public let message: String
  /// A further message with details; it can quote values of the row.
  public let detail: String?
  /// What the server suggests.
  public let hint: String?
  /// Where in the statement the fault is: the 1-based index of a character.
  public let position: Int?
  /// The call stack of functions, or the line of a COPY.
  public let context: String?
  /// The schema of the object concerned.
  public let schemaName: String?
  /// The table concerned.
  public let tableName: String?
  /// The column concerned.
  public let columnName: String?
  /// The data type concerned.
  public let dataTypeName: String?
  /// The constraint concerned.
  public let constraintName: String?

  /// In bytes. Messages quote values whole, of any size.
  private static let fieldLimit = 10_000

  init(result: OpaquePointer) {
    func field(_ code: UnicodeScalar) -> String? {
      PQresultErrorField(result, Int32(code.value)).map { text in
        let length = strnlen(text, Self.fieldLimit)
        let start = UnsafeRawBufferPointer(start: text, count: length)
        return String(decoding: start, as: UTF8.self) + (length < Self.fieldLimit ? "" : "…")
      }
    }
    // The field codes are the PG_DIAG_* macros of postgres_ext.h; character macros are not imported.
    severity = field("V") ?? field("S") ?? "ERROR"
    sqlState = SQLState(rawValue: field("C") ?? "XX000")
    message = field("M") ?? "no message"
    detail = field("D")
    hint = field("H")
    position = field("P").flatMap { Int($0) }
    context = field("W")
    schemaName = field("s")
    tableName = field("t")
    columnName = field("c")
    dataTypeName = field("d")
    constraintName = field("n")
  }
}
