import Migrations
import Postgres
import SeedKit
import SeedTesting
import Testing

/// Settings of roles and databases with values that would change what is read or written.
private enum HostileSettings {
  static let ofDatabase = [
    ("array_nulls", "off"), ("datestyle", "German, DMY"), ("intervalstyle", "sql_standard"),
    ("timezone", "Asia/Kathmandu"), ("timezone_abbreviations", "Australia"), ("bytea_output", "escape"),
    ("extra_float_digits", "-15"), ("default_transaction_isolation", "serializable"),
    ("session_replication_role", "replica"),
  ]
  static let ofRole = [
    ("xmloption", "document"), ("xmlbinary", "hex"), ("standard_conforming_strings", "off"),
    ("backslash_quote", "off"), ("transform_null_equals", "on"), ("quote_all_identifiers", "on"),
    ("gin_fuzzy_search_limit", "1"), ("exit_on_error", "on"), ("check_function_bodies", "off"),
    ("enable_hashjoin", "off"), ("client_min_messages", "error"), ("row_security", "off"),
    ("default_table_access_method", "other_heap"), ("search_path", "evil, \"$user\", public, pg_catalog"),
  ]

  /// Objects that hide the built-in ones of these names, depending on the search path.
  static let objects = """
    CREATE SCHEMA evil;
    CREATE FUNCTION evil.md5(text) RETURNS text LANGUAGE sql IMMUTABLE
      AS $$ SELECT pg_catalog.md5(pg_catalog.random()::text) $$;
    CREATE FUNCTION evil.differ(text, text) RETURNS bool LANGUAGE sql IMMUTABLE AS $$ SELECT true $$;
    CREATE OPERATOR evil.<> (LEFTARG = text, RIGHTARG = text, FUNCTION = evil.differ);
    CREATE ACCESS METHOD other_heap TYPE TABLE HANDLER heap_tableam_handler;
    """

  static func set(_ database: String) -> String {
    let name = "\"\(database)\""
    return
      (ofDatabase.map { "ALTER DATABASE \(name) SET \($0) = \(list($1))" }
      + ofRole.map { "ALTER ROLE CURRENT_USER IN DATABASE \(name) SET \($0) = \(list($1))" })
      .joined(separator: "; ")
  }

  static func reset(_ database: String) -> String {
    "ALTER DATABASE \"\(database)\" RESET ALL; ALTER ROLE CURRENT_USER IN DATABASE \"\(database)\" RESET ALL"
  }

  /// The elements of a list, each quoted.
  private static func list(_ value: String) -> String {
    value.split(separator: ", ").map { "'\($0.filter { $0 != "\"" })'" }.joined(separator: ", ")
  }
}

@Suite("Unusual settings of roles and databases")
struct HostileSettingsTests {
  @Test(
    "change nothing: rows are loaded exactly, a second run writes nothing, an edit is one update",
    arguments: AwkwardTests.cases, [nil, 16])
  func awkward(_ example: AwkwardCase, _ major: Int?) async throws {
    try await SeederFolder.with(example.sql, tables: example.tables, files: example.files, major: major) {
      folder in
      let hostile = HostileSettings.set(folder.database.name)
      let calm = HostileSettings.reset(folder.database.name)
      try await folder.sql(HostileSettings.objects)
      try await folder.sql(hostile)
      let first = try await folder.counts(environment: example.environment)
      #expect(first.inserted == first.written)
      try await folder.sql(calm)
      #expect(try await folder.rows(example.query) == example.rows)
      let before = try await folder.versions()
      let second = try await folder.counts(environment: example.environment)
      #expect(second == RowCounts(unchanged: first.inserted), "the settings made another digest")
      try await folder.sql(hostile)
      let third = try await folder.counts(environment: example.environment)
      #expect(third == RowCounts(unchanged: first.inserted))
      #expect(try await folder.changes(environment: example.environment).isEmpty)
      try folder.edit(example.edit.file, example.edit.old, example.edit.new)
      #expect(try await folder.changes(environment: example.environment).map(\.action) == [.update])
      try await folder.sql(calm)
      #expect(try await folder.versions() == before)
    }
  }

