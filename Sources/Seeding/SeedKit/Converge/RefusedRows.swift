import Postgres

/// Finds the records that caused a statement for many rows to fail. It tries each row separately, which is slow and
/// therefore done only after an error.
struct RefusedRows {
  private let attempt: WriteAttempt
  private var writer: RowWriter { attempt.writer }
  private var connection: PostgresConnection { writer.context.session }

  init(_ attempt: WriteAttempt) { self.attempt = attempt }

  /// Explains an error of a statement that wrote all rows. The rows are not written yet.
  ///
  /// - Returns: ``FixtureError`` with the records; a transient error if another program caused a conflict that is
  ///   gone; otherwise `error`.
  func explain(_ error: PostgresError) async throws -> any Error {
    if let faults = try await faults(error) { return faults }
    guard error.isUniqueConflict else { return error }
    return PostgresError(
      code: .serverError, message: "another session wrote to \(writer.name) at the same time",
      sqlState: .serializationFailure)
  }

  /// The rows that the server rejects with the same kind of error; nil if it accepts each of them separately.
  func faults(_ error: PostgresError) async throws -> FixtureError? {
    if error.sqlState == .insufficientPrivilege, try await !isSecuredByRow() { return nil }
    let rows = try writer.context.temporaryName("seed_refused")
    let wanted = [
      attempt.write.updates > 0
        ? "SELECT staged.*, false AS seed_is_new FROM \(writer.source) AS staged \(attempt.joinOfDifference) WHERE NOT difference.moved"
        : nil,
      attempt.write.inserts > 0
        ? "SELECT staged.*, true AS seed_is_new FROM \(writer.source) AS staged \(attempt.joinOfNamed)" : nil,
    ].compactMap(\.self).joined(separator: " UNION ALL ")
    try await connection.query(
      PostgresQuery(unescaped: "CREATE TEMPORARY TABLE \(rows.quoted) ON COMMIT DROP AS \(wanted)"))
    try await connection.query("CREATE INDEX ON \(rows) (seed_row)")
    try await connection.runScript(Self.function)
    let update = """
      WITH wanted AS (SELECT * FROM \(rows.quoted) WHERE seed_row = $1)
      \(attempt.statements.updating(attempt, from: "wanted")) WHERE \(writer.match)
      """
    let insert = "\(attempt.statements.insertion(writer, from: rows.quoted)) WHERE staged.seed_row = $1"
    // A row may reference a later one, or need a value that another row still has. Such errors are ignored unless
    // they are the kind of error to explain.
    let ignored =
      error.isUniqueConflict
      ? ["23503"] : ["23505", "23P01"] + (error.sqlState == .foreignKeyViolation ? [] : ["23503"])
    let found = try await connection.query(
      """
      SELECT tried.seed_file, tried.seed_record, tried.seed_line, refusal
      FROM (SELECT * FROM \(rows) ORDER BY seed_is_new, seed_row) AS tried, LATERAL (
        SELECT pg_temp.seed_row_refusal(
          CASE WHEN tried.seed_is_new THEN \(insert) ELSE \(update) END, tried.seed_row) AS refusal OFFSET 0) AS answer
      WHERE refusal IS NOT NULL AND refusal[1] <> ALL(\(ignored)) LIMIT \(Int64(FaultCollector.limit))
      """)
    var faults: [FixtureFault] = []
    for row in found {
      let (file, record, line, parts) = try row.decode(Int32.self, Int32?.self, Int32?.self, [String].self)
      let refusal = RowRefusal(parts)
      faults.append(
        writer.fault(
          file: file, record: record, line: line, field: refusal.column,
          found: refusal.found(in: writer.name),
          expected: refusal.expected(in: writer.name)))
    }
    return faults.isEmpty ? nil : FixtureError(limited: faults)
  }

  /// Whether row-level security is active and no privilege on the table itself is missing.
  private func isSecuredByRow() async throws -> Bool {
    try await connection.queryOne(
      """
      SELECT coalesce(row_security_active(oid) AND has_table_privilege(oid, 'SELECT')
        AND has_table_privilege(oid, 'INSERT') AND has_table_privilege(oid, 'UPDATE'), false)
      FROM (SELECT to_regclass(\(writer.quoted))::oid AS oid) AS target
      """
    ).decode(Bool.self)
  }

