import CLibPQ
import Dispatch
import Glibc

/// Detects that a statement will never be answered although its connection seems to be open.
///
/// TCP keepalives detect a network that drops packets. They do not detect a proxy or load balancer that keeps the
/// connection without forwarding, or a stopped server. So after ``PostgresConfiguration/silenceLimit`` a running
/// statement is checked over a second connection, again and again. If the server is working on the statement,
/// however slowly, nothing is done.
struct SilenceWatch: Sendable {
  /// The result of a check.
  private enum Finding {
    /// The server is working on the statement, or its state is unknown.
    case working
    /// The server is waiting for this program, or cannot be reached.
    case silent(String)
  }

  /// What a check found, for comparison with the next one.
  private struct Suspicion: Equatable {
    let statement: Int
    let transfer: StatementCanceller.Transfer?
  }

  private let limit: Duration
  private let configuration: PostgresConfiguration
  private let process: Int32
  private let database: String
  private let user: String

  /// - Parameters:
  ///   - connection: the connection to watch.
  ///   - configuration: the configuration it was opened with.
  init(_ connection: LibPQConnection, configuration: PostgresConfiguration) {
    func text(_ pointer: UnsafePointer<CChar>?) -> String { pointer.map { String(cString: $0) } ?? "" }
    limit = configuration.silenceLimit
    var configuration = configuration
    // The same server, if the configuration names several.
    configuration.pin(
      host: text(PQhost(connection.raw)), address: text(PQhostaddr(connection.raw)),
      port: text(PQport(connection.raw)))
    self.configuration = configuration
    process = PQbackendPID(connection.raw)
    database = text(PQdb(connection.raw))
    user = text(PQuser(connection.raw))
  }

  /// Watches the canceller's connection as long as it exists.
  func start(_ canceller: StatementCanceller) { look(canceller, last: nil) }

  private func look(_ canceller: StatementCanceller, last: Suspicion?) {
    DispatchQueue.global().asyncAfter(deadline: .now() + (limit / 3).seconds) { [weak canceller] in
      guard let canceller, canceller.cut == nil else { return }
      guard let statement = canceller.running(for: limit) else { return look(canceller, last: nil) }
      guard case .silent(let reason) = finding(canceller) else { return look(canceller, last: nil) }
      let suspicion = Suspicion(statement: statement, transfer: canceller.transfer)
      // One finding is not enough: the response may be on its way, and a long message takes time.
      guard last == suspicion else { return look(canceller, last: suspicion) }
      canceller.cut(statement, because: .silent(reason))
    }
  }

  private func finding(_ canceller: StatementCanceller) -> Finding {
    if let transfer = canceller.transfer, transfer.isUnacknowledged, transfer.silence >= limit {
      return .silent("the network has not acknowledged data for \(limit)")
    }
    let connection: LibPQConnection
    do {
      connection = try LibPQConnection.connect(configuration)
    } catch let error as PostgresError where error.connectionFault == .unanswered {
      return .silent("the server does not respond to a new connection either: \(error.message)")
    } catch {
      // A server that refuses a connection is running.
      return .working
    }
    guard let state = state(over: connection) else { return .working }
    return state == "active"
      ? .working : .silent("the server has finished the statement or never received it (\(state))")
  }

  /// The state of the watched process; nil if it cannot be known, for example behind a pooler.
  private func state(over connection: LibPQConnection) -> String? {
    let deadline = ContinuousClock.now + configuration.connectTimeout
    let sql = """
      SELECT CASE WHEN state = 'active' AND wait_event = 'ClientRead' THEN 'waiting for the client' ELSE state END,
        pg_backend_pid()
      FROM pg_stat_activity WHERE pid = $1::int AND datname = $2 AND usename = $3
      """
    guard let fields = connection.row(sql, ["\(process)", database, user], until: deadline),
      fields.last == "\(PQbackendPID(connection.raw))"
    else { return nil }
    return fields[0]
  }
}

extension LibPQConnection {
  /// Runs a statement and returns the fields of its first row as text; nil without a row, with a NULL, or after the
  /// deadline. The connection must not be used afterwards.
  fileprivate func row(
    _ sql: String, _ values: [String], until deadline: ContinuousClock.Instant
  ) -> [String]? {
    let isSent = withCStrings(values) {
      PQsendQueryParams(raw, sql, Int32(values.count), nil, $0, nil, nil, 0)
    }
    guard isSent == 1 else { return nil }
    repeat {
      guard (try? wait(for: Int16(POLLIN), until: deadline)) == true, PQconsumeInput(raw) == 1
      else { return nil }
    } while PQisBusy(raw) == 1
    guard let result = PQgetResult(raw).map(LibPQResult.init), result.status == PGRES_TUPLES_OK,
      PQntuples(result.raw) > 0
    else { return nil }
    let columns = 0..<PQnfields(result.raw)
    guard columns.allSatisfy({ PQgetisnull(result.raw, 0, $0) == 0 }) else { return nil }
    return columns.map { String(cString: PQgetvalue(result.raw, 0, $0)) }
  }
}
