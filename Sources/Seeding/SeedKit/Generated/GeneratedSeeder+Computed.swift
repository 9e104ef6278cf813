import Postgres

extension GeneratedSeeder {
  /// Rejects expressions of `sql` that read columns without a generator, or that would give other values in another
  /// load.
  ///
  /// - Parameter temporary: a table with the columns of the generated one. The expressions are made into views of it,
  ///   because the catalog knows what a view reads.
  func checkExpressions(
    of table: GeneratedTable, in temporary: String, on connection: PostgresConnection
  ) async throws {
    guard let rule = definition.tables.first(where: { $0.table == table.live.name })?.generate else { return }
    var faults: [FixtureFault] = []
    for column in rule.columns {
      guard case .sql(let expression) = column.source else { continue }
      func fault(_ found: String, _ expected: String) -> FixtureFault {
        FixtureFault(
          .invalidDefinition, file: definition.path, line: column.line, field: "\(column.name).sql",
          found: found,
          expected: expected)
      }
      do {
        try await connection.query(
          """
          CREATE TEMPORARY VIEW seed_generated_expression AS
          SELECT (\(unescaped: expression)) AS value FROM \(unescaped: temporary) AS made
          """)
      } catch let error as PostgresError where error.code == .serverError && !error.isTransient {
        let variable = rule.variables.first { error.message.contains("column \"\($0.name)\" does not exist") }
        faults.append(
          variable.map {
            fault("the variable '\($0.name)', which only generators can read", "columns of the table")
          }
            ?? fault(
              "an expression that the server rejects (\(error.message))",
              "an expression over columns of the row"))
        // The transaction is aborted, so that no other expression can be tried.
        break
      }
      let readable = Set(table.columns.map(\.name.name))
      for name in try await readColumns(of: temporary, on: connection) where !readable.contains(name) {
        let isComputed = table.computed.contains { $0.column.isNamed(name) }
        faults.append(
          fault(
            "the column '\(name)', which \(isComputed ? "'sql' computes" : "no generator fills")",
            "columns with generators"))
      }
      if expression.contains(#/(?i)'\s*(now|today|tomorrow|yesterday)\s*'/#) {
        faults.append(fault("a time such as 'now'", "an expression that depends on columns alone"))
      }
      for form in try await otherForms(on: connection) {
        faults.append(fault(form, "an expression over columns of the row"))
      }
      for name in try await changingFunctions(on: connection) {
        faults.append(
          fault(
            "\(name), whose result changes, so that the rows of each load would differ",
            "an expression that depends on columns alone"))
      }
      try await connection.query("DROP VIEW seed_generated_expression")
    }
    guard faults.isEmpty else { throw FixtureError(faults) }
  }

  private func readColumns(of temporary: String, on connection: PostgresConnection) async throws -> [String] {
    try await connection.query(
      """
      SELECT DISTINCT a.attname::text FROM pg_rewrite AS r
      JOIN pg_depend AS d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid
      JOIN pg_attribute AS a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
      WHERE r.ev_class = 'seed_generated_expression'::regclass AND d.refclassid = 'pg_class'::regclass
        AND d.refobjid = \(temporary)::regclass AND d.refobjsubid > 0
      ORDER BY 1
      """
    ).map { try $0.decode(String.self) }
  }

  /// Stable functions whose results depend on the time, the transaction or the connection.
  private static let changing = [
    "now", "transaction_timestamp", "statement_timestamp", "txid_current", "txid_current_if_assigned",
    "pg_current_xact_id", "pg_current_xact_id_if_assigned", "txid_current_snapshot", "pg_current_snapshot",
    "pg_backend_pid", "pg_postmaster_start_time", "current_setting", "current_database", "inet_client_addr",
    "inet_client_port", "inet_server_addr", "inet_server_port",
  ]

  /// What the view has that depends on other rows, or on where a row is stored.
  private func otherForms(on connection: PostgresConnection) async throws -> [String] {
    try await connection.query(
      """
      SELECT form FROM pg_rewrite
      CROSS JOIN (VALUES ('{SUBLINK ', 'a subquery'), ('{WINDOWFUNC ', 'a window function'), ('{AGGREF ', 'an aggregate'),
        (':varattno -', 'a system column such as ctid')) AS known (mark, form)
      WHERE ev_class = 'seed_generated_expression'::regclass AND strpos(ev_action::text, mark) > 0 ORDER BY form
      """
    ).map { try $0.decode(String.self) }
  }

  /// The functions of PostgreSQL and of extensions in the view whose results depend on chance, the time or the user.
  /// Functions of the application are often volatile only because that is the default.
  private func changingFunctions(on connection: PostgresConnection) async throws -> [String] {
    try await connection.query(
      """
      WITH view AS (
        SELECT ev_action::text AS tree FROM pg_rewrite WHERE ev_class = 'seed_generated_expression'::regclass
      )
      SELECT p.proname::text || '()' FROM view
      CROSS JOIN LATERAL regexp_matches(tree, ':(?:funcid|opfuncid) (\\d+)', 'g') AS found
      JOIN pg_proc AS p ON p.oid = found[1]::oid
      WHERE (p.provolatile = 'v' OR p.proname = ANY (\(Self.changing)) OR p.proname = 'age' AND p.pronargs = 1)
        AND (p.pronamespace = 'pg_catalog'::regnamespace OR EXISTS (
          SELECT FROM pg_depend AS d
          WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'))
      UNION
      SELECT 'a keyword such as CURRENT_DATE or CURRENT_USER' FROM view WHERE tree LIKE '%{SQLVALUEFUNCTION%'
      ORDER BY 1
      """
    ).map { try $0.decode(String.self) }
  }

  /// Rejects rows for which a partitioned table has no partition.
  ///
  /// - Parameter temporary: a table with the rows, without partitions.
  func checkPartitions(
    of table: GeneratedTable, in temporary: String, on connection: PostgresConnection
  ) async throws {
    let conditions = try await connection.query(
      """
      SELECT coalesce(pg_get_partition_constraintdef(relid), 'true') FROM pg_partition_tree(\(table.live.quoted)::text::regclass)
      WHERE isleaf AND level > 0
      """
    ).map { try $0.decode(String.self) }
    guard !conditions.isEmpty else { return }
    let row = try await connection.query(
      """
      SELECT row_to_json(made)::text FROM \(unescaped: temporary) AS made
      WHERE (\(unescaped: conditions.joined(separator: " OR "))) IS NOT TRUE LIMIT 1
      """
    ).first?.decode(String.self)
    guard let row else { return }
    throw fault(
      table, .rejectedRow, at: "generate",
      found: "a generated row for which \(table.live.name) has no partition: \(row.prefix(200))",
      expected: "values for which there is a partition; nothing was written to it")
  }
}
