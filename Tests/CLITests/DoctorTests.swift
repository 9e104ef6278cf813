import FoundationEssentials
import Postgres
import SeedTesting
import Testing

@Suite("doctor: the database")
struct DoctorTests {
  private func diagnose(
    _ database: TemporaryDatabase, _ arguments: [String] = [], _ variables: [String: String] = [:]
  ) async throws -> Diagnosis {
    try await Diagnosis.of(database.url, arguments, variables: variables)
  }

  private func seeded(_ body: (TemporaryDatabase) async throws -> Void) async throws {
    try await TemporaryDatabase.with { database in
      let result = try await SeedRunnerBinary.run("--all", url: database.url)
      #expect(result.exitCode == 0, "\(result.errors)\(result.output)")
      try await body(database)
    }
  }

  @Test("reports no problem in a seeded database and in an empty one")
  func healthy() async throws {
    try await TemporaryDatabase.with { database in
      let empty = try await diagnose(database)
      #expect(empty.names("warning") + empty.names("failure") == [], "\(empty.result.output)")
      #expect(empty.result.exitCode == 0)
      empty.expect("migrations", "ok", "never migrated")
      let count = try await database.withConnection {
        try await $0.queryOne("SELECT count(*) FROM pg_tables WHERE schemaname IN ('public', 'seed_runner')")
          .decode(Int.self)
      }
      #expect(count == 0, "the doctor made tables")
    }
    try await seeded { database in
      let diagnosis = try await diagnose(database)
      #expect(diagnosis.success && diagnosis.result.exitCode == 0, "\(diagnosis.result.output)")
      #expect(diagnosis.names("warning") + diagnosis.names("failure") == [])
      diagnosis.expect("vector-index", "ok", "ix_traces_embedding_hnsw", "valid")
      diagnosis.expect("table-rights", "ok")
      diagnosis.expect("environment", "ok", "'test'")
      diagnosis.expect("pooler", "ok", "none")
      #expect(diagnosis.database?.hasPrefix("postgresql://") == true)
    }
  }

  @Test("reports pending, unknown and edited migrations, and another environment's stamp")
  func schema() async throws {
    try await seeded { database in
      try await database.withConnection {
        _ = try await $0.query(
          "INSERT INTO seed_runner.migration VALUES ('trace-store', 999, 'later', 'x', now(), 1)")
      }
      try await diagnose(database).expect("migrations", "warning", "newer", "999 later")
      try await database.withConnection {
        _ = try await $0.query("DELETE FROM seed_runner.migration WHERE version = 999")
        _ = try await $0.query(
          """
          DELETE FROM seed_runner.migration
          WHERE set_name = 'trace-store'
            AND version = (SELECT max(version) FROM seed_runner.migration WHERE set_name = 'trace-store')
          """)
      }
      let behind = try await diagnose(database)
      behind.expect("migrations", "warning", "pending: trace-store", fix: "migrate up")
      #expect(behind.result.exitCode == 0, "a warning is no failure")
      try await database.withConnection {
        _ = try await $0.query("UPDATE seed_runner.migration SET checksum = 'x' WHERE version = 1")
      }
      try await diagnose(database).expect("migrations", "failure", "edited")
      let other = try await diagnose(database, ["--env", "dev"])
      other.expect("environment", "failure", "stamped 'test'", fix: "--env test")
      #expect(other.result.exitCode == 4)
    }
  }

