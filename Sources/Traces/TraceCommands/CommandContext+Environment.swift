import Postgres
import SeedCLI
import SeedKit
import TraceStore

extension CommandContext {
  /// Keeps a command from writing to the database of another environment.
  ///
  /// - Parameter writer: what would write, for the message.
  /// - Throws: `CommandFailure` with code `refused` if the database belongs to another environment.
  func checkEnvironment(of writer: String, on connection: PostgresConnection) async throws {
    let own = settings[.environment]
    guard let stamp = try await EnvironmentGuard(own).stamp(on: connection) else { return }
    throw CommandFailure(
      code: .refused, errorCode: .otherEnvironment,
      message: "the database belongs to the environment '\(stamp)', but this \(writer) runs in '\(own)'",
      fix: "use --env \(stamp) or another database")
  }
}
