import FoundationEssentials
import Migrations
import Postgres

/// What a reset did with the rows of one seeder in one table.
public struct ResetReport: Sendable {
  /// The seeder.
  public let id: SeederID
  /// The rows of each table by what became of them, those first that were removed first.
  public let tables: SeedOutcome
  /// What was left, and why, a line each.
  public let notes: [String]
}

extension SeedRunner {
  /// Removes the rows that the plan's selected seeders made and that are still as they were written.
  ///
  /// Rows that somebody edited stay, so do rows that a seeder found and changed, and rows to which rows
  /// of others refer; the report says so. Each seeder is a transaction. A seeder whose rows are owned as
  /// a whole removes them all.
  ///
  /// - Returns: what became of the rows, seeder by seeder, dependents first.
  /// - Throws: ``SeedGuardError``; what a seeder throws, whose rows then are all still there.
  public func reset() async throws -> [ResetReport] {
    try plan.checkProduction(isAllowed: options.allowsProduction)
    try await PostgresConnection.with(configuration) { connection in
      try await EnvironmentStamp.check(
        plan.environment, restamp: options.restamps, allowProduction: options.allowsProduction, on: connection
      )
      try await RowLock.prepare(plan.steps.map { Self.lockName($0.id) }, on: connection)
    }
    var reports: [ResetReport] = []
    for step in plan.steps.reversed() where step.reason == .selected {
      if let seeder = step.seeder as? any BulkSeeder {
        let outcome = try await withBulkContext(for: seeder.id) { try await seeder.reset(in: $0) }
        reports.append(ResetReport(id: seeder.id, tables: outcome, notes: []))
      } else {
        reports.append(try await removeRows(of: step.seeder))
      }
    }
    return reports
  }

  private func removeRows(of seeder: any Seeder) async throws -> ResetReport {
    let startedAt = Date()
    let lock = RowLock(name: Self.lockName(seeder.id), timeout: options.lockTimeout)
    return try await PostgresConnection.with(configuration) { connection in
      try await lock.withTransaction(
        on: connection, setup: Self.transactionSetup, onWait: { onEvent(.waiting(seeder.id, $0)) }
      ) { connection in
        let context = SeedContext(
          seeder: seeder.id, environment: plan.environment, connection: connection, startedAt: startedAt,
          fixtures: fixtures, attemptID: UUID(), onEvent: onEvent)
        var outcome = try await seeder.reset(in: context) ?? SeedOutcome()
        var notes: [String] = []
        // Written first, removed last.
        for owned in try await OwnedTable.all(of: seeder.id, on: connection).reversed() {
          guard let removal = try await OwnedRowRemoval(owned, on: connection) else { continue }
          let counts = try await removal.run(on: connection)
          outcome.add(.init(name: removal.name, counts: counts))
          notes += try await removal.notes(on: connection)
        }
        try await SeedHistory.insert(
          SeedHistory.Entry(
            attemptID: UUID(), runID: UUID(), seeder: seeder.id, environment: plan.environment,
            outcome: .seeded, tables: outcome, fingerprint: nil, attempts: 1, failure: nil,
            startedAt: startedAt),
          on: connection)
        return ResetReport(id: seeder.id, tables: outcome, notes: notes)
      }
    }
  }
}

/// The removal of the rows that one seeder made in one table.
struct OwnedRowRemoval {
  let owned: OwnedTable
  /// The table's name without the schema that the search path finds.
  let name: String
  private let quoted: String
  /// The columns by which others refer to the table: their table, their columns, ours.
  private let references: [(table: String, columns: [String], targets: [String])]

