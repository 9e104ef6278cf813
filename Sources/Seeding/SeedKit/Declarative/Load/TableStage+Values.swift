import Postgres

extension TableStage {
  /// Determines the slots that some record has.
  ///
  /// - Throws: ``FixtureError`` if there are too many.
  func findPresent() throws {
    present = load.slots.indices.filter {
      load.presence[$0] > 0 || load.rowCount > 0 && load.stamps.contains($0)
    }
    guard present.count <= TableLoad.columnLimit else {
      throw FixtureError([
        FixtureFault(
          .unsupportedTable, file: load.definition.path, line: load.definition.line, field: "table",
          found: "records that fill \(present.count) columns of \(load.live.name)",
          expected: "at most \(TableLoad.columnLimit)")
      ])
    }
  }

  /// Creates the staging tables with typed values, and runs the checks of their rows, in one round trip.
  ///
  /// - Parameters:
  ///   - stages: all stages of a seeder.
  ///   - statements: the statements to run before.
  ///   - faults: receives every value that is not valid for its column's type, and what the checks find.
  ///   - tables: the tables to compare with their earlier description.
  ///   - queries: makes queries to run after the checks, once the present slots are known.
  /// - Returns: the rows of these queries; empty if there are unreadable values.
  static func typeAndCheck(
    _ stages: [TableStage], after statements: [PostgresQuery], _ faults: FaultCollector,
    comparing tables: TableCheck?, on connection: PostgresConnection,
    then queries: () throws -> [PostgresQuery]
  ) async throws -> ArraySlice<PostgresRows> {
    for stage in stages { try stage.findPresent() }
    let description = tables?.description.queries ?? []
    // In a survey, an error ends the seeder's part.
    let isSurvey = SharedRoundTrips.member != nil
    let typing =
      description + statements + (isSurvey ? [] : ["SAVEPOINT seed_typing"])
      + stages.flatMap { $0.typing() } + (isSurvey ? [] : ["RELEASE SAVEPOINT seed_typing"])
    let checks = try checks(of: stages, faults)
    do {
      let rows = try await connection.pipeline(sharingOpening: typing + checks.map(\.query) + queries())
      try tables?.run(Array(rows.prefix(description.count)))
      try await StageCheck.report(checks, rows.dropFirst(typing.count))
      return rows.dropFirst(typing.count + checks.count)
    } catch let error as PostgresError where error.isAboutValues && !isSurvey {
      // It may have another cause than the typing, after which the savepoint does not exist.
      guard (try? await connection.query("ROLLBACK TO SAVEPOINT seed_typing")) != nil else {
        throw tables == nil ? error : TableCatalog.Stale()
      }
      if let tables { try tables.run(try await connection.pipeline(description)) }
      for stage in stages { try await stage.typeAlone(faults) }
      guard stages.contains(where: { !$0.faulty.isEmpty }) else { throw error }
      let checks = try Self.checks(of: stages, faults)
      let rows = try await connection.pipeline(checks.map(\.query))
      try await StageCheck.report(checks, rows[...])
      return []
    } catch let error as PostgresError where tables != nil && error.isPermanent {
      // A statement that fits the earlier tables may fail for other ones.
      throw TableCatalog.Stale()
    }
  }

  private static func checks(
    of stages: [TableStage], _ faults: FaultCollector
  ) throws -> [StageCheck] {
    try stages.flatMap { try $0.checks(faults) }
      + stages.flatMap { try $0.referenceChecks(faults, others: stages) }
      + stages.flatMap { try $0.foreignKeyChecks(faults, others: stages) }
  }

  /// The statements that create and fill the table with typed values.
  private func typing() -> [PostgresQuery] {
    fillTyped() + tryDomains() + analysis
  }

  /// For a few rows any plan is fast enough, and ANALYZE would take longer than everything else.
  private var analysis: [PostgresQuery] { load.rowCount >= 1_000 ? ["ANALYZE \(typed)"] : [] }

  /// Creates the table after the values of some stage were rejected.
  private func typeAlone(_ faults: FaultCollector) async throws {
    let connection = context.session
    do {
      try await connection.pipeline(["SAVEPOINT seed_typing"] + typing() + ["RELEASE SAVEPOINT seed_typing"])
    } catch let error as PostgresError where error.isAboutValues {
      try await connection.query("ROLLBACK TO SAVEPOINT seed_typing")
      try await findFaultyValues(faults)
      guard !faulty.isEmpty else { throw error }
      // Filled without the faulty values, so that all other faults are found in the same run.
      try await connection.pipeline(fillTyped() + analysis)
    }
  }

  private func fillTyped() -> [PostgresQuery] {
    let columns = present.map { slot in
      // A domain may reject NULL, which represents missing and faulty fields.
      let isWhole = !isSometimesMissing(slot) && !faulty.contains(slot)
      let part = load.slots[slot]
      return (name: part.stagedName.quoted, type: (isWhole ? part.type : storedType(slot)) + part.collation)
    }
    let ordinals = stagedOrdinals.map(\.name)
    let names = columns.map(\.name) + ordinals
    let values =
      present.map { slot in
        let part = load.slots[slot]
        let value = "f\(slot)::\(part.baseType)"
        return part.shift?.shifted(value, type: part.baseType) ?? value
      } + ordinals
    return context.temporaryTable(typed, columns + stagedOrdinals) + [
      """
      INSERT INTO \(typed) (\(unescaped: names.joined(separator: ", ")))
      SELECT \(unescaped: values.joined(separator: ", ")) FROM \(raw)
      """
    ]
  }

