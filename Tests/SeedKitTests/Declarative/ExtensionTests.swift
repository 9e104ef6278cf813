import Postgres
import SeedKit
import SeedTesting
import Testing

/// Debian's PostgreSQL has ICU and contrib extensions, which the embedded one lacks.
@Suite("Declarative seeders with case-insensitive types")
struct ExtensionTests {
  private func run(_ path: String, _ configuration: PostgresConfiguration) async throws -> SeederReport {
    let seeder = try DeclarativeSeeder(directory: path)
    let plan = try SeedPlan(registry: SeederRegistry([seeder]), selection: .all(), environment: .test)
    let report = try await SeedRunner(
      plan: plan, configuration: configuration, fixtures: FixtureStore(files: [:])
    ).run()
    return try #require(report.seeders.first)
  }

  @Test(
    "match keys of citext and case-insensitive collations, and report duplicates"
  )
  func anyCase() async throws {
    try await DebianPostgres.with { server in
      try await TemporaryFolder.with { folder in
        var connect = server.configuration
        try await PostgresConnection.with(connect) { connection in
          // The cluster's encoding is SQL_ASCII, with which ICU does not work.
          try await connection.query("CREATE DATABASE awkward ENCODING 'UTF8' TEMPLATE template0")
        }
        connect.database = "awkward"
        try await PostgresConnection.with(connect) { connection in
          try await connection.runScript(
            """
            CREATE EXTENSION citext; CREATE EXTENSION hstore;
            CREATE COLLATION any_case (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
            CREATE TABLE users (id serial PRIMARY KEY, email citext UNIQUE, h hstore);
            CREATE TABLE posts (slug text COLLATE any_case PRIMARY KEY, user_id int NOT NULL REFERENCES users);
            """)
        }
        try folder.write(
          #"""
          {id: "awkward", summary: "s", tables: [
            {table: "posts", files: "posts.csv", key: "slug",
             columns: {user_id: {field: "user", references: {table: "users", key: "email"}}}},
            {table: "users", files: "users.json", key: "email"}]}
          """#, to: "seeder.json")
        try folder.write(
          #"[{"email": "Ada@Example.org", "h": "a=>1, b=>NULL"}, {"email": "bob@x"}]"#, to: "users.json")
        try folder.write("slug,user\nOne,ada@example.ORG\ntwo,BOB@x\n", to: "posts.csv")
        let first = try await run(folder.path, connect)
        #expect(first.tables.total == RowCounts(inserted: 4), "\(first.failure?.details ?? "")")
        let rows = try await PostgresConnection.with(connect) { connection in
          try await connection.query(
            "SELECT slug || ' ' || email || ' ' || coalesce(h::text, '∅') FROM posts JOIN users ON id = user_id ORDER BY email"
          ).map { try $0.decode(String.self) }
        }
        #expect(rows == [#"One Ada@Example.org "a"=>"1", "b"=>NULL"#, "two bob@x ∅"])
        #expect(try await run(folder.path, connect).tables.total == RowCounts(unchanged: 4))

        try folder.write("slug,user\nONE,ada@example.org\ntwo,bob@x\n", to: "posts.csv")
        #expect(
          try await run(folder.path, connect).tables.total == RowCounts(updated: 1, unchanged: 3),
          "the key's case is a value of the file, too")

        try folder.write("slug,user\none,bob@x\ntwo,bob@x\nTWO,ada@example.org\nOne,bob@x\n", to: "posts.csv")
        let failure = try await run(folder.path, connect).failure
        #expect(
          failure?.faults.map(\.found)
            == ["duplicate key \"One\" (first in record 1)", "duplicate key \"TWO\" (first in record 2)"],
          "\(failure?.details ?? "")")
      }
    }
  }
}
