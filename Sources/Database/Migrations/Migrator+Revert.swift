public import Postgres

extension Migrator {
  /// Reverts the newest migrations. This drops tables with all their rows.
  ///
  /// - Parameters:
  ///   - pool: needs two connections if a migration runs outside a transaction.
  ///   - steps: the number of migrations, counted backwards over all sets from the newest one of the last set.
  /// - Returns: the reverted migrations, in order.
  /// - Throws: ``MigrationError``; `PostgresError`. Migrations reverted before the error stay reverted.
  public func revert(on pool: PostgresPool, steps: Int) async throws -> [MigrationOutcome] {
    try await revert(on: pool) { Array($0.prefix(max(0, steps))) }
  }

  /// Reverts every migration above a version in each set.
  ///
  /// - Returns: the reverted migrations, in order.
  /// - Throws: as ``revert(on:steps:)``.
  public func revert(on pool: PostgresPool, to version: Int) async throws -> [MigrationOutcome] {
    try await revert(on: pool) { $0.filter { $0.migration.version > version } }
  }

  private func revert(
    on pool: PostgresPool, choose: ([Step]) -> [Step]
  ) async throws -> [MigrationOutcome] {
    let history = try await pool.withConnection { try await MigrationHistory.read(on: $0) } ?? []
    let chosen = choose(try applied(history))
    // All steps are checked before the first statement runs.
    for step in chosen where step.migration.down == nil {
      throw MigrationError(
        .notRevertible,
        "\(step.migration.file) of '\(step.set)' has no section '-- migrate:down', so it cannot be reverted.")
    }
    var outcomes: [MigrationOutcome] = []
    for step in chosen {
      if let outcome = try await revert(step, on: pool) { outcomes.append(outcome) }
    }
    return outcomes
  }

  private func revert(_ step: Step, on pool: PostgresPool) async throws -> MigrationOutcome? {
    try await pool.withConnection { connection in
      try await explained(step, on: connection) {
        try await lock.withTransaction(on: connection, setup: [StableSettings.statement]) { connection in
          let history = try await MigrationHistory.read(on: connection) ?? []
          let isApplied = try applied(history).contains {
            $0.set == step.set && $0.migration.version == step.migration.version
          }
          guard isApplied, let down = step.migration.down else { return nil }
          let duration = try await ContinuousClock().measure {
            try await run(down, of: step, on: connection, pool: pool)
          }
          try await MigrationHistory.delete(step.migration, set: step.set, on: connection)
          return MigrationOutcome(
            set: step.set, version: step.migration.version, name: step.migration.name, duration: duration)
        }
      }
    }
  }

  /// The applied migrations, newest first, starting with the last set.
  private func applied(_ history: [MigrationHistory.Entry]) throws -> [Step] {
    _ = try due(history, to: .max)
    return try sets.reversed().flatMap { set in
      try history.filter { $0.set == set.name }.sorted { $0.version > $1.version }.map { entry in
        guard let migration = set.migrations.first(where: { $0.version == entry.version }) else {
          throw MigrationError(
            .unknownVersion,
            """
            '\(set.name)' \(entry.version) \(entry.name) is applied, but this program does not contain it \
            and cannot revert it. Use the program that applied it.
            """)
        }
        return Step(set: set.name, migration: migration)
      }
    }
  }
}
