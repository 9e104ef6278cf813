import Migrations
import Postgres
import SeedTesting
import Testing

@Suite("Migrating")
struct MigratorTests {
  private static let first = (
    name: "0001_a.sql", text: "-- migrate:up\nCREATE TABLE a (id int);\n-- migrate:down\nDROP TABLE a;"
  )
  private static let second = (
    name: "0002_b.sql", text: "-- migrate:up\nCREATE TABLE b (id int);\n-- migrate:down\nDROP TABLE b;"
  )
  private static let third = (
    name: "0003_c.sql", text: "-- migrate:up\nCREATE TABLE c (id int);\n-- migrate:down\nDROP TABLE c;"
  )
  private static let concurrent = (
    name: "0003_index.sql",
    text: """
    -- migrate:no-transaction
    -- migrate:up
    CREATE INDEX CONCURRENTLY IF NOT EXISTS a_id ON a (id);
    -- migrate:down
    DROP INDEX CONCURRENTLY IF EXISTS a_id;
    """
  )

  private func migrator(_ files: (name: String, text: String)...) throws -> Migrator {
    Migrator(sets: [try MigrationSet(name: "test", files: files)])
  }

  private func tables(_ pool: PostgresPool) async throws -> [String] {
    try await pool.withConnection { connection in
      try await connection.query("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
        .map { try $0.decode(String.self) }
    }
  }

  private func withPool(_ body: (PostgresPool) async throws -> Void) async throws {
    try await TemporaryDatabase.with { database in
      try await database.withPool(maximumConnections: 2) { try await body($0) }
    }
  }

  @Test("applies due migrations, in order, once")
  func apply() async throws {
    try await withPool { pool in
      let outcomes = try await migrator(Self.second, Self.first).apply(on: pool)
      #expect(outcomes.map(\.version) == [1, 2])
      #expect(try await tables(pool) == ["a", "b"])
      let again = try await migrator(Self.first, Self.second).apply(on: pool)
      #expect(again.isEmpty)
    }
  }

  @Test("applies nothing without the row of its lock")
  func missingLock() async throws {
    try await withPool { pool in
      _ = try await migrator(Self.first).apply(on: pool)
      _ = try await pool.withConnection { try await $0.query("DELETE FROM seed_runner.lock") }
      let later = Migrator(
        sets: [try MigrationSet(name: "more", files: [Self.second, Self.third])], lockTimeout: .zero)
      let error = await #expect(throws: MigrationError.self) { try await later.apply(on: pool) }
      #expect(error?.code == .lockTimeout)
      #expect(try await tables(pool) == ["a"])
    }
  }

  @Test("stops at a version, continues later, and reverts step by step")
  func steps() async throws {
    try await withPool { pool in
      let migrator = try migrator(Self.first, Self.second, Self.concurrent)
      #expect(try await migrator.apply(on: pool, to: 1).map(\.version) == [1])
      #expect(try await migrator.apply(on: pool).map(\.version) == [2, 3])
      #expect(try await migrator.revert(on: pool, steps: 1).map(\.version) == [3])
      #expect(try await migrator.revert(on: pool, to: 0).map(\.version) == [2, 1])
      #expect(try await tables(pool).isEmpty)
      #expect(try await migrator.apply(on: pool).count == 3)
    }
  }

  @Test("only reads for the status, also on a database without history")
  func status() async throws {
    try await withPool { pool in
      let migrator = try migrator(Self.first, Self.second)
      #expect(try await migrator.status(on: pool).map(\.status) == [.pending, .pending])
      let isVirgin = try await pool.withConnection { connection in
        try await connection.queryOne("SELECT to_regnamespace('seed_runner') IS NULL").decode(Bool.self)
      }
      #expect(isVirgin)
      _ = try await migrator.apply(on: pool, to: 1)
      let edited = try self.migrator((Self.first.name, Self.first.text + "\n-- edited"))
      let state = try #require(try await edited.status(on: pool).first)
      guard case .edited = state.status else {
        Issue.record("\(state)")
        return
      }
    }
  }

  @Test("fails for a COPY that waits for rows, and keeps the migrations before it", .timeLimit(.minutes(1)))
  func copyFromStandardInput() async throws {
    try await withPool { pool in
      let copying = (name: "0002_copy.sql", text: "-- migrate:up\nCOPY a FROM STDIN;\n")
      let first = (name: "0001_a.sql", text: "-- migrate:up\nCREATE TABLE a (id int);\n")
      let migrator = try self.migrator(first, copying)
      await #expect(throws: (any Error).self) { try await migrator.apply(on: pool) }
      #expect(try await migrator.status(on: pool).map { $0.status == .pending } == [false, true])
    }
  }

  @Test("rejects an applied migration that was edited and shows both checksums")
  func edited() async throws {
    try await withPool { pool in
      let original = try migrator(Self.first)
      _ = try await original.apply(on: pool)
      let edited = try migrator((Self.first.name, Self.first.text + "\n-- edited"))
      let error = await #expect(throws: MigrationError.self) { try await edited.apply(on: pool) }
      #expect(error?.code == .checksumMismatch)
      for set in original.sets + edited.sets {
        #expect(error?.description.contains(set.migrations[0].checksum) ?? false)
      }
    }
  }

  @Test("rejects a migration that is older than an applied one")
  func outOfOrder() async throws {
    try await withPool { pool in
      _ = try await migrator(Self.second).apply(on: pool)
      let error = await #expect(throws: MigrationError.self) {
        try await migrator(Self.first, Self.second).apply(on: pool)
      }
      #expect(error?.code == .outOfOrder)
    }
  }

