import Migrations
import Postgres
import SeedKit

extension DatabaseDoctor {
  /// Checks that pgvector is installed or available, and its version.
  func pgvector() async throws -> DoctorVerdict {
    guard try needsVectors() else { return .skipped("no seeder needs it") }
    let (installed, available) = try await connection.queryOne(
      """
      SELECT (SELECT extversion FROM pg_extension WHERE extname = 'vector'),
        (SELECT default_version FROM pg_available_extensions WHERE name = 'vector')
      """
    ).decode(String?.self, String?.self)
    let major = connection.serverVersion / 10_000
    guard let version = installed ?? available else {
      return .failure(
        "not available on this server",
        fix:
          "install the package postgresql-\(major)-pgvector on the server, or enable 'vector' with your provider"
      )
    }
    let parts = version.split(separator: ".").compactMap { Int($0) }
    let (high, low) = (parts.first ?? 0, parts.count > 1 ? parts[1] : 0)
    let update =
      available.map { $0 != installed } ?? false
      ? "run: ALTER EXTENSION vector UPDATE" : "install a newer package of pgvector on the server"
    if (high, low) < (0, 5) {
      return .failure("\(version), which does not support HNSW indexes", fix: update)
    }
    if (high, low) < (0, 8) {
      return .warning("\(version): before 0.8 a filtered search may miss results", fix: update)
    }
    guard let installed else { return .ok("\(version) is available; the first migration installs it") }
    return .ok("\(installed)" + (available.map { $0 == installed ? "" : "; \($0) is available" } ?? ""))
  }

  /// The number of pending migrations; nil if the history cannot be read.
  private func dueCount() async -> Int? {
    guard let sets = try? migrationSets(),
      let states = try? await Migrator(sets: sets).status(on: connection)
    else { return nil }
    return states.count { $0.status == .pending }
  }

  /// Checks the rights to create schemas, tables and the temporary staging tables of a run.
  func createRights() async throws -> DoctorVerdict {
    let (role, database, mayCreate, mayStage, schema) = try await connection.queryOne(
      """
      SELECT current_user::text, current_database()::text,
        has_database_privilege(current_database(), 'CREATE'),
        has_database_privilege(current_database(), 'TEMPORARY'), current_schema()::text
      """
    ).decode(String.self, String.self, Bool.self, Bool.self, String?.self)
    let (user, base) = try (PostgresIdentifier(role), PostgresIdentifier(database))
    guard mayStage else {
      return .failure(
        "'\(role)' cannot create temporary tables, which seeders use for staging",
        fix: "run as the owner: GRANT TEMPORARY ON DATABASE \(base) TO \(user)")
    }
    let (hasOurs, mayUseOurs, mayOurs, mayTheirs) = try await connection.queryOne(
      """
      SELECT to_regnamespace('seed_runner') IS NOT NULL,
        CASE WHEN has_schema_privilege(to_regnamespace('seed_runner'), 'USAGE')
          THEN coalesce(has_table_privilege(to_regclass('seed_runner.migration'), 'SELECT'), true) ELSE false END,
        coalesce(has_schema_privilege(to_regnamespace('seed_runner'), 'CREATE, USAGE'), false),
        coalesce(has_schema_privilege(to_regnamespace(quote_ident(current_schema())), 'CREATE'), false)
      """
    ).decode(Bool.self, Bool.self, Bool.self, Bool.self)
    guard mayUseOurs || !hasOurs else {
      return .failure(
        "'\(role)' cannot use the schema 'seed_runner', which contains the history",
        fix: """
          run as the owner: GRANT USAGE, CREATE ON SCHEMA seed_runner TO \(user); \
          GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA seed_runner TO \(user)
          """)
    }
    var missing: [(what: String, grant: String)] = []
    if !hasOurs, !mayCreate {
      missing.append(("schemas in '\(database)'", "GRANT CREATE ON DATABASE \(base) TO \(user)"))
    }
    if hasOurs, !mayOurs {
      missing.append(("tables in 'seed_runner'", "GRANT USAGE, CREATE ON SCHEMA seed_runner TO \(user)"))
    }
    guard let schema else {
      return .failure(
        "search_path names no existing schema",
        fix: "run: ALTER ROLE \(user) SET search_path = public")
    }
    if !mayTheirs {
      missing.append(
        ("tables in '\(schema)'", "GRANT CREATE ON SCHEMA \(try PostgresIdentifier(schema)) TO \(user)"))
    }
    guard let first = missing.first else {
      return .ok("'\(role)' can create schemas, tables and temporary tables")
    }
    let found = "'\(role)' cannot create \(missing.map(\.what).joined(separator: ", nor "))"
    if await dueCount() == 0 { return .ok("\(found); no pending migration requires it") }
    let fix = ([first.grant] + missing.dropFirst().map(\.grant)).joined(separator: "; ")
    return .failure(found, fix: "run as the owner: \(fix)")
  }

