import FoundationEssentials
import Postgres
import SeedTesting
import Testing

@Suite("export of tables with foreign keys")
struct ExportTests {
  private static let schema = [
    "CREATE TABLE regions (code text PRIMARY KEY, name text)",
    """
    CREATE TABLE users (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, email text NOT NULL UNIQUE,
      region text REFERENCES regions, boss int REFERENCES users)
    """,
    """
    CREATE TABLE places (id serial PRIMARY KEY, region text NOT NULL REFERENCES regions, slug text NOT NULL,
      UNIQUE (region, slug))
    """,
    """
    CREATE TABLE orders (id bigserial PRIMARY KEY, number int NOT NULL UNIQUE, user_id int NOT NULL REFERENCES users,
      place_id int REFERENCES places)
    """,
    "CREATE TABLE items (order_id bigint REFERENCES orders, position int, name text, PRIMARY KEY (order_id, position))",
    "CREATE TABLE notes (id serial PRIMARY KEY, text text, order_id bigint REFERENCES orders)",
  ]

  private static let rows = [
    "INSERT INTO regions VALUES ('no', 'Norway'), ('se', NULL)",
    // Makes the ids differ from those in an empty database.
    "INSERT INTO users (email) VALUES ('gone')", "DELETE FROM users",
    "INSERT INTO users (email, region) VALUES ('b@x', 'no'), ('a@x', 'se')",
    "UPDATE users SET boss = (SELECT id FROM users WHERE email = 'b@x') WHERE email = 'a@x'",
    "INSERT INTO places (region, slug) VALUES ('no', 'fjord'), ('se', 'lake')",
    """
    INSERT INTO orders (number, user_id, place_id)
      SELECT 10, u.id, p.id FROM users AS u, places AS p WHERE email = 'a@x' AND slug = 'lake'
    """,
    "INSERT INTO orders (number, user_id) SELECT 5, id FROM users WHERE email = 'b@x'",
    "INSERT INTO items SELECT id, 1, 'thing' FROM orders",
    "INSERT INTO notes (text, order_id) SELECT 'note ' || number, id FROM orders",
  ]

  /// All rows, with references by natural key.
  private func content(_ database: TemporaryDatabase) async throws -> [String] {
    try await database.withConnection { connection in
      var result: [String] = []
      for query in [
        "SELECT ROW(code, name)::text FROM regions",
        "SELECT ROW(u.email, u.region, b.email)::text FROM users AS u LEFT JOIN users AS b ON b.id = u.boss",
        "SELECT ROW(region, slug)::text FROM places",
        """
        SELECT ROW(o.number, u.email, p.region, p.slug)::text FROM orders AS o JOIN users AS u ON u.id = o.user_id
        LEFT JOIN places AS p ON p.id = o.place_id
        """,
        "SELECT ROW(o.number, i.position, i.name)::text FROM items AS i JOIN orders AS o ON o.id = i.order_id",
        "SELECT ROW(n.id, n.text, o.number)::text FROM notes AS n JOIN orders AS o ON o.id = n.order_id",
      ] {
        let rows = try await connection.query("\(unescaped: query) ORDER BY 1")
        result += try rows.map { try $0.decode(String.self) }
      }
      return result
    }
  }

  private func withDatabases(
    _ body: (TemporaryDatabase, TemporaryDatabase, TemporaryFolder) async throws -> Void
  ) async throws {
    try await TemporaryDatabase.with { source in
      try await TemporaryDatabase.with { target in
        try await TemporaryFolder.with { folder in
          for statement in Self.schema {
            try await source.withConnection { _ = try await $0.query("\(unescaped: statement)") }
            try await target.withConnection { _ = try await $0.query("\(unescaped: statement)") }
          }
          for statement in Self.rows {
            try await source.withConnection { _ = try await $0.query("\(unescaped: statement)") }
          }
          try await body(source, target, folder)
        }
      }
    }
  }

  private func run(
    _ arguments: [String], _ database: TemporaryDatabase, _ folder: TemporaryFolder
  ) async throws -> SeedRunnerBinary.Result {
    let process = try SeedRunnerBinary.start(
      arguments + ["--no-built-in"], url: database.url, directory: folder.path)
    let end = try await process.wait()
    return SeedRunnerBinary.Result(exitCode: end.exitCode, output: end.output, errors: end.errors)
  }