  @Test("ignores applied versions of a newer program and does not revert them")
  func unknown() async throws {
    try await withPool { pool in
      _ = try await migrator(Self.first, Self.second).apply(on: pool)
      let older = try migrator(Self.first)
      #expect(try await older.apply(on: pool).isEmpty)
      #expect(try await older.status(on: pool).count == 2)
      let error = await #expect(throws: MigrationError.self) { try await older.revert(on: pool, steps: 1) }
      #expect(error?.code == .unknownVersion)
      #expect(try await tables(pool) == ["a", "b"])
    }
  }

  @Test("rolls back a failed migration, keeps those before it, and reports file and line")
  func failure() async throws {
    try await withPool { pool in
      let broken = (
        name: "0002_broken.sql",
        text: "-- migrate:up\nCREATE TABLE half (id int);\n\nCREATE TABLE bad (id nonsense);\n"
      )
      let error = await #expect(throws: MigrationError.self) {
        try await migrator(Self.first, broken).apply(on: pool)
      }
      #expect(error?.code == .failed)
      #expect(
        error?.description.hasPrefix("0002_broken.sql of 'test', line 4 failed: 42704") ?? false,
        "\(String(describing: error))")
      let left = try await tables(pool)
      #expect(left == ["a"])
      let mended = try await migrator(Self.first, Self.second).apply(on: pool)
      #expect(mended.map(\.version) == [2])
    }
  }

  @Test("by twenty programs at once applies each migration once, including one outside a transaction")
  func twenty() async throws {
    try await TemporaryDatabase.with { database in
      let migrator = try migrator(Self.first, Self.second, Self.concurrent)
      let counts = try await withThrowingTaskGroup(of: Int.self) { group in
        for _ in 0..<20 {
          group.addTask {
            try await database.withPool(maximumConnections: 2) { try await migrator.apply(on: $0).count }
          }
        }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      #expect(counts.reduce(0, +) == 3)
    }
  }

  /// As on Citus, which passes the statement on to other nodes, where only the owner of the extension may run it.
  private static let refusing = """
    CREATE FUNCTION refuse() RETURNS event_trigger LANGUAGE plpgsql AS
      $$ BEGIN RAISE EXCEPTION USING ERRCODE = '42501', MESSAGE = 'must be owner of extension'; END $$;
    CREATE EVENT TRIGGER refuse ON ddl_command_start WHEN TAG IN ('CREATE EXTENSION') EXECUTE FUNCTION refuse()
    """

  @Test("does not create an extension that exists")
  func existingExtension() async throws {
    try await withPool { pool in
      try await pool.withConnection {
        try await $0.runScript("CREATE EXTENSION vector")
        try await $0.runScript(Self.refusing)
      }
      let file = (name: "0001_vector.sql", text: "-- migrate:up\nCREATE EXTENSION IF NOT EXISTS vector;")
      #expect(try await migrator(file, Self.second).apply(on: pool).map(\.version) == [1, 2])
    }
  }

  @Test("runs a migration that creates an extension and more, even if the extension exists")
  func extensionAndMore() async throws {
    try await withPool { pool in
      try await pool.withConnection { try await $0.runScript("CREATE EXTENSION vector") }
      let file = (
        name: "0001_vector.sql",
        text: "-- migrate:up\nCREATE EXTENSION IF NOT EXISTS vector;\nCREATE TABLE a (v vector(3));"
      )
      #expect(try await migrator(file).apply(on: pool).map(\.version) == [1])
      #expect(try await tables(pool) == ["a"])
    }
  }

  @Test("reports a missing privilege")
  func privileges() async throws {
    try await TemporaryDatabase.with { database in
      let role = "seed_test_role_\(UInt32.random(in: 0...UInt32.max))"
      try await database.withConnection { connection in
        try await connection.query("CREATE ROLE \(PostgresIdentifier(role))")
        // The owner connects with the privileges of the role.
        try await connection.query(
          "ALTER DATABASE \(PostgresIdentifier(database.name)) SET role = \(PostgresIdentifier(role))")
      }
      let error = await #expect(throws: MigrationError.self) {
        try await database.withPool(maximumConnections: 2) { try await migrator(Self.first).apply(on: $0) }
      }
      #expect(error?.code == .insufficientPrivilege)
      try await TestServer.shared().dropRole(role, of: database)
    }
  }

  @Test("as a script for psql does the same, including the history")
  func script() async throws {
    let migrator = try migrator(Self.first, Self.second, Self.concurrent)
    try await TemporaryDatabase.with { database in
      // The last one cannot run inside a transaction, so each part is run like psql does.
      let script = try migrator.script(.up, versions: 0...2)
      try await database.withConnection { try await $0.runScript(script) }
      try await database.withPool(maximumConnections: 2) { pool in
        let made = try await tables(pool)
        #expect(made == ["a", "b"])
        let rest = try await migrator.apply(on: pool)
        #expect(rest.map(\.version) == [3])
      }
      let back = try migrator.script(.down, versions: 1...2)
      try await database.withConnection { connection in
        try await connection.query("DROP INDEX a_id")
        try await connection.runScript(back)
        let left = try await connection.queryOne("SELECT count(*) FROM seed_runner.migration").decode(
          Int.self)
        #expect(left == 1)
      }
    }
  }

  @Test(
    "reports a missing extension for every language of the server",
    arguments: ["missing_one", "IF NOT EXISTS \"missing two\"", "vector"])
  func missingExtension(name: String) async throws {
    try await DebianPostgres.with { server in
      let migrator = try migrator(("0001_e.sql", "-- migrate:up\nCREATE EXTENSION \(name);"))
      let error = await #expect(throws: MigrationError.self) {
        try await PostgresPool.with(server.configuration, maximumConnections: 2) {
          try await migrator.apply(on: $0)
        }
      }
      let plain = name.replacing("IF NOT EXISTS ", with: "").replacing("\"", with: "")
      #expect(error?.code == .extensionUnavailable)
      #expect(error?.description.contains("does not provide the extension '\(plain)'") == true)
      #expect(error?.description.contains("pgvector") == (name == "vector"))
    }
  }

  private static let moved = (
    name: "0001_a.sql", text: "-- migrate:part-of old 2\n-- migrate:up\nCREATE TABLE a (id int);"
  )

  @Test(
    "only records statements that moved to another set if they were applied before", arguments: [false, true])
  func moved(isOldDatabase: Bool) async throws {
    try await withPool { pool in
      if isOldDatabase {
        let old = try MigrationSet(
          name: "old", files: [("0001_x.sql", "-- migrate:up\nSELECT 1;"), ("0002_a.sql", Self.first.text)])
        _ = try await Migrator(sets: [old]).apply(on: pool)
        // A table that was created again would not have this column.
        try await pool.withConnection { try await $0.runScript("ALTER TABLE a ADD COLUMN mine int") }
      }
      let migrator = try migrator(Self.moved)
      let due = try await pool.withConnection { try await migrator.rehearsed(on: $0) }
      #expect(due == ["test 1 a"])
      #expect(try await migrator.apply(on: pool).map(\.version) == [1])
      #expect(try await tables(pool) == ["a"])
      let columns = try await pool.withConnection { connection in
        try await connection.query(
          "SELECT attname::text FROM pg_attribute WHERE attrelid = 'a'::regclass AND attnum > 0"
        )
        .map { try $0.decode(String.self) }
      }
      #expect(columns == (isOldDatabase ? ["id", "mine"] : ["id"]))
      #expect(try await migrator.apply(on: pool).isEmpty)
    }
  }

  @Test("as a script for psql checks whether moved statements were applied")
  func movedScript() throws {
    let script = try migrator(Self.moved).script(.up)
    #expect(
      script.contains(
        "WHERE set_name = 'old' AND version = 2) AS is_missing \\gset\n\\if :is_missing\nCREATE TABLE a"))
    #expect(script.contains("(id int);\n\\endif\nINSERT INTO seed_runner.migration"))
  }

  @Test(
    "continues with other sets if an extension is missing, and with the rest of that set later")
  func otherSets() async throws {
    try await withPool { pool in
      func set(_ middle: String) throws -> MigrationSet {
        try MigrationSet(
          name: "first",
          files: [Self.first, ("0002_e.sql", "-- migrate:up\n\(middle);"), Self.concurrent])
      }
      let other = try MigrationSet(name: "other", files: [Self.second])
      let lacking = Migrator(sets: [try set("CREATE EXTENSION missing_one"), other])
      let (outcomes, missing) = try await lacking.applyPossible(on: pool)
      #expect(outcomes.map { "\($0.set) \($0.version)" } == ["first 1", "other 2"])
      #expect(missing.map(\.set) == ["first"])
      await #expect(throws: MigrationError.self) { try await lacking.apply(on: pool) }
      let able = Migrator(sets: [try set("CREATE EXTENSION IF NOT EXISTS vector"), other])
      #expect(try await able.apply(on: pool).map { "\($0.set) \($0.version)" } == ["first 2", "first 3"])
    }
  }
}

extension Migrator {
  /// The names that a rehearsal returns, after rolling it back.
  fileprivate func rehearsed(on connection: PostgresConnection) async throws -> [String] {
    try await connection.runScript("BEGIN")
    let names = try await rehearse(on: connection).names
    try await connection.runScript("ROLLBACK")
    return names
  }
}

extension TestServer {
  /// Roles belong to the whole server, so a test that creates one drops it.
  fileprivate func dropRole(_ name: String, of database: TemporaryDatabase) async throws {
    let connection = try await PostgresConnection.connect(configuration)
    try await connection.query("ALTER DATABASE \(PostgresIdentifier(database.name)) RESET role")
    try await connection.query("DROP ROLE \(PostgresIdentifier(name))")
    await connection.close()
  }
}