  private func isSometimesMissing(_ slot: Int) -> Bool { load.presence[slot] < load.rowCount }

  /// The type below domains, with modifiers.
  private func storedType(_ slot: Int) -> String {
    load.slots[slot].column?.storedType ?? load.slots[slot].type
  }

  /// Checks values against the domains of columns that some records lack. Their staged type is the type below.
  private func tryDomains() -> [PostgresQuery] {
    present.filter { isSometimesMissing($0) && load.slots[$0].column?.isDomain == true }.map { slot in
      """
      SELECT count(typed.\(load.slots[slot].stagedName)::\(unescaped: load.slots[slot].type))
      FROM \(typed) AS typed WHERE NOT \(unescaped: isMissing(slot, "typed"))
      """
    }
  }

  /// Creates a function that runs a statement with a value and returns the error.
  func createProbe() async throws {
    try await context.session.runScript(
      """
      CREATE OR REPLACE FUNCTION pg_temp.seed_value_fault(statement text, value text) RETURNS text LANGUAGE plpgsql AS $$
      BEGIN
        EXECUTE statement USING value;
        RETURN NULL;
      EXCEPTION WHEN OTHERS THEN
        RETURN left(SQLERRM, 1000);
      END $$
      """)
  }

  /// Tries each value separately, which is slow and therefore done only after an error.
  private func findFaultyValues(_ faults: FaultCollector) async throws {
    let connection = context.session
    try await createProbe()
    for slot in present {
      let name = "f\(slot)"
      // A table with one column, because the domain of another column might reject NULL.
      let probe = try PostgresIdentifier("seed_probe_\(context.nextStageNumber())")
      try await connection.query(
        "CREATE TEMPORARY TABLE \(probe) (value \(unescaped: load.slots[slot].type)) ON COMMIT DROP")
      let statement = "INSERT INTO \(probe.quoted) VALUES ($1::\(load.slots[slot].baseType))"
      let isTried =
        load.slots[slot].column?.isDomain == true ? "NOT \(isMissing(slot, "raw"))" : "\(name) IS NOT NULL"
      let rows = try await connection.query(
        """
        SELECT \(unescaped: origin(of: "raw")), left(\(unescaped: name), 61), fault
        FROM \(raw) AS raw, LATERAL (
          SELECT pg_temp.seed_value_fault(\(statement), \(unescaped: name)) AS fault OFFSET 0) AS judged
        WHERE \(unescaped: isTried) AND fault IS NOT NULL
        ORDER BY seed_row LIMIT \(Int64(FaultCollector.limit))
        """)
      faults.noteRows(load.fixed[slot] == nil ? rows.count : 0)
      // A fixed value is one fault, not one for each record.
      for row in rows.prefix(load.fixed[slot] == nil ? rows.count : 1) {
        let (origin, value, fault) = try row.decode([Int32].self, String?.self, String.self)
        let shown = value.map { $0.unicodeScalars.count > 60 ? "'\($0.prefix(60))…'" : "'\($0)'" }
        if let fixed = load.fixed[slot] {
          faults.add(
            load.definition.fault(
              of: fixed, found: shown ?? "NULL", type: load.slots[slot].type, reason: fault))
          continue
        }
        faults.add(
          place(origin).fault(
            .invalidColumnValue, field: load.fieldName(slot), found: shown ?? "nothing",
            expected: [
              "a value of type \(load.slots[slot].type) (\(fault))"
                + (value.flatMap { load.slots[slot].advice(for: $0) } ?? ""), load.slots[slot].hint,
            ].compactMap(\.self).joined(separator: "; ")))
      }
      guard !rows.isEmpty else { continue }
      faulty.insert(slot)
      try await connection.query(
        """
        UPDATE \(raw) AS raw SET \(unescaped: name) = NULL, seed_faulty = seed_faulty || \(Int32(slot))
        WHERE \(unescaped: isTried) AND pg_temp.seed_value_fault(\(statement), \(unescaped: name)) IS NOT NULL
        """)
    }
  }
}

/// Compares tables with their description in a catalog.
struct TableCheck {
  let catalog: TableCatalog
  let description: TableDescription

  /// - Throws: ``TableCatalog/Stale``.
  func run(_ results: [PostgresRows]) throws { try catalog.check(description, results) }
}

extension PostgresError {
  /// Whether the server rejected a statement, and would reject it again.
  fileprivate var isPermanent: Bool { code == .serverError && !isTransient }

  /// Whether the server rejected a value for its type: class 22, and constraints of domains and columns.
  var isAboutValues: Bool {
    guard let state = sqlState?.rawValue else { return false }
    return state.hasPrefix("22") || ["23502", "23514", "42804", "54000"].contains(state)
  }
}