  /// Explains why fewer rows than expected were written without an error.
  func explainAbsence(_ counts: RowCounts) async throws -> any Error {
    let triggers = try await connection.query(
      """
      SELECT t.tgname::text FROM pg_trigger AS t WHERE t.tgrelid = to_regclass(\(writer.quoted)) AND NOT t.tgisinternal
        AND t.tgenabled IN ('O', 'A') AND t.tgtype & 3 = 3 ORDER BY 1
      """
    ).map { try $0.decode(String.self) }
    let absent = try await connection.query(
      PostgresQuery(
        unescaped: """
          SELECT staged.seed_file, staged.seed_record, staged.seed_line, \(writer.stagedKeyText)
          FROM \(writer.source) AS staged \(attempt.joinOfNamed)
          LEFT JOIN \(writer.counterparts) AS live ON \(writer.match)
          WHERE \(writer.isAbsent) AND \(attempt.write.inserts > 0)
          UNION ALL
          SELECT staged.seed_file, staged.seed_record, staged.seed_line, \(writer.stagedKeyText)
          FROM \(writer.source) AS staged \(attempt.joinOfDifference)
          JOIN \(writer.quoted) AS live ON \(writer.match)
          WHERE \(attempt.write.updates > 0) AND \(writer.differs) LIMIT \(FaultCollector.limit)
          """))
    let isSecured = try await isSecuredByRow()
    guard !triggers.isEmpty || isSecured, !absent.isEmpty else {
      return PostgresError(
        code: .serverError,
        message:
          "another session wrote to \(writer.name) at the same time: \(counts.inserted) rows were inserted and "
          + "\(counts.updated) updated, expected \(attempt.write.inserts) and \(attempt.write.updates)",
        sqlState: .serializationFailure)
    }
    let names = triggers.map { "'\($0)'" }.joined(separator: ", ")
    let reason =
      triggers.isEmpty
      ? "row-level security rejects it; use a role that can read and write the row, or that bypasses row-level security"
      : "discarded by the BEFORE trigger\(triggers.count == 1 ? "" : "s") \(names)"
    return FixtureError(
      limited: try absent.map { row in
        let (file, record, line, key) = try row.decode(Int32.self, Int32?.self, Int32?.self, String.self)
        return writer.fault(
          file: file, record: record, line: line,
          found: "row '\(key)' is not written to \(writer.name): \(reason)", expected: "")
      })
  }

  /// Explains why inserted rows are not found under their keys.
  func explainChangedKeys() async throws -> (any Error)? {
    let names = writer.key.map { key in writer.columns.first { $0.quoted == key }?.plainName ?? key }
    let faults = try await connection.query(
      PostgresQuery(
        unescaped: """
          SELECT staged.seed_file, staged.seed_record, staged.seed_line, \(writer.stagedKeyText)
          FROM \(writer.source) AS staged \(attempt.joinOfNamed)
          LEFT JOIN \(writer.counterparts) AS live ON \(writer.match)
          WHERE \(writer.isAbsent) ORDER BY staged.seed_row LIMIT \(FaultCollector.limit)
          """)
    ).map { row in
      let (file, record, line, key) = try row.decode(Int32.self, Int32?.self, Int32?.self, String.self)
      if !attempt.statements.hasTriggers, writer.rule.expressions != nil {
        return writer.fault(
          file: file, record: record, line: line, field: names.joined(separator: ", "),
          found: "the key '\(key)', for which the unique index of the key has a NULL",
          expected: "a value, because it is part of the key")
      }
      if !attempt.statements.hasTriggers, let condition = writer.rule.predicate {
        return writer.fault(
          file: file, record: record, line: line, found: writer.foundOutside(key, condition),
          expected: RowWriter.expectedInside)
      }
      return writer.fault(
        file: file, record: record, line: line, field: names.joined(separator: ", "),
        found: "the key '\(key)', which a trigger of \(writer.name) changes when the row is written",
        expected: "the key that the trigger produces, so that the next run finds the row")
    }
    return faults.isEmpty ? nil : FixtureError(limited: faults)
  }

