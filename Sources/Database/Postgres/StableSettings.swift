/// Transaction settings that affect how values are read and written as text, and what statements do.
///
/// Roles, databases, configuration files and the environment can carry settings, but results must not depend on
/// them. These settings are left alone on purpose:
///
/// - Settings by which the owner of a database defines the meaning of values: `search_path` (except the position of
///   `pg_catalog`), `lc_monetary` (the number of digits of `money`), `lc_numeric`, `lc_time`,
///   `default_text_search_config`, `default_tablespace`, `default_toast_compression`.
/// - Safeguards: `default_transaction_read_only`, `row_security`, `statement_timeout`, `transaction_timeout`. They
///   cause an error, never a wrong value.
/// - Settings that are always set: `default_transaction_isolation` by `BEGIN`, `client_encoding` by the connection.
/// - Settings that change neither values nor results: `enable_*` and planner costs, `check_function_bodies`,
///   `escape_string_warning`, `client_min_messages`, `synchronous_commit`, memory, logging, JIT, vacuum.
public enum StableSettings {
  private static let values = [
    // How values are written as text, which digests and keys depend on.
    ("datestyle", "ISO, YMD"),
    ("intervalstyle", "postgres"),
    ("bytea_output", "hex"),
    // From 1, floating-point numbers are written exactly.
    ("extra_float_digits", "1"),
    ("xmlbinary", "base64"),
    // Affects regclass::text, pg_get_expr and format('%I').
    ("quote_all_identifiers", "off"),

    // How text is read.
    ("timezone", "UTC"),
    // The meaning of EST and IST.
    ("timezone_abbreviations", "Default"),
    // If off, NULL in an array is a string.
    ("array_nulls", "on"),
    // 'document' rejects fragments.
    ("xmloption", "content"),

    // What statements mean, including those of migrations and of trigger functions.
    ("standard_conforming_strings", "on"),
    ("backslash_quote", "safe_encoding"),
    // If on, "= NULL" means IS NULL.
    ("transform_null_equals", "off"),

    // What statements do.
    // 'replica' turns off foreign keys and triggers. A role that may not change it gets an error here.
    ("session_replication_role", "origin"),
    // Otherwise a search with a GIN index returns only some of the rows.
    ("gin_fuzzy_search_limit", "0"),
    // Otherwise any error ends the connection.
    ("exit_on_error", "off"),
    // Compiling a statement that runs once takes seconds for a few rows.
    ("jit", "off"),
  ]

  /// Sets them for the current transaction in one statement, which is sent together with `BEGIN`.
  ///
  /// Only settings that differ are set. Names are qualified, because the search path may prefer operators and
  /// functions of other schemas. Removing `pg_catalog` from the path puts it first.
  public static let statement: PostgresQuery = {
    let path = "pg_catalog.current_setting('search_path')"
    let cleaned =
      "pg_catalog.ltrim(pg_catalog.regexp_replace(\(path), '(^|,) *\"?pg_catalog\"? *(?=,|$)', '', 'gi'), ', ')"
    let first =
      "CASE WHEN \(path) OPERATOR(pg_catalog.~*) 'pg_catalog' "
      + "THEN pg_catalog.set_config('search_path', \(cleaned), true) END"
    let others = values.map { name, value in
      // A setting that this version does not have is NULL.
      "CASE WHEN pg_catalog.current_setting('\(name)', true) OPERATOR(pg_catalog.<>) '\(value)' "
        + "THEN pg_catalog.set_config('\(name)', '\(value)', true) END"
    }
    return PostgresQuery(unescaped: "SELECT " + ([first] + others).joined(separator: ", "))
  }()

  /// The same settings as `SET LOCAL` statements, which Citus passes on to the other nodes of a cluster. Without those
  /// that only a superuser may set, and whose effect is on the server that runs the statement.
  package static let ofAllNodes: [PostgresQuery] = values.filter { name, _ in
    !["session_replication_role", "exit_on_error"].contains(name)
  }.map { PostgresQuery(unescaped: "SET LOCAL \($0) = \($1.contains(",") ? $1 : "'\($1)'")") }
}