  @Test("reports missing rights, and the fix grants them")
  func rights() async throws {
    try await seeded { database in
      let role = "weak_\(UInt32.random(in: 0...UInt32.max))"
      try await database.withConnection { connection in
        try await connection.runScript("CREATE ROLE \(role)")
        let url = database.url + "&options=-c%20role%3D\(role)"
        func look() async throws -> Diagnosis { try await Diagnosis.of(url) }
        var diagnosis = try await look()
        // Without USAGE on the schema.
        diagnosis.expect(
          "create-rights", "failure", "cannot use the schema 'seed_runner'",
          fix: "GRANT USAGE, CREATE ON SCHEMA seed_runner")
        for check in ["table-rights", "migrations"] { diagnosis.expect(check, "skipped", "seed_runner") }
        #expect(diagnosis.result.exitCode == 4)
        try await connection.runScript("GRANT USAGE ON SCHEMA seed_runner TO \(role)")
        diagnosis = try await look()
        diagnosis.expect(
          "table-rights", "failure", "seed_runner.lock (SELECT, INSERT, UPDATE, DELETE)",
          fix: "GRANT SELECT")
        try await connection.runScript(
          """
          GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public, seed_runner TO \(role);
          REVOKE UPDATE ON users FROM \(role)
          """)
        diagnosis = try await look()
        diagnosis.expect(
          "table-rights", "failure", "missing on 1 of", "users (UPDATE)", fix: "GRANT UPDATE ON users TO")
        diagnosis.expect("create-rights", "ok", "no pending migration")
        diagnosis.expect("extension-rights", "ok", "installed")
        try await connection.runScript("REVOKE TEMPORARY ON DATABASE \(database.name) FROM PUBLIC")
        try await look().expect("create-rights", "failure", "temporary", fix: "GRANT TEMPORARY")
        try await connection.runScript("DROP OWNED BY \(role); DROP ROLE \(role)")
      }
    }
  }

  @Test("reports that a role can neither create a schema nor install pgvector in an empty database")
  func rightsOfEmpty() async throws {
    try await TemporaryDatabase.with { database in
      let role = "weak_\(UInt32.random(in: 0...UInt32.max))"
      try await database.withConnection { connection in
        try await connection.runScript("CREATE ROLE \(role)")
        let diagnosis = try await Diagnosis.of(database.url + "&options=-c%20role%3D\(role)")
        diagnosis.expect("create-rights", "failure", "schemas in", fix: "GRANT CREATE ON DATABASE")
        diagnosis.expect("extension-rights", "failure", fix: "CREATE EXTENSION vector")
        try await connection.runScript("DROP ROLE \(role)")
      }
    }
  }

  @Test("reports an invalid, a missing and an unused vector index")
  func index() async throws {
    try await seeded { database in
      try await database.withConnection { connection in
        try await connection.runScript(
          "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'ix_traces_embedding_hnsw'::regclass")
        try await diagnose(database).expect(
          "vector-index", "failure", "ix_traces_embedding_hnsw is invalid",
          fix: "REINDEX INDEX CONCURRENTLY")
        try await connection.runScript(
          """
          DROP INDEX ix_traces_embedding_hnsw;
          CREATE TEMPORARY TABLE many AS SELECT t.* FROM generate_series(1, 2000),
            (SELECT * FROM traces WHERE embedding IS NOT NULL LIMIT 1) AS t;
          UPDATE many SET id = gen_random_uuid(), title = title || ctid::text;
          INSERT INTO traces SELECT * FROM many
          """)
        try await diagnose(database).expect(
          "vector-index", "failure", "none: each search reads all 2", fix: "--capacity-traces")
        try await connection.runScript(
          """
          CREATE INDEX ix_traces_embedding_hnsw ON traces USING hnsw (embedding vector_cosine_ops);
          ANALYZE traces
          """)
        let full = try await diagnose(database)
        full.expect("search-plan", "ok", "searches use ix_traces_embedding_hnsw")
        full.expect(
          "vector-index", "warning", "also contains provisional and flagged traces",
          fix: "DROP INDEX ix_traces_embedding_hnsw; CREATE INDEX ix_traces_embedding_hnsw ON traces")
        try await connection.runScript("ALTER DATABASE \(database.name) SET enable_indexscan = off")
        try await diagnose(database).expect(
          "search-plan", "failure", "searches do not use", fix: "ANALYZE traces")
      }
    }
  }

