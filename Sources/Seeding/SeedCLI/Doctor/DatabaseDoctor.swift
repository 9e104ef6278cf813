import Migrations
import Postgres
import SeedKit

/// The checks that ask the database over a connection.
struct DatabaseDoctor: Sendable {
  let doctor: Doctor
  let connection: PostgresConnection

  var session: Session { doctor.session }

  /// Makes a check.
  ///
  /// - Throws: `PostgresError` for what the check does not explain itself.
  func verdict(_ check: DoctorCheckName) async throws -> DoctorVerdict {
    switch check {
    case .serverVersion: serverVersion()
    // Their subject is what happens between transactions.
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
    case .clock: try await clock()
    case .timeZone: try await timeZone()
    case .connections: try await connections()
    case .longTransactions: try await longTransactions()
    default: try await module(check)
    }
  }

  /// A check that a module has declared.
  private func module(_ name: DoctorCheckName) async throws -> DoctorVerdict {
    for check in doctor.modules.flatMap(\.doctorChecks) where check.name == name {
      guard case .connected(let body) = check.body else { continue }
      return try await body(DoctorContext(doctor: doctor), connection)
    }
    return .skipped("no connection needed")
  }

  /// Reads in a transaction, so that nothing of the settings stays behind in a pooler.
  func reading<Result>(_ body: () async throws -> Result) async throws -> Result {
    try await inTransaction(["SET TRANSACTION READ ONLY"], body)
  }

  /// The server ends what takes too long before our own limit does, so that the connection stays usable.
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

  /// The seeders that there are; none if a definition is faulty, which a check of its own tells.
  var registry: SeederRegistry? { try? session.registry() }

  /// All migrations, each set once.
  func migrationSets() throws -> [MigrationSet] { try MigrateCommand(session: session).migrator().sets }

  /// Whether a seeder needs an extension.
  func needsVectors() throws -> Bool {
    try migrationSets().contains { set in set.migrations.contains { $0.up.contains("CREATE EXTENSION") } }
  }
}
