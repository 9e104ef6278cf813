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
  func verdict(_ check: DoctorCheck) async throws -> DoctorVerdict {
    switch check {
    case .serverVersion: serverVersion()
    // Their subject is what happens between transactions.
    case .pooler: try await pooler()
    case .locks: try await locks()
    default: try await reading { try await look(at: check) }
    }
  }

  private func look(at check: DoctorCheck) async throws -> DoctorVerdict {
    switch check {
    case .writable: try await writable()
    case .pgvector: try await pgvector()
    case .createRights: try await createRights()
    case .extensionRights: try await extensionRights()
    case .tableRights: try await tableRights()
    case .migrations: try await migrations()
    case .tables: try await tables()
    case .environment: try await environment()
    case .sharedBuffers: try await sharedBuffers()
    case .maintenanceMemory: try await maintenanceMemory()
    case .vectorIndex: try await vectorIndex()
    case .searchPlan: try await searchPlan()
    case .clock: try await clock()
    case .timeZone: try await timeZone()
    case .connections: try await connections()
    case .longTransactions: try await longTransactions()
    default: .skipped("it needs no connection")
    }
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

  /// Whether a seeder needs pgvector: those of the knowledge base do.
  func needsVectors() throws -> Bool {
    try migrationSets().contains { set in set.migrations.contains { $0.up.contains("CREATE EXTENSION") } }
  }
}
