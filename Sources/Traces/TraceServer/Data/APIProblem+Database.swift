import Embeddings
import HTTPServer
import Postgres

extension APIProblem {
  /// What a client is told about an error, and whether that is news for the log.
  static func describing(_ error: any Error) -> APIProblem {
    switch error {
    case let problem as APIProblem: problem
    case let error as PostgresTransactionError: describing(error.cause)
    case let error as PostgresError: describing(error)
    case is EmbeddingServiceError, is EmbeddingError:
      // Which service, and what it said, is the operator's business: it is in the log.
      APIProblem(
        kind: .embeddingUnavailable, status: 503,
        detail: "what makes vectors of questions does not answer as it should at the moment", headers: retry)
    case is CancellationError:
      APIProblem(
        kind: .databaseUnavailable, status: 503, detail: "it took too long, or the server is stopping",
        headers: retry)
    default: APIProblem(kind: .internalFault, status: 500, detail: "the log says more under the request's id")
    }
  }

  private static let retry: HTTPHeaders = ["Retry-After": "1"]

  private static func describing(_ error: PostgresError) -> APIProblem {
    let unavailable = APIProblem(
      kind: .databaseUnavailable, status: 503,
      detail: "the database does not answer at the moment; a write may or may not have happened",
      headers: retry)
    switch error.code {
    case .connectionFailed, .connectionLost, .poolTimeout, .closed, .resourcesExhausted: return unavailable
    default: break
    }
    guard let state = error.sqlState else {
      return APIProblem(
        kind: .internalFault, status: 500, detail: "the log says more under the request's id")
    }
    if error.isTransient || state == .readOnlyTransaction { return unavailable }
    switch state {
    case .undefinedTable, .undefinedObject, SQLState(rawValue: "42703"), SQLState(rawValue: "42883"):
      return APIProblem(
        kind: .notReady, status: 503, detail: "the database is not migrated yet; see /health/ready",
        headers: retry)
    default: break
    }
    // A value that only the database found to be wrong.
    if state.classCode == "22" || state == .checkViolation {
      return APIProblem(kind: .invalidFields, status: 422, detail: "a value does not fit")
    }
    return APIProblem(kind: .internalFault, status: 500, detail: "the log says more under the request's id")
  }
}
