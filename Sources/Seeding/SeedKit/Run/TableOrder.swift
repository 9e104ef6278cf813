import Postgres

/// Orders the seeders of a plan by the foreign keys of the database and the references of the definitions, in
/// addition to declared dependencies. Seeders that write the same table run one after another in the order of the
/// plan, so that a conflict is always reported by the same one.
enum TableOrder {
  /// The same plan, ordered by tables. Seeders that refer to each other in a cycle keep their order.
  ///
  /// - Throws: `PostgresError`.
  static func apply(to plan: SeedPlan, on connection: PostgresConnection) async throws -> SeedPlan {
    guard let query = try query(for: plan) else { return plan }
    return try apply(to: plan, try await connection.query(query))
  }

  /// The query whose rows ``apply(to:_:)`` takes; nil if there is nothing to order.
  static func query(for plan: SeedPlan) throws -> PostgresQuery? {
    let seeders = plan.steps.compactMap(\.seeder.declarative)
    guard seeders.count > 1 else { return nil }
    var writers: (seeders: [String], tables: [String]) = ([], [])
    var references: (seeders: [String], tables: [String]) = ([], [])
    for seeder in seeders {
      for table in try seeder.definition.tableNames() {
        writers.seeders.append(seeder.id.rawValue)
        writers.tables.append(table)
      }
      for table in try seeder.definition.referencedTableNames() {
        references.seeders.append(seeder.id.rawValue)
        references.tables.append(table)
      }
    }
    let order = seeders.map(\.id.rawValue)
    return """
      WITH writer AS (
        SELECT seeder, \(unescaped: table) AS id FROM unnest(\(writers.seeders), \(writers.tables)) AS w (seeder, name)
      ), need AS (
        SELECT writer.seeder, c.confrelid AS id FROM writer JOIN pg_constraint AS c ON c.conrelid = writer.id
        WHERE c.contype = 'f'
        UNION SELECT seeder, \(unescaped: table)
        FROM unnest(\(references.seeders), \(references.tables)) AS r (seeder, name)
      )
      SELECT 1 AS rank, need.seeder, writer.seeder FROM need JOIN writer ON writer.id = need.id
      WHERE need.seeder <> writer.seeder
      UNION SELECT 2, seeder, before FROM (
        SELECT seeder, lag(seeder) OVER (PARTITION BY id ORDER BY array_position(\(order), seeder)) AS before FROM writer
        WHERE id IS NOT NULL) AS same WHERE before <> seeder
      ORDER BY 1, 2, 3
      """
  }

  /// SQL for the table `name`; null in a schema that the role may not use, for which `to_regclass` throws. Its seeder
  /// reports the error.
  private static let table = """
    CASE WHEN cardinality(parse_ident(name)) = 1 OR EXISTS (
      SELECT FROM pg_namespace WHERE nspname = (parse_ident(name))[1] AND has_schema_privilege(oid, 'USAGE'))
    THEN to_regclass(name) END
    """

  /// The same plan, ordered by the rows of the query.
  static func apply(to plan: SeedPlan, _ rows: PostgresRows) throws -> SeedPlan {
    let pairs = try rows.compactMap { row -> (SeederID, SeederID)? in
      let (_, seeder, first) = try row.decode(Int32.self, String.self, String.self)
      guard let seeder = SeederID(rawValue: seeder), let first = SeederID(rawValue: first) else { return nil }
      return (seeder, first)
    }
    return plan.following(pairs)
  }
}

extension SeedPlan {
  /// The same plan with additional orderings. Those that would close a cycle are left out.
  func following(_ pairs: [(seeder: SeederID, first: SeederID)]) -> SeedPlan {
    guard !pairs.isEmpty else { return self }
    let known = Set(steps.map(\.id))
    var before = Dictionary(
      steps.map { ($0.id, ($0.seeder.dependencies + $0.runsAfter).filter(known.contains)) },
      uniquingKeysWith: { first, _ in first })
    func comesFirst(_ id: SeederID, of other: SeederID) -> Bool {
      var pending = [other]
      var seen: Set<SeederID> = []
      while let next = pending.popLast() {
        if next == id { return true }
        if seen.insert(next).inserted { pending += before[next] ?? [] }
      }
      return false
    }
    var added: [SeederID: [SeederID]] = [:]
    for (seeder, first) in pairs where !comesFirst(seeder, of: first) {
      before[seeder, default: []].append(first)
      added[seeder, default: []].append(first)
    }
    var places: [SeederID: Step] = [:]
    for step in steps { places[step.id] = step }
    var ordered: [Step] = []
    var done: Set<SeederID> = []
    func visit(_ id: SeederID) {
      guard done.insert(id).inserted, var step = places[id] else { return }
      (before[id] ?? []).forEach(visit)
      step.runsAfter += added[id] ?? []
      ordered.append(step)
    }
    steps.forEach { visit($0.id) }
    var plan = self
    plan.steps = ordered
    return plan
  }
}
