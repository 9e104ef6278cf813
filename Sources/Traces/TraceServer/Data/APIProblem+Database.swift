import Embeddings
import HTTPServer
import Postgres

extension APIProblem {
  /// Maps an error to the problem that is sent to the client.
  static func describing(_ error: any Error) -> APIProblem {
    switch error {
    case let problem as APIProblem: problem
    case let error as PostgresTransactionError: describing(error.cause)
    case is Store.UncertainWrite:
      APIProblem(
        kind: .databaseUnavailable, status: 503,
        detail: "the database is unavailable; the write may or may not have been committed", headers: retry)
    case let error as PostgresError: describing(error)
    case is EmbeddingServiceError, is EmbeddingError:
      // The log names the service and its error. They are not for clients.
      APIProblem(
        kind: .embeddingUnavailable, status: 503,
        detail: "the embedding service is unavailable or returned an invalid response", headers: retry)
    case is CancellationError:
      APIProblem(
        kind: .databaseUnavailable, status: 503,
        detail: "the request timed out, or the server is shutting down",
        headers: retry)
    default:
      APIProblem(
        kind: .internalFault, status: 500, detail: "the server log has the details under the request ID")
    }
  }

  private static let retry: HTTPHeaders = ["Retry-After": "1"]

  private static func describing(_ error: PostgresError) -> APIProblem {
    let unavailable = APIProblem(
      kind: .databaseUnavailable, status: 503,
      detail: "the database is unavailable; nothing was written", headers: retry)
    switch error.code {
    case .connectionFailed, .connectionLost, .poolTimeout, .closed, .resourcesExhausted: return unavailable
    default: break
    }
    guard let state = error.sqlState else {
      return APIProblem(
        kind: .internalFault, status: 500, detail: "the server log has the details under the request ID")
    }
    if error.isTransient || state == .readOnlyTransaction { return unavailable }
    switch state {
    case .undefinedTable, .undefinedObject, SQLState(rawValue: "42703"), SQLState(rawValue: "42883"):
      return APIProblem(
        kind: .notReady, status: 503,
        detail: "the database is not migrated yet; GET /health/ready shows the progress",
        headers: retry)
    default: break
    }
    // A value that only the database rejected.
    if state.classCode == "22" || state == .checkViolation {
      return APIProblem(kind: .invalidFields, status: 422, detail: "a value is out of range")
    }
    return APIProblem(
      kind: .internalFault, status: 500, detail: "the server log has the details under the request ID")
  }
}
