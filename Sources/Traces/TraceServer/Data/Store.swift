import Postgres
import SeedKit
import Threads
import TraceStore

/// The database as the routes use it.
///
/// A server that restarts leaves connections behind that break at their next statement. A read is tried
/// again on others until one holds; a write first makes sure of its connection, and is never tried twice:
/// once it was sent, nobody can tell whether it happened.
final class Store: Sendable {
  let pool: PostgresPool
  private let abilities = Lock<(value: SearchAbilities, end: ContinuousClock.Instant)?>(nil)

  /// How long what the database can do for search is taken as known.
  private static let abilitiesLifetime: Duration = .seconds(30)

  init(configuration: PostgresConfiguration, poolSize: Int) {
    pool = PostgresPool(
      configuration: configuration, maximumConnections: poolSize, acquireTimeout: .seconds(5))
  }

  /// Reads.
  ///
  /// - Throws: what `body` throws; `PostgresError`.
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

  /// Reads in one go, on the connection's thread.
  ///
  /// - Throws: what `body` throws; `PostgresError`.
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

  /// Writes.
  ///
  /// - Throws: what `body` throws; `PostgresError`.
  func write<Result: Sendable>(
    _ body: (PostgresConnection) async throws -> Result
  ) async throws -> Result {
    var attempts = 0
    while true {
      do {
        return try await pool.withConnection { connection in
          do {
            try await connection.query("SELECT")
          } catch  where Self.isGone(error) {
            throw Broken(cause: error)
          }
          return try await body(connection)
        }
      } catch let broken as Broken {
        guard attempts < pool.maximumConnections else { throw broken.cause }
        attempts += 1
      }
    }
  }

  /// What the database can do for search, as it was half a minute ago at the most.
  func searchAbilities() async throws -> SearchAbilities {
    let known = abilities.withLock { abilities in abilities.flatMap { $0.end > .now ? $0.value : nil } }
    if let known { return known }
    let found = try await read { try await SearchAbilities.read(on: $0) }
    abilities.withLock { $0 = (found, .now + Self.abilitiesLifetime) }
    return found
  }

  /// The connection broke before any work was done on it.
  private struct Broken: Error {
    let cause: any Error
  }

  /// Whether the connection went away under a statement, by itself or because the server shut down.
  private static func isGone(_ error: any Error) -> Bool {
    let error = (error as? PostgresTransactionError)?.cause ?? error
    guard let error = error as? PostgresError else { return false }
    return error.code == .connectionLost || (error.sqlState?.rawValue.hasPrefix("57P0") ?? false)
  }
}
