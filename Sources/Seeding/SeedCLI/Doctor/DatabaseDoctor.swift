import Migrations
import Postgres
import SeedKit

/// The checks that query the database.
struct DatabaseDoctor: Sendable {
  let doctor: Doctor
  let connection: PostgresConnection

  var session: Session { doctor.session }

  /// Runs a check.
  ///
  /// - Throws: `PostgresError` for errors that the check does not explain itself.
  func verdict(_ check: DoctorCheckName) async throws -> DoctorVerdict {
    switch check {
    case .serverVersion: serverVersion()
    // These two manage their own transactions.
    case .pooler: try await pooler()
    case .locks: try await locks()
    default: try await reading { try await look(at: check) }
    }
  }

  private func look(at check: DoctorCheckName) async throws -> DoctorVerdict {
    switch check {
    case .writable: try await writable()
    case .pgvector: try await pgvector()
    case .createRights: try await createRights()
    case .extensionRights: try await extensionRights()
    case .tableRights: try await tableRights()
    case .migrations: try await migrations()
    case .tables: try await tables()
    case .environment: try await environment()
    case .cluster: try await cluster()
    case .distribution: try await distribution()
    case .clock: try await clock()
    case .timeZone: try await timeZone()
    case .connections: try await connections()
    case .longTransactions: try await longTransactions()
    default: try await module(check)
    }
  }

  /// Runs a check that a module declares.
  private func module(_ name: DoctorCheckName) async throws -> DoctorVerdict {
    for check in doctor.modules.flatMap(\.doctorChecks) where check.name == name {
      guard case .connected(let body) = check.body else { continue }
      return try await body(DoctorContext(doctor: doctor), connection)
    }
    return .skipped("no connection needed")
  }

  /// Runs `body` in a read-only transaction, so that no setting leaks to other clients of a pooler.
  func reading<Result>(_ body: () async throws -> Result) async throws -> Result {
    try await inTransaction(["SET TRANSACTION READ ONLY"], body)
  }

  /// Runs `body` in a transaction with the server's time limits. They are shorter than the client's, so that the
  /// connection stays usable after a slow statement.
  func inTransaction<Result>(
    _ setup: [PostgresQuery] = [], _ body: () async throws -> Result
  ) async throws -> Result {
    do {
      return try await connection.withTransaction(
        setup: setup + ["SET LOCAL statement_timeout = '5s'", "SET LOCAL lock_timeout = '1s'"]
      ) { _ in try await body() }
    } catch let error as PostgresTransactionError {
      throw error.cause
    }
  }

  /// The seeders; nil if a definition has faults, which the check `seeders` reports.
  var registry: SeederRegistry? { try? session.registry() }

  /// The migration sets of seed-runner and of the seeders, each once.
  func migrationSets() throws -> [MigrationSet] { try MigrateCommand(session: session).migrator().sets }

  /// Whether a migration creates an extension.
  func needsVectors() throws -> Bool {
    try migrationSets().contains { set in set.migrations.contains { $0.up.contains("CREATE EXTENSION") } }
  }
}