  @Test("as one seeder loads into an empty database, in any order of the names")
  func together() async throws {
    try await withDatabases { source, target, folder in
      let export = try await run(
        ["export", "items", "notes", "orders", "users", "places", "regions", "--id", "sales"], source, folder)
      #expect(export.exitCode == 0, "\(export.errors)")
      let seeded = try await run(["--all"], target, folder)
      #expect(seeded.exitCode == 0, "\(seeded.output)\(seeded.errors)")
      #expect(try await content(target) == content(source))
      #expect(try await run(["--all"], target, folder).output.contains("unchanged  sales"))
    }
  }

  @Test("table by table depends on the seeders of referenced tables, and loads into an empty database")
  func tableByTable() async throws {
    try await withDatabases { source, target, folder in
      for arguments in [["regions"], ["users"], ["places"], ["orders"], ["items"], ["notes", "--key", "id"]] {
        #expect(try await run(["export"] + arguments, source, folder).exitCode == 0)
      }
      let list = try await run(["list"], source, folder)
      #expect(list.output.contains("places users"), "\(list.output)")
      let seeded = try await run(["--all"], target, folder)
      #expect(seeded.exitCode == 0, "\(seeded.output)\(seeded.errors)")
      #expect(try await content(target) == content(source))
    }
  }

  @Test(
    "reports arguments that do not fit the table as usage errors",
    arguments: [
      (["regions", "--columns", "nam"], "regions has no column 'nam'"),
      (["regions", "--key", "name,code"], "regions has no unique key (name, code)"),
      (["bare"], "bare has no unique key"),
    ])
  func wrongArguments(words: [String], expected: String) async throws {
    try await withDatabases { source, _, folder in
      try await source.withConnection { _ = try await $0.query("CREATE TABLE bare (x int)") }
      let export = try await run(["export"] + words, source, folder)
      #expect(export.exitCode == 64)
      #expect(export.errors.contains("Error: \(expected)"), "\(export.errors)")
    }
  }

  @Test("reports a referenced table without a seeder, and one without a natural key")
  func notes() async throws {
    try await withDatabases { source, _, folder in
      let orders = try await run(["export", "orders"], source, folder)
      #expect(orders.errors.contains("rows reference users, which no seeder fills"))
      #expect(orders.errors.contains("rows reference places, which no seeder fills"))
      try await source.withConnection {
        _ = try await $0.query("CREATE TABLE replies (note int PRIMARY KEY REFERENCES notes, text text)")
      }
      let replies = try await run(["export", "replies", "notes"], source, folder)
      #expect(replies.errors.contains("replies.note contains ids of notes, which has no natural key"))
      #expect(
        try await run(["export", "users", "orders", "--key", "id", "--id", "x"], source, folder).exitCode
          == 64)
    }
  }

  @Test("distinguishes the JSON value null from NULL", arguments: ["jsonb", "json"])
  func jsonNull(type: String) async throws {
    try await TemporaryDatabase.with { source in
      try await TemporaryDatabase.with { target in
        try await TemporaryFolder.with { folder in
          let table = "CREATE TABLE t (id int PRIMARY KEY, j \(type), note text, tags text[])"
          try await source.withConnection { try await $0.runScript(table) }
          try await target.withConnection { try await $0.runScript(table) }
          try await source.withConnection { connection in
            try await connection.runScript(
              #"""
              INSERT INTO t VALUES (1, 'null', NULL, '{}'), (2, NULL, '', NULL), (3, ' null ', 'null', '{NULL,"null"}'),
                (4, '"null"', E'say "x", y\n', '{a,"b c"}'), (5, '{"a": null}', 'ü', '{"",x}')
              """#)
          }
          #expect(try await run(["export", "t"], source, folder).exitCode == 0)
          let seeded = try await run(["--all"], target, folder)
          #expect(seeded.exitCode == 0, "\(seeded.output)\(seeded.errors)")
          let query: PostgresQuery = "SELECT id::text, j::text, note, tags::text FROM t ORDER BY id"
          func rows(_ database: TemporaryDatabase) async throws -> [[String?]] {
            try await database.withConnection { connection in
              try await connection.query(query).map { row in
                let (id, json, note, tags) = try row.decode(
                  String.self, String?.self, String?.self, String?.self)
                return [id, json, note, tags]
              }
            }
          }
          #expect(try await rows(target) == rows(source))
        }
      }
    }
  }
}
