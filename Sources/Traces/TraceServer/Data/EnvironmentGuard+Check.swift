import Postgres
import TraceStore

extension EnvironmentGuard {
  /// - Throws: ``APIProblem`` with status 503 if the database belongs to another environment; `PostgresError`.
  func check(on connection: PostgresConnection) async throws {
    guard let stamp = try await stamp(on: connection) else { return }
    throw APIProblem(
      kind: .otherEnvironment, status: 503,
      detail: "the database belongs to the environment '\(stamp)', but this server runs in '\(environment)'; "
        + "nothing is written")
  }
}