  @Test("compares the memory settings of the server with the data that a run would load")
  func memory() async throws {
    try await TemporaryDatabase.with { database in
      let diagnosis = try await diagnose(
        database, [], ["CAPACITY_ROWS": "10000000", "CAPACITY_IS_PART_OF_ALL": "true"])
      diagnosis.expect(
        "shared-buffers", "warning", "will be 78125 MB", fix: "ALTER SYSTEM SET shared_buffers")
      diagnosis.expect("maintenance-memory", "warning", "10000000 vectors", fix: "maintenance_work_mem")
    }
  }

  @Test("reports a read-only database, another time zone and a lack of connections")
  func settings() async throws {
    try await TemporaryDatabase.with { database in
      try await database.withConnection { connection in
        let name = database.name
        try await connection.runScript("ALTER DATABASE \(name) SET default_transaction_read_only = on")
        let readOnly = try await diagnose(database)
        readOnly.expect("writable", "failure", "read-only", fix: "ALTER DATABASE")
        #expect(readOnly.result.exitCode == 4)
        let viaURL = try await Diagnosis.of(database.url + "&options=-c%20default_transaction_read_only%3Don")
        viaURL.expect("writable", "failure", "client", fix: "PGOPTIONS")
        try await connection.runScript(
          """
          SET default_transaction_read_only = off;
          ALTER DATABASE \(name) RESET default_transaction_read_only
          """)
        try await connection.runScript("ALTER DATABASE \(name) SET timezone = 'Asia/Kolkata'")
        try await diagnose(database).expect("time-zone", "ok", "Asia/Kolkata, +330 min", "as UTC")
        try await connection.runScript("ALTER DATABASE \(name) CONNECTION LIMIT 4")
        try await diagnose(database).expect(
          "connections", "warning", "the database is limited to 4", fix: "SEED_JOBS")
      }
    }
  }

  @Test("reports what blocks a run: a locked table, another run, a long transaction")
  func locks() async throws {
    try await seeded { database in
      try await database.withConnection { connection in
        let pid = connection.backendProcessID
        try await connection.runScript("BEGIN; LOCK TABLE users IN SHARE MODE")
        let locked = try await diagnose(database, ["--older-than", "0"])
        locked.expect(
          "locks", "failure", "process \(pid) holds ShareLock on users",
          fix: "pg_terminate_backend(\(pid))")
        locked.expect("long-transactions", "warning", "process \(pid)", "idle in transaction")
        #expect(locked["table-rights"]?.outcome == "ok")
        try await connection.runScript("ROLLBACK; BEGIN")
        _ = try await connection.query(
          "SELECT name FROM seed_runner.lock WHERE name = 'migrations' FOR UPDATE")
        try await diagnose(database).expect("locks", "warning", "another run", "migrations")
        // A lock that blocks readers only affects the checks that read that table.
        try await connection.runScript("ROLLBACK; BEGIN; LOCK TABLE seed_runner.migration, traces")
        let shut = try await diagnose(database)
        shut.expect("migrations", "failure", "55P03")
        shut.expect("locks", "failure", "AccessExclusiveLock on traces")
        shut.expect("clock", "ok")
        try await connection.runScript("ROLLBACK")
      }
    }
  }

  @Test("reports a pooler and its mode", arguments: ["transaction", "session", "statement"])
  func pooler(mode: String) async throws {
    try await TemporaryDatabase.with { database in
      try await PgBouncer.with(database: database, mode: mode) { _, url in
        let diagnosis = try await Diagnosis.of(url)
        switch mode {
        case "transaction":
          diagnosis.expect("pooler", "ok", "in transaction mode", "do not work")
          #expect(diagnosis.names("failure") + diagnosis.names("warning") == [], "\(diagnosis.result.output)")
        case "session": diagnosis.expect("pooler", "ok", "in session mode")
        default:
          diagnosis.expect("pooler", "failure", "in statement mode", fix: "pool_mode = transaction")
        }
        diagnosis.expect("connections", "skipped", mode == "statement" ? "closed" : "pooler")
      }
    }
  }
}
