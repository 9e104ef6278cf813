/// Settings of a transaction that decide what values mean, what statements do, and how values are written as text.
///
/// A role, a database, a role in a database, a configuration file and the environment can all carry settings. What
/// is read and written must not depend on them. Not in this list, on purpose:
///
/// - Settings in which the owner of a database says what its values mean: `search_path` but for the place of
///   `pg_catalog`, `lc_monetary` (it decides how many digits `money` has), `lc_numeric`, `lc_time`,
///   `default_text_search_config`, `default_tablespace`, `default_toast_compression`.
/// - Protections: `default_transaction_read_only`, `row_security`, `statement_timeout`, `transaction_timeout`. They
///   end in an error, never in a wrong value.
/// - `default_transaction_isolation`: `BEGIN` names its isolation level. `client_encoding`: the connection names it.
/// - What changes neither values nor results: `enable_*` and the planner's costs, `check_function_bodies`,
///   `escape_string_warning`, `client_min_messages`, `synchronous_commit`, memory, logging, JIT, vacuum.
public enum StableSettings {
  private static let values = [
    // How values are written as text: digests and keys are made of it.
    ("datestyle", "ISO, YMD"),
    ("intervalstyle", "postgres"),
    ("bytea_output", "hex"),
    // From 1 on floating point numbers are written exactly.
    ("extra_float_digits", "1"),
    ("xmlbinary", "base64"),
    // In regclass::text, pg_get_expr and format('%I').
    ("quote_all_identifiers", "off"),

    // How text is read.
    ("timezone", "UTC"),
    // What EST and IST mean.
    ("timezone_abbreviations", "Default"),
    // Off, NULL in an array is the word.
    ("array_nulls", "on"),
    // 'document' refuses fragments.
    ("xmloption", "content"),

    // What statements mean, also those of migrations and of functions that triggers call.
    ("standard_conforming_strings", "on"),
    ("backslash_quote", "safe_encoding"),
    // On, "= NULL" means IS NULL.
    ("transform_null_equals", "off"),

    // What statements do.
    // 'replica' turns off foreign keys and triggers. Who may not change it gets an error here.
    ("session_replication_role", "origin"),
    // Otherwise a search by a GIN index returns only some of the rows.
    ("gin_fuzzy_search_limit", "0"),
    // Otherwise each error ends the connection.
    ("exit_on_error", "off"),
  ]

  /// Sets them for the current transaction, in one statement, which is sent together with `BEGIN`.
  ///
  /// Only what differs is set. Names are qualified, because an operator or a function of another schema comes before
  /// the built-in one if the search path says so: `pg_catalog` is taken out of the path, which puts it first.
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
}
