import Postgres

extension Migrator {
  /// Runs `body` and rethrows an error of the server with the migration, the line and the fix.
  func explained<Result>(
    _ step: Step?, on connection: PostgresConnection, _ body: () async throws -> Result
  ) async throws -> Result {
    do {
      return try await body()
    } catch let error as PostgresTransactionError {
      guard let cause = error.cause as? PostgresError else { throw error.cause }
      throw await explain(cause, step: step, on: connection)
    } catch let error as PostgresError {
      throw await explain(error, step: step, on: connection)
    }
  }

  private func explain(
    _ error: PostgresError, step: Step?, on connection: PostgresConnection
  ) async -> any Error {
    // A lost connection or a busy server is not the migration's problem.
    guard let server = error.server, !error.isTransient else { return error }
    let subject = step.map { "\($0.migration.file) of '\($0.set)'" } ?? "the history tables"
    let place = step.flatMap { line(of: server, in: $0.migration) }.map { ", line \($0)" } ?? ""
    let failure = "\(subject)\(place) failed: \(error)"
    let extensions = step?.migration.extensions ?? []
    if server.sqlState == .featureNotSupported || server.sqlState == .undefinedFile,
      let missing = try? await Self.extensions(
        extensions, missingFrom: "pg_available_extensions", connection),
      !missing.isEmpty
    {
      return MigrationError(
        .extensionUnavailable,
        failure, fix: Self.help(forMissing: missing, major: connection.serverVersion / 10_000),
        underlying: error, isExtensionMissing: true)
    }
    guard error.sqlState == .insufficientPrivilege else {
      return MigrationError(.failed, failure, set: step?.set, underlying: error)
    }
    let absent =
      (try? await Self.extensions(extensions, missingFrom: "pg_extension", connection)) ?? []
    let statements = absent.map { "CREATE EXTENSION \($0)" }.joined(separator: "; ")
    return MigrationError(
      .insufficientPrivilege,
      failure,
      fix: absent.isEmpty
        ? "Grant the role the privilege to create schemas and tables in this database, then run again."
        : "Run '\(statements)' in this database once as a superuser, then run again.",
      underlying: error, isExtensionMissing: !absent.isEmpty)
  }

  /// The extensions that are missing from a catalog. Not taken from the server's message, which may be in any
  /// language.
  private static func extensions(
    _ names: [String], missingFrom catalog: String, _ connection: PostgresConnection
  ) async throws -> [String] {
    guard !names.isEmpty else { return [] }
    let column = catalog == "pg_extension" ? "extname" : "name"
    // citus: the catalog
    return try await connection.query(
      """
      SELECT wanted FROM unnest(\(names)) AS wanted WHERE NOT EXISTS (
        SELECT FROM \(unescaped: catalog) AS known WHERE known.\(unescaped: column) = wanted)
      """
    ).map { try $0.decode(String.self) }
  }

  private static func help(forMissing names: [String], major: Int) -> String {
    let list = names.map { "'\($0)'" }.joined(separator: ", ")
    let noun = names.count == 1 ? "extension" : "extensions"
    guard names.contains("vector") else {
      return """
        The server (PostgreSQL \(major)) does not provide the \(noun) \(list). Install its package on the server, or enable \
        it with your hosting provider.
        """
    }
    return """
      The server (PostgreSQL \(major)) does not provide the \(noun) \(list). The extension 'vector' is pgvector. On Debian and Ubuntu, \
      install the package postgresql-\(major)-pgvector. With a hosting provider, enable it. Or unset DATABASE_URL to use the \
      embedded PostgreSQL, which has it.
      """
  }

  /// The line of the file. Known only if the script was sent as a whole and the server reports a position.
  private func line(of server: PostgresServerMessage, in migration: Migration) -> Int? {
    guard let position = server.position, migration.isTransactional else { return nil }
    let before = migration.up.unicodeScalars.prefix(position - 1)
    return migration.upLine + before.count { $0 == "\n" }
  }
}

extension Migration {
  /// Whether it only creates extensions, and none that exist.
  private var onlyAddsExtensions: Bool {
    let statements = SQLScript(up).statements
    return statements.count == extensions.count
      && statements.allSatisfy {
        $0.text.prefixMatch(of: #/CREATE\s+EXTENSION\s+IF\s+NOT\s+EXISTS\s/#.ignoresCase()) != nil
      }
  }

  /// The queries for whether the statements have nothing to do; empty if they always have.
  var presence: [PostgresQuery] {
    guard onlyAddsExtensions else { return [] }
    return ["SELECT extname::text FROM pg_extension WHERE extname = ANY(\(extensions))"]
  }

  /// Whether the statements have nothing to do, from the rows of ``presence``. Citus lets only the owner of an extension
  /// run CREATE EXTENSION IF NOT EXISTS, even if the extension exists.
  func isPresent(_ rows: ArraySlice<PostgresRows>) -> Bool {
    rows.first.map { $0.count == Set(extensions).count } ?? false
  }

  /// The extensions that it creates.
  fileprivate var extensions: [String] {
    SQLScript(up).statements.compactMap { statement -> String? in
      let pattern = #/^CREATE\s+EXTENSION\s+(?:IF\s+NOT\s+EXISTS\s+)?("(?:[^"]|"")+"|[a-z_][a-z0-9_$]*)/#
        .ignoresCase()
      guard let name = statement.text.prefixMatch(of: pattern)?.output.1 else { return nil }
      guard name.hasPrefix("\"") else { return name.lowercased() }
      return String(name.dropFirst().dropLast()).replacing("\"\"", with: "\"")
    }
  }
}
