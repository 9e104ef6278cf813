import CLibPQ
import Glibc

/// An error or a notice of the server.
///
/// Fields have PostgreSQL's names. A field that the server did not send is nil.
public struct PostgresServerMessage: Sendable, Hashable {
  /// `ERROR`, `FATAL`, `WARNING`, `NOTICE` and so on, never translated.
  public let severity: String
  /// The SQLSTATE.
  public let sqlState: SQLState
  /// The primary message, usually one line.
  public let message: String
  /// Details. They may quote values of the row.
  public let detail: String?
  /// The server's suggestion.
  public let hint: String?
  /// The position of the error in the statement, in characters from 1.
  public let position: Int?
  /// The call stack of functions, or the line of a COPY.
  public let context: String?
  /// The object's schema.
  public let schemaName: String?
  /// The table.
  public let tableName: String?
  /// The column.
  public let columnName: String?
  /// The data type.
  public let dataTypeName: String?
  /// The constraint.
  public let constraintName: String?

  /// In bytes. Messages quote values in full, at any size.
  private static let fieldLimit = 10_000

  init(result: OpaquePointer) {
    func field(_ code: UnicodeScalar) -> String? {
      PQresultErrorField(result, Int32(code.value)).map { text in
        let length = strnlen(text, Self.fieldLimit)
        let start = UnsafeRawBufferPointer(start: text, count: length)
        return String(decoding: start, as: UTF8.self) + (length < Self.fieldLimit ? "" : "…")
      }
    }
    // The field codes are the PG_DIAG_* macros of postgres_ext.h. Swift does not import character macros.
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
