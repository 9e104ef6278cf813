import FoundationEssentials
package import Postgres

extension Migrator {
  /// A migration that a database has, as far as it matters for whether another is due.
  package struct Applied: Sendable {
    let set: String
    let version: Int
    let checksum: String

    /// Takes what was read from `seed_runner.migration`.
    package init(set: String, version: Int, checksum: String) {
      self.set = set
      self.version = version
      self.checksum = checksum
    }
  }

  /// Whether nothing is due, for who has read the history together with other things.
  ///
  /// - Throws: ``MigrationError`` if the history and the files contradict each other.
  package func isCurrent(_ applied: [Applied]) throws -> Bool {
    try due(
      applied.map {
        MigrationHistory.Entry(
          set: $0.set, version: $0.version, name: "", checksum: $0.checksum, appliedAt: .distantPast)
      }, to: .max
    ).isEmpty
  }

  /// The migrations that are due, in order.
  ///
  /// - Throws: ``MigrationError`` if the history and the files contradict each other; `PostgresError`.
  package func due(on pool: PostgresPool) async throws -> [(set: String, migration: Migration)] {
    let history = try await pool.withConnection { try await MigrationHistory.read(on: $0) } ?? []
    return try due(history, to: .max).map { ($0.set, $0.migration) }
  }
}
