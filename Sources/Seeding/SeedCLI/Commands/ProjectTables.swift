import EmbeddedPostgres
import Postgres
import SeedKit

/// Access to the database for `init` and `new`, which also work without one.
struct ProjectTables {
  let session: Session

  /// What to suggest without `--from`.
  enum Suggestions {
    case tables(TableSuggestions)
    /// No database is configured, and the embedded one does not exist yet.
    case noDatabase
    case unreachable(String)
  }

  static func note(_ problem: String) -> String { "the database cannot be reached: \(problem)" }

  private var isEmpty: Bool {
    get throws { try session.externalConfiguration() == nil && session.embeddedPostgres.folder == nil }
  }

  /// Runs a body with the database if it is reachable.
  ///
  /// - Returns: the result, and why the database is unreachable; nil if it is not.
  func with<Result>(
    _ body: (FileImport.Database) async throws -> Result
  ) async throws -> (Result, problem: String?) {
    if try isEmpty { return (try await body(.empty), nil) }
    let seeders = try session.registry().seeders
    let connection: PostgresConnection
    do {
      connection = try await connect()
    } catch let error as PostgresError {
      return (try await body(.unknown), error.message)
    }
    do {
      let result = try await body(.connected(connection, seeders: seeders))
      await connection.close()
      return (result, nil)
    } catch {
      await connection.close()
      throw error
    }
  }

  /// Looks for tables to start with.
  func suggestions() async throws -> Suggestions {
    if try isEmpty { return .noDatabase }
    let seeders = try session.registry().seeders
    let connection: PostgresConnection
    do {
      connection = try await connect()
    } catch let error as PostgresError {
      return .unreachable(error.message)
    }
    do {
      let tables = try await TableSuggestions.read(among: seeders, on: connection)
      await connection.close()
      return .tables(tables)
    } catch {
      await connection.close()
      throw error
    }
  }

  private func connect() async throws -> PostgresConnection {
    try await PostgresConnection.connect(try await session.database().configuration)
  }
}