  /// Writes one row and returns the error, if any: SQLSTATE, message, detail, constraint, column, the table of the
  /// constraint and the partitioned tables above it.
  private static let function = """
    CREATE OR REPLACE FUNCTION pg_temp.seed_row_refusal(statement text, number bigint) RETURNS text[]
    LANGUAGE plpgsql AS $$
    DECLARE state text; message text; detail text; rule text; field text; space text; holder text;
    BEGIN
      EXECUTE statement USING number;
      RETURN NULL;
    EXCEPTION WHEN OTHERS THEN
      GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL,
        rule = CONSTRAINT_NAME, field = COLUMN_NAME, space = SCHEMA_NAME, holder = TABLE_NAME;
      RETURN ARRAY[state, message, detail, rule, field, holder] || ARRAY(
        SELECT c.relname::text FROM pg_partition_ancestors(to_regclass(format('%I.%I', space, holder))) AS a (id)
        JOIN pg_class AS c ON c.oid = a.id);
    END $$
    """
}

/// Why the server rejects a row.
struct RowRefusal {
  let state: String
  let message: String
  let detail: String
  let constraint: String
  /// The column; nil if the server names none.
  let column: String?
  /// The table that has the constraint.
  let table: String
  /// The partitioned tables that it belongs to.
  private let wholes: [String]

  init(_ parts: [String]) {
    func part(_ index: Int) -> String { parts.indices.contains(index) ? parts[index] : "" }
    state = part(0)
    message = part(1)
    detail = part(2)
    constraint = part(3)
    column = part(4).isEmpty ? nil : part(4)
    table = part(5)
    wholes = Array(parts.dropFirst(6))
  }

  /// Whether the row would lose a value that rows of other tables reference.
  func isReferred(in name: String) -> Bool {
    guard state == "23001" || state == "23503", !table.isEmpty else { return false }
    let own = name.split(separator: ".").last.map(String.init) ?? name
    return !ShardName.isName(table, of: own) && !wholes.contains(own)
  }

  func found(in name: String) -> String {
    let what =
      switch state {
      case _ where isReferred(in: name):
        "a new value for a row of \(name) that rows of \(table) reference (foreign key '\(constraint)')"
      case "23502": "no value for a NOT NULL column of \(name)"
      case "23503": "the foreign key '\(constraint)' of \(name) references a missing row"
      case "23505": "a duplicate value for '\(constraint)' of \(name)"
      case "23514" where constraint.isEmpty: "a row that \(name) rejects: \(message)"
      case "23514": "the row violates the check constraint '\(constraint)' of \(name)"
      case "23P01": "the row violates the exclusion constraint '\(constraint)' of \(name)"
      case "42501": "a row that violates a row-level security policy of \(name)"
      default: "the database rejects the row (\(state)): \(message)"
      }
    return detail.isEmpty || state == "23502" || state == "23514" && !constraint.isEmpty
      ? what : "\(what); \(detail)"
  }

  func expected(in name: String) -> String {
    switch state {
    case _ where isReferred(in: name): "the current value; change the referencing rows first"
    case "23505":
      "a different value; row-level security may hide the existing row, or a trigger may have changed the value"
    case "42501": "rows that this role can read and write, or a role that bypasses row-level security"
    case "23514" where constraint.isEmpty: "values that match a partition"
    default: ""
    }
  }
}

extension PostgresError {
  /// Whether a row violates a unique or exclusion constraint.
  var isUniqueConflict: Bool { sqlState == .uniqueViolation || sqlState?.rawValue == "23P01" }

  /// Whether the server rejected rows, as opposed to being unable to work: values, constraints, check options of
  /// views, row size limits, errors raised by triggers, and possibly a policy of row-level security, which has the
  /// SQLSTATE of a missing privilege.
  var isAboutRows: Bool {
    guard code == .serverError, let state = sqlState else { return false }
    return state == .insufficientPrivilege
      || ["22", "23", "44", "P0", "54"].contains(String(state.classCode))
  }
}
