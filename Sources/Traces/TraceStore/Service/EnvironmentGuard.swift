package import Postgres
package import SeedKit
import Synchronization

/// Keeps a service from writing to a database that belongs to another environment, such as a development server that
/// was given the address of the production database.
package final class EnvironmentGuard: Sendable {
  /// The environment of the service.
  package let environment: SeedEnvironment
  /// Whether the table of the stamp is known to exist, so that it can be read without a check.
  private let isStamped = Atomic(false)

  package init(_ environment: SeedEnvironment) { self.environment = environment }

  /// The environment that the database belongs to; nil if it is the service's, or if the database has no stamp.
  ///
  /// It is one query from the second call on.
  ///
  /// - Throws: `PostgresError`.
  package func stamp(on connection: PostgresConnection) async throws -> String? {
    let found: String?
    if isStamped.load(ordering: .relaxed) {
      found = try await connection.query("SELECT name FROM seed_runner.environment").first?.decode(
        String.self)
    } else {
      found = try await EnvironmentStamp.found(on: connection)
      if found != nil { isStamped.store(true, ordering: .relaxed) }
    }
    return found == environment.rawValue ? nil : found
  }
}