  /// - Returns: nil if the table is no longer there.
  init?(_ owned: OwnedTable, on connection: PostgresConnection) async throws {
    let parts = owned.table.split(separator: ".", maxSplits: 1).map(String.init)
    guard parts.count == 2 else { return nil }
    let quoted = try TableName(schema: parts[0], name: parts[1]).quoted()
    let found = try await connection.query(
      "SELECT oid::regclass::text FROM pg_class WHERE oid = to_regclass(\(quoted))")
    guard let name = try found.first?.decode(String.self) else { return nil }
    self.owned = owned
    self.name = name
    self.quoted = quoted
    references = try await connection.query(
      """
      SELECT c.conrelid::regclass::text,
        ARRAY(SELECT quote_ident(a.attname) FROM unnest(c.conkey) WITH ORDINALITY AS k (n, o)
          JOIN pg_attribute AS a ON a.attrelid = c.conrelid AND a.attnum = k.n ORDER BY k.o),
        ARRAY(SELECT quote_ident(a.attname) FROM unnest(c.confkey) WITH ORDINALITY AS k (n, o)
          JOIN pg_attribute AS a ON a.attrelid = c.confrelid AND a.attnum = k.n ORDER BY k.o)
      FROM pg_constraint AS c WHERE c.contype = 'f' AND c.confrelid = to_regclass(\(quoted)) AND c.conparentid = 0
      ORDER BY c.conname
      """
    ).map { row in
      let (table, columns, targets) = try row.decode(String.self, [String].self, [String].self)
      return (table, columns, targets)
    }
  }

  private var digest: String { RowText.digest(owned.valueColumns, of: "live") }
  private var live: String {
    "\(quoted) AS live JOIN seed_runner.owned_row AS owner "
      + "ON owner.table_id = \(owned.id) AND owner.key = \(RowText.key(owned.keyColumns, of: "live"))"
  }

  private func isReferred(by reference: (table: String, columns: [String], targets: [String])) -> String {
    let match = zip(reference.columns, reference.targets).map { "other.\($0) = live.\($1)" }
    return "EXISTS (SELECT FROM \(reference.table) AS other WHERE \(match.joined(separator: " AND ")))"
  }

  /// Removes what may go. Rows that refer to each other inside the table go leaf by leaf.
  func run(on connection: PostgresConnection) async throws -> RowCounts {
    let unreferred = references.map { "AND NOT \(isReferred(by: $0))" }.joined(separator: " ")
    let match = owned.keyColumns.map { "live.\($0) = gone.\($0)" }.joined(separator: " AND ")
    let keys = owned.keyColumns.map { "live.\($0)" }.joined(separator: ", ")
    var deleted = 0
    while true {
      let removed = try await connection.queryOne(
        """
        WITH gone AS (
          SELECT \(unescaped: keys), owner.key AS seed_key FROM \(unescaped: live)
          WHERE owner.inserted AND owner.digest = \(unescaped: digest) \(unescaped: unreferred)
        ), removed AS (
          DELETE FROM \(unescaped: quoted) AS live USING gone WHERE \(unescaped: match) RETURNING gone.seed_key
        ), forgotten AS (
          DELETE FROM seed_runner.owned_row AS owner USING removed
          WHERE owner.table_id = \(owned.id) AND owner.key = removed.seed_key
        )
        SELECT count(*) FROM removed
        """
      ).decode(Int.self)
      deleted += removed
      guard removed > 0, references.contains(where: { $0.table == name }) else { break }
    }
    // Rows that are gone by another hand need no entry any more.
    try await connection.query(
      """
      DELETE FROM seed_runner.owned_row AS owner WHERE owner.table_id = \(owned.id) AND NOT EXISTS (
        SELECT FROM \(unescaped: quoted) AS live WHERE \(unescaped: RowText.key(owned.keyColumns, of: "live")) = owner.key)
      """)
    let kept = try await connection.queryOne("SELECT count(*) FROM \(unescaped: live)").decode(Int.self)
    return RowCounts(deleted: deleted, drifted: kept)
  }

  /// What is left, and why.
  func notes(on connection: PostgresConnection) async throws -> [String] {
    var reasons = [
      ("owner.digest <> \(digest)", "edited by hand since written"),
      ("NOT owner.inserted", "there before, only changed by the seeder"),
    ]
    reasons += references.map { (isReferred(by: $0), "referred to by \($0.table)") }
    var notes: [String] = []
    for (condition, reason) in reasons {
      let (count, keys) = try await connection.queryOne(
        """
        SELECT count(*), coalesce((array_agg(owner.key ORDER BY owner.key))[1:5], '{}')
        FROM \(unescaped: live) WHERE \(unescaped: condition)
        """
      ).decode(Int.self, [String].self)
      guard count > 0 else { continue }
      let list =
        keys.map { "'\($0)'" }.joined(separator: ", ")
        + (count > keys.count ? " and \(count - keys.count) more" : "")
      notes.append("\(name): \(count) row\(count == 1 ? "" : "s") kept, \(reason): \(list)")
    }
    return notes
  }
}