  @Test(
    "are overridden where they differ, and only for the transaction", arguments: [nil, 16])
  func settings(major: Int?) async throws {
    let all = HostileSettings.ofDatabase + HostileSettings.ofRole
    let changed = [
      "array_nulls": "on", "backslash_quote": "safe_encoding", "bytea_output": "hex", "datestyle": "ISO, YMD",
      "exit_on_error": "off", "extra_float_digits": "1", "gin_fuzzy_search_limit": "0",
      "intervalstyle": "postgres", "quote_all_identifiers": "off", "search_path": "evil, \"$user\", public",
      "session_replication_role": "origin", "standard_conforming_strings": "on", "timezone": "UTC",
      "timezone_abbreviations": "Default", "transform_null_equals": "off", "xmlbinary": "base64",
      "xmloption": "content",
    ]
    try await TemporaryDatabase.with(major: major) { database in
      try await database.withConnection { connection in
        try await connection.runScript(HostileSettings.objects)
        try await connection.runScript(HostileSettings.set(database.name))
      }
      func read(_ connection: PostgresConnection) async throws -> [String: String] {
        var values: [String: String] = [:]
        for (name, _) in all {
          values[name] = try await connection.queryOne("SELECT current_setting(\(name))").decode(String.self)
        }
        return values
      }
      try await database.withConnection { connection in
        let before = try await read(connection)
        let inside = try await connection.withTransaction(setup: [StableSettings.statement]) {
          try await read($0)
        }
        let differing = inside.filter { before[$0.key] != $0.value }
        #expect(differing == changed)
        #expect(try await read(connection) == before)
      }
    }
  }

  @Test(
    "do not keep pg_catalog from being searched first",
    arguments: [
      ("evil, pg_catalog", "evil"), ("pg_catalog, evil", "evil"), ("a, \"pg_catalog\", b", "a, b"),
      ("pg_catalog", ""), ("a, b", "a, b"), ("my_pg_catalog, b", "my_pg_catalog, b"),
    ])
  func searchPath(path: String, expected: String) async throws {
    try await TemporaryDatabase.with { database in
      try await database.withConnection { connection in
        try await connection.runScript("SET search_path = \(path)")
        let found = try await connection.withTransaction(setup: [StableSettings.statement]) {
          try await $0.queryOne("SELECT current_setting('search_path')").decode(String.self)
        }
        #expect(found == expected)
      }
    }
  }

  @Test("do not end idle transactions too early", arguments: [nil, 16])
  func idle(major: Int?) async throws {
    try await SeederFolder.with(
      "CREATE TABLE t (id int PRIMARY KEY, name text)", tables: #"{table: "t", files: "t.csv", key: "id"}"#,
      files: ["t.csv": "id,name\n1,a\n"], major: major
    ) { folder in
      #expect(try await folder.counts() == RowCounts(inserted: 1))
      try await folder.sql(
        "ALTER DATABASE \"\(folder.database.name)\" SET idle_in_transaction_session_timeout = '1ms'")
      #expect(try await folder.changes(environment: .test).isEmpty)
      let (origins, export) = try await folder.database.withConnection { connection in
        (
          try await RowOrigin.find(table: "t", key: ["1"], on: connection),
          try await TableExport.read([.init(table: "t")], id: "copy", on: connection)
        )
      }
      #expect(origins.count == 1)
      #expect(export.count == 1)
      try folder.write("id,name\n1,b\n", to: "t.csv")
      #expect(try await folder.counts() == RowCounts(updated: 1))
      #expect(try await folder.reset().tables.total.deleted == 1)
    }
  }

  @Test("that turn off foreign keys are an error for a role that cannot turn them on")
  func replica() async throws {
    try await TemporaryDatabase.with { database in
      try await database.withConnection { connection in
        try await connection.runScript(
          """
          SET session_replication_role = replica; CREATE ROLE "\(database.name)" NOLOGIN;
          SET ROLE "\(database.name)"
          """)
        let error = await #expect(throws: PostgresTransactionError.self) {
          try await connection.withTransaction(setup: [StableSettings.statement]) { connection in
            try await connection.query("SELECT 1")
          }
        }
        let cause = error?.cause as? PostgresError
        #expect(cause?.sqlState == .insufficientPrivilege)
        #expect(cause?.fix?.contains("RESET session_replication_role") == true)
        try await connection.runScript("RESET ROLE; DROP ROLE \"\(database.name)\"")
      }
    }
  }
}
