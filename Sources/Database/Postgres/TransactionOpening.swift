import Threads

/// The beginning of a transaction, which is sent together with its first statements to save a round trip.
///
/// The first statements run after those of the opening, but are sent before the result of the opening is known. If
/// the opening has a check, only read-only or temporary statements may share its round trip; see
/// ``PostgresConnection/pipeline(sharingOpening:prepared:file:line:)``. For any other statement, the opening is sent
/// first.
package final class TransactionOpening: Sendable {
  private struct Received {
    var rows: [PostgresRows]?
    var isRejected = false
  }

  private let setup: [PostgresQuery]
  private let queries: [PostgresQuery]
  private let isolation: PostgresConnection.Isolation
  private let check: (@Sendable ([PostgresRows]) throws -> Void)?
  private let received = Lock(Received())

  /// Creates an opening. Sends nothing.
  ///
  /// - Parameters:
  ///   - setup: the statements to run first.
  ///   - queries: the statements to run after them.
  ///   - isolation: read committed by default.
  ///   - check: receives the rows of `setup`. If it throws, all later statements throw and the transaction is
  ///     rolled back. Nil by default: any statement may share the round trip.
  package init(
    _ setup: [PostgresQuery], reading queries: [PostgresQuery] = [],
    isolation: PostgresConnection.Isolation = .readCommitted,
    check: (@Sendable ([PostgresRows]) throws -> Void)? = nil
  ) {
    self.setup = setup
    self.queries = queries
    self.isolation = isolation
    self.check = check
  }

  var statements: [PostgresQuery] {
    [PostgresQuery(unescaped: "BEGIN ISOLATION LEVEL \(isolation.rawValue)")] + setup + queries
  }

  /// Whether only read-only or temporary statements may share the round trip.
  var isChecked: Bool { check != nil }

  /// Whether the check has thrown.
  package var isRejected: Bool { received.withLock(\.isRejected) }

  var rows: [PostgresRows]? { received.withLock(\.rows) }

  /// Checks the rows of the opening. After an error these are the rows of the statements before it.
  func accept(_ rows: ArraySlice<PostgresRows>) throws {
    guard rows.count > setup.count else { return }
    do {
      try check?(Array(rows.dropFirst().prefix(setup.count)))
    } catch {
      received.withLock { $0.isRejected = true }
      throw error
    }
    guard rows.count >= statements.count else { return }
    received.withLock { $0.rows = Array(rows.dropFirst(1 + setup.count).prefix(queries.count)) }
  }
}

/// Statements to send together with the next ones.
struct WaitingStatements: Sendable {
  let queries: [PostgresQuery]
  let check: (@Sendable ([PostgresRows]) throws -> Void)?
}

extension PostgresConnection {
  /// Sends the opening of the transaction now, unless it was sent.
  package func sendOpening(file: String = #fileID, line: Int = #line) async throws {
    guard opening != nil else { return }
    try await pipeline(sharingOpening: [], file: file, line: line)
  }

  /// The rows of the queries of an opening. Sends the opening unless it was sent.
  package func rows(of opening: TransactionOpening) async throws -> [PostgresRows] {
    try await sendOpening()
    guard let rows = opening.rows else {
      throw PostgresError(code: .invalidValue, message: "internal error: the transaction was not opened")
    }
    return rows
  }

  /// Sends the opening if it has to be checked before other statements are sent.
  func checkOpening(file: String, line: Int) async throws {
    if opening?.isChecked == true { try await sendOpening(file: file, line: line) }
  }

  /// Runs statements together with the next statement of the open transaction, in the same round trip. If one
  /// fails, the next statement throws its error.
  ///
  /// - Parameters:
  ///   - queries: the statements.
  ///   - check: receives their rows; after an error, the rows of the statements before it. If it throws, so does the
  ///     next statement, and with this error.
  package func runWithNext(
    _ queries: [PostgresQuery], check: (@Sendable ([PostgresRows]) throws -> Void)? = nil
  ) {
    waiting.append(WaitingStatements(queries: queries, check: check))
  }

  /// Discards the statements that wait for the next one.
  func discardWaiting() { waiting = [] }

  /// Sends the opening and the waiting statements now.
  func sendAhead(file: String, line: Int) async throws {
    try await pipeline(sharingOpening: [], file: file, line: line)
  }

  /// Takes what is sent ahead of the next statements.
  func takeAhead() -> (opening: TransactionOpening?, waiting: [WaitingStatements]) {
    defer { (opening, waiting) = (nil, []) }
    return (opening, waiting)
  }

  /// Passes the rows of what was sent ahead to those who check them.
  func accept(
    _ ahead: (opening: TransactionOpening?, waiting: [WaitingStatements]), _ rows: ArraySlice<PostgresRows>
  ) throws {
    var rows = rows
    if let opening = ahead.opening {
      do {
        try opening.accept(rows)
      } catch {
        refusal = error
        throw error
      }
      rows = rows.dropFirst(opening.statements.count)
    }
    for part in ahead.waiting {
      try part.check?(Array(rows.prefix(part.queries.count)))
      rows = rows.dropFirst(part.queries.count)
    }
  }
}
