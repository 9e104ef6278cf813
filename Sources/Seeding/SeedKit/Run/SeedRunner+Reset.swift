import FoundationEssentials
import Migrations
import Postgres

/// What a reset did with the rows of one seeder.
public struct ResetReport: Sendable {
  /// The seeder.
  public let id: SeederID
  /// The row counts of each table, in the order in which rows were deleted.
  public let tables: SeedOutcome
  /// One line for each kind of row that was kept, with the reason.
  public let notes: [String]
}

extension SeedRunner {
  /// Deletes the rows that the plan's selected seeders inserted and that still have the values they wrote.
  ///
  /// Rows stay, and the report says so, if they were edited outside seed-runner, existed before the seeder updated
  /// them, or are referenced by rows of others. Each seeder is a transaction. Of a table that a seeder owns as a
  /// whole, all rows are deleted.
  ///
  /// - Returns: one report per seeder, dependents first.
  /// - Throws: ``SeedGuardError``; the error of a seeder, after rolling back its transaction.
  public func reset() async throws -> [ResetReport] {
    try plan.checkProduction(isAllowed: options.allowsProduction)
    let (ordered, sharding) = try await TimeoutExplanation(configuration: configuration).namingLimits {
      try await PostgresConnection.with(configuration) { connection in
        try await EnvironmentStamp.check(
          plan.environment, restamp: options.restamps, allowProduction: options.allowsProduction,
          on: connection)
        try await RowLock.prepare(plan.steps.map { Self.lockName($0.id) }, on: connection)
        let order = try TableOrder.query(for: plan)
        let rows = try await connection.pipeline([Sharding.detection] + (order.map { [$0] } ?? []))
        return (
          order == nil ? plan : try TableOrder.apply(to: plan, rows[1]),
          rows[0].isEmpty ? .singleServer : try await Sharding.readTables(on: connection)
        )
      }
    }
    var reports: [ResetReport] = []
    for step in ordered.steps.reversed() where step.reason == .selected {
      switch step.seeder.work {
      case .bulk(let seeder):
        let startedAt = Date()
        let outcome = try await TimeoutExplanation(configuration: configuration).namingLimits {
          try await withBulkContext(for: seeder.id, sharding) { context in
            let outcome = try await seeder.reset(in: context)
            try await context.pool.withTransaction(setup: [Self.idleTimeout]) { connection in
              try await SeedHistory.insertReset(
                of: seeder.id, environment: plan.environment, tables: outcome, startedAt: startedAt,
                on: connection)
            }
            return outcome
          }
        }
        reports.append(ResetReport(id: seeder.id, tables: outcome, notes: []))
      case .transaction: reports.append(try await removeRows(of: step.seeder, sharding))
      }
    }
    return reports
  }

  private func removeRows(
    of seeder: RegisteredSeeder, _ sharding: Sharding
  ) async throws -> ResetReport {
    let startedAt = Date()
    let lock = RowLock(name: Self.lockName(seeder.id), timeout: options.lockTimeout)
    let explanation = TimeoutExplanation(configuration: configuration)
    return try await explanation.namingLimits {
      try await PostgresConnection.with(configuration) { connection in
        try await lock.withTransaction(
          on: connection, setup: Self.transactionSetup(sharding),
          onWait: { onEvent(.waiting(seeder.id, $0)) }
        ) { connection in
          let context = SeedContext(
            seeder: seeder.id, environment: plan.environment, connection: connection, startedAt: startedAt,
            fixtures: fixtures, attemptID: UUID(), seeders: plan.registered, sharding: sharding,
            onEvent: onEvent)
          let report = try await explanation.namingBlockers(of: connection) {
            try await removeRows(of: seeder, in: context)
          }
          try await SeedHistory.insertReset(
            of: seeder.id, environment: plan.environment, tables: report.tables, startedAt: startedAt,
            on: connection)
          try context.checkBeforeCommit()
          return report
        }
      }
    }
  }

  private func removeRows(
    of seeder: RegisteredSeeder, in context: SeedContext
  ) async throws -> ResetReport {
    let connection = context.session
    try await seeder.resettable?.reset(in: context)
    var outcome = context.outcome
    let removal = RowRemoval(on: connection)
    let whole = try await seeder.declarative?.wholeTables(in: context) ?? []
    for table in whole { try await removal.add(table) }
    var tables: [RemovableTable] = []
    // Rows are deleted in the reverse order of writing, because of foreign keys.
    for owned in try await OwnedTable.all(of: seeder.id, on: connection).reversed()
    where removal.index(of: owned.table) == nil {
      guard let table = try await RemovableTable(owned, on: connection) else { continue }
      tables.append(table)
      try await removal.add(try await table.stage(in: context))
    }
    try await removal.keepReferred()
    for (table, count) in zip(removal.tables, try await removal.delete()) {
      outcome.add(.init(name: table.name, counts: RowCounts(deleted: count)))
    }
    var notes: [String] = []
    for table in whole {
      let kept = try await connection.queryOne(
        "SELECT count(*) FROM \(unescaped: table.rule.rows(of: table.quoted)) AS live"
      ).decode(Int.self)
      outcome.add(.init(name: table.name, counts: RowCounts(drifted: kept)))
      if kept > 0 {
        notes.append(
          "\(table.name): \(kept) row\(kept == 1 ? "" : "s") kept, edited outside seed-runner or not in the files"
        )
      }
      try await context.forgetTable(table.canonicalName)
    }
    for table in tables {
      outcome.add(
        .init(name: table.name, counts: RowCounts(drifted: try await table.forgetGone(in: context))))
      notes += try await table.notes(on: connection)
    }
    notes += removal.kept.map(\.note)
    return ResetReport(id: seeder.id, tables: outcome, notes: notes)
  }
}
