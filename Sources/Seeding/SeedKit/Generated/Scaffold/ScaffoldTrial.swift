import Basics
import Postgres

/// Tries the first rows of a definition in temporary tables.
struct ScaffoldTrial {
  struct Fault {
    let code: ErrorCode
    let line: Int?
    let field: String?
    let problem: String
    /// The problem without what was expected.
    let reason: String
  }

  let text: String
  let id: SeederID

  /// The first fault; nil if the rows fit.
  func fault(on connection: PostgresConnection) async throws -> Fault? {
    do {
      let path = DeclarativeSeeder.fileName
      let definition = try DefinitionReader.read(Array(text.utf8), path: path)
      guard !definition.tables.isEmpty else { return nil }
      let seeder = GeneratedSeeder(
        definition: definition, folder: .directory(path: ".", watch: nil), digest: "",
        counts: RowCountOptions())
      let plan = try await seeder.tables(on: connection, isTrial: true)
      for table in plan.tables {
        do {
          try await connection.withTransaction { try await seeder.check(table, on: $0) }
        } catch let error as PostgresTransactionError {
          throw error.cause
        }
      }
      return nil
    } catch let error as FixtureError {
      guard let fault = error.faults.first else { throw error }
      return Fault(
        code: fault.code, line: fault.line, field: fault.field, problem: fault.problem,
        reason: Self.reason(fault.found))
    }
  }

  /// A reason without the name of the table, which precedes it.
  private static func reason(_ found: String) -> String {
    guard found.hasPrefix("a generated row that "), let start = found.firstRange(of: " rejects: ") else {
      return found
    }
    return String(found[start.upperBound...])
  }
}
