import Postgres
import SeedKit
import Threads
import TraceStore

/// Database access for the routes.
///
/// When the database restarts, pooled connections fail at their next statement. A read is retried on other
/// connections until one works. A write first checks its connection and is never retried, because once it has been
/// sent, it is unknown whether it was committed.
final class Store: Sendable {
  let pool: PostgresPool
  /// Refuses writes to a database of another environment.
  let environment: EnvironmentGuard
  private let abilities = Lock<(value: SearchAbilities, end: ContinuousClock.Instant)?>(nil)

  /// How long the detected search capabilities of the database are cached.
  private static let abilitiesLifetime: Duration = .seconds(30)

  init(configuration: PostgresConfiguration, poolSize: Int, environment: SeedEnvironment) {
    self.environment = EnvironmentGuard(environment)
    pool = PostgresPool(
      configuration: configuration, maximumConnections: poolSize, acquireTimeout: .seconds(5))
  }

  /// Runs a read.
  ///
  /// - Throws: the errors of `body`; `PostgresError`.
  func read<Result: Sendable>(
    _ body: (PostgresConnection) async throws -> Result
  ) async throws -> Result {
    var attempts = 0
    while true {
      do {
        return try await pool.withConnection(body)
      } catch  where Self.isGone(error) && attempts < pool.maximumConnections {
        attempts += 1
      }
    }
  }

  /// Runs a read on the connection's thread, without a hop for each statement.
  ///
  /// - Throws: the errors of `body`; `PostgresError`.
  func readAtOnce<Result: Sendable>(
    _ body: @Sendable (isolated PostgresConnection) async throws -> Result
  ) async throws -> Result {
    var attempts = 0
    while true {
      do {
        return try await pool.onConnection(body)
      } catch  where Self.isGone(error) && attempts < pool.maximumConnections {
        attempts += 1
      }
    }
  }

  /// Runs a write.
  ///
  /// - Throws: the errors of `body`; `PostgresError`; ``UncertainWrite`` if it is unknown whether `body` was committed;
  ///   ``APIProblem`` if the database belongs to another environment.
  func write<Result: Sendable>(
    _ body: (PostgresConnection) async throws -> Result
  ) async throws -> Result {
    var attempts = 0
    while true {
      do {
        return try await pool.withConnection { connection in
          do {
            try await environment.check(on: connection)
          } catch  where Self.isGone(error) {
            throw Broken(cause: error)
          }
          do {
            return try await body(connection)
          } catch  where Self.isGone(error) {
            throw UncertainWrite(cause: error)
          }
        }
      } catch let broken as Broken {
        guard attempts < pool.maximumConnections else { throw broken.cause }
        attempts += 1
      }
    }
  }

  /// The search capabilities of the database, cached for half a minute.
  func searchAbilities() async throws -> SearchAbilities {
    let known = abilities.withLock { abilities in abilities.flatMap { $0.end > .now ? $0.value : nil } }
    if let known { return known }
    let found = try await read { try await SearchAbilities.read(on: $0) }
    abilities.withLock { $0 = (found, .now + Self.abilitiesLifetime) }
    return found
  }

  /// The connection broke before any statement of the request ran on it.
  private struct Broken: Error {
    let cause: any Error
  }

  /// The connection was lost during a write. It is unknown whether the write was committed.
  struct UncertainWrite: Error {
    let cause: any Error
  }

  /// Whether the connection was lost during a statement, for example because the server shut down.
  private static func isGone(_ error: any Error) -> Bool {
    let error = (error as? PostgresTransactionError)?.cause ?? error
    guard let error = error as? PostgresError else { return false }
    return error.code == .connectionLost || (error.sqlState?.rawValue.hasPrefix("57P0") ?? false)
  }
}
