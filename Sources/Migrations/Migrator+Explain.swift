import Postgres

extension Migrator {
  /// Runs `body` and turns the server's error into one that says which migration, which line, and
  /// what to do.
  func explained<Result>(
    _ step: Step?, on connection: PostgresConnection, _ body: () async throws -> Result
  ) async throws -> Result {
    do {
      return try await body()
    } catch let error as PostgresTransactionError {
      guard let cause = error.cause as? PostgresError else { throw error.cause }
      throw explain(cause, step: step, major: connection.serverVersion / 10_000)
    } catch let error as PostgresError {
      throw explain(error, step: step, major: connection.serverVersion / 10_000)
    }
  }

  private func explain(_ error: PostgresError, step: Step?, major: Int) -> any Error {
    // A lost connection or a busy server is no fault of the migration.
    guard let server = error.server, !error.isTransient else { return error }
    let subject = step.map { "\($0.migration.file) of '\($0.set)'" } ?? "the history's tables"
    let place = step.flatMap { line(of: server, in: $0.migration) }.map { ", line \($0)" } ?? ""
    let failure = "\(subject)\(place) failed: \(error)"
    if isMissingExtension(server) {
      return MigrationError(
        .extensionUnavailable,
        """
        \(failure)
        The server, PostgreSQL \(major), does not have pgvector. On Debian and Ubuntu install the package \
        postgresql-\(major)-pgvector on it; at a provider enable the extension 'vector'; or unset \
        DATABASE_URL to use the embedded PostgreSQL, which has it.
        """, underlying: error)
    }
    guard error.sqlState == .insufficientPrivilege else {
      return MigrationError(.failed, failure, underlying: error)
    }
    let isExtension = server.message.contains("extension")
    return MigrationError(
      .insufficientPrivilege,
      isExtension
        ? "\(failure)\nLet a superuser run 'CREATE EXTENSION vector' in this database once, then run again."
        : "\(failure)\nGrant the role the right to create schemas and tables in this database, then run again.",
      underlying: error)
  }

  /// 0A000 since PostgreSQL 15, 58P01 before.
  private func isMissingExtension(_ server: PostgresServerMessage) -> Bool {
    (server.sqlState == .featureNotSupported || server.sqlState == .undefinedFile)
      && server.message.contains("extension")
  }

  /// The line of the file, where the server names a position and the script was sent as a whole.
  private func line(of server: PostgresServerMessage, in migration: Migration) -> Int? {
    guard let position = server.position, migration.isTransactional else { return nil }
    let before = migration.up.unicodeScalars.prefix(position - 1)
    return migration.upLine + before.count { $0 == "\n" }
  }
}