  /// Checks the right to install pgvector, unless it is installed.
  func extensionRights() async throws -> DoctorVerdict {
    guard try needsVectors() else { return .skipped("no seeder needs an extension") }
    let (isInstalled, isAvailable, isTrusted, isSuperuser, mayCreate) = try await connection.queryOne(
      """
      SELECT EXISTS (SELECT FROM pg_extension WHERE extname = 'vector'),
        EXISTS (SELECT FROM pg_available_extensions WHERE name = 'vector'),
        coalesce((SELECT bool_or(trusted OR NOT superuser) FROM pg_available_extension_versions
          WHERE name = 'vector'), false),
        (SELECT rolsuper FROM pg_roles WHERE rolname = current_user),
        has_database_privilege(current_database(), 'CREATE')
      """
    ).decode(Bool.self, Bool.self, Bool.self, Bool.self, Bool.self)
    if isInstalled { return .ok("not needed: pgvector is installed") }
    guard isAvailable else { return .skipped("the server does not have pgvector") }
    if isSuperuser || (isTrusted && mayCreate) { return .ok("the role can install pgvector") }
    return .failure(
      "the role cannot install pgvector",
      fix: "have a superuser run 'CREATE EXTENSION vector' in this database")
  }

  /// Checks the rights to read and write the existing tables.
  func tableRights() async throws -> DoctorVerdict {
    let tables = try await existingTables()
    guard !tables.isEmpty else { return .skipped("no tables exist yet") }
    let missing = try await connection.query(
      """
      SELECT name, array_remove(ARRAY[
          CASE WHEN NOT has_table_privilege(id, 'SELECT') THEN 'SELECT' END,
          CASE WHEN NOT has_table_privilege(id, 'INSERT') THEN 'INSERT' END,
          CASE WHEN NOT has_table_privilege(id, 'UPDATE') THEN 'UPDATE' END,
          CASE WHEN NOT has_table_privilege(id, 'DELETE') THEN 'DELETE' END], NULL)
      FROM unnest(\(tables)) AS name CROSS JOIN LATERAL (SELECT to_regclass(name)::oid AS id) AS found
      WHERE NOT (has_table_privilege(id, 'SELECT') AND has_table_privilege(id, 'INSERT')
        AND has_table_privilege(id, 'UPDATE') AND has_table_privilege(id, 'DELETE'))
      """
    ).map { try $0.decode(String.self, [String].self) }
    guard !missing.isEmpty else { return .ok("\(Text.count(tables.count, "table")) can be read and written") }
    let role = try await connection.queryOne("SELECT current_user::text").decode(String.self)
    let shown = missing.prefix(6).map { "\($0.0) (\($0.1.joined(separator: ", ")))" }.joined(separator: ", ")
    let rights = ["SELECT", "INSERT", "UPDATE", "DELETE"].filter { right in
      missing.contains { $0.1.contains(right) }
    }
    return .failure(
      "missing on \(missing.count) of \(Text.count(tables.count, "table")): \(shown)"
        + (missing.count > 6 ? ", …" : ""),
      fix:
        "run as the owner: GRANT \(rights.joined(separator: ", ")) ON \(missing.map(\.0).joined(separator: ", ")) "
        + "TO \(try PostgresIdentifier(role))")
  }

  /// The existing tables of seed-runner and of the seeders.
  func existingTables() async throws -> [String] {
    let mayUseOurs = try await connection.queryOne(
      "SELECT coalesce(has_schema_privilege(to_regnamespace('seed_runner'), 'USAGE'), false)"
    ).decode(Bool.self)
    let ours = mayUseOurs ? ["seed_runner.migration", "seed_runner.lock"] : []
    let made = try migrationSets().flatMap(\.tables)
    let declared = try (registry?.seeders ?? []).compactMap(\.declarative)
      .flatMap { try $0.definition.tableNames() }
    return try await connection.query(
      """
      SELECT DISTINCT ON (to_regclass(name)::oid) name FROM unnest(\(ours + made + declared)) AS name
      WHERE to_regclass(name) IS NOT NULL ORDER BY to_regclass(name)::oid, length(name)
      """
    ).map { try $0.decode(String.self) }
  }
}
