import SeedKit
import SeedTesting
import Testing

@Suite("Policies of declarative seeders")
struct PolicyTests {
  private static let table = "CREATE TABLE t (id int PRIMARY KEY, a text, b text DEFAULT 'd')"
  private static let rows = "SELECT ARRAY[id::text, a, b] FROM t ORDER BY id"

  private func with(
    _ policy: String, more: String = "", files: [String: String], _ body: (SeederFolder) async throws -> Void
  ) async throws {
    try await SeederFolder.with(
      Self.table, tables: #"{table: "t", files: "t.csv", key: "id", policy: "\#(policy)"\#(more)}"#,
      files: files, body)
  }

  @Test("upsert keeps rows that are no longer in the file, and rows of others")
  func upsert() async throws {
    try await with("upsert", files: ["t.csv": "id,a\n1,x\n2,y\n"]) { folder in
      try await folder.sql("INSERT INTO t VALUES (2, 'theirs', 'kept'), (9, 'other', 'd')")
      #expect(try await folder.counts() == RowCounts(inserted: 1, updated: 1))
      try folder.write("id,a\n1,x\n", to: "t.csv")
      #expect(try await folder.counts() == RowCounts(unchanged: 1))
      #expect(try await folder.rows(Self.rows) == ["1│x│d", "2│y│kept", "9│other│d"])
    }
  }

  @Test("insert-missing inserts rows and does not change existing ones")
  func insertMissing() async throws {
    try await with("insert-missing", files: ["t.csv": "id,a\n1,x\n2,y\n"]) { folder in
      try await folder.sql("INSERT INTO t VALUES (2, 'theirs', NULL)")
      let before = try await folder.versions()
      #expect(try await folder.counts() == RowCounts(inserted: 1, unchanged: 1))
      let after = try await folder.versions()
      #expect(after.isSuperset(of: before))
      try folder.edit("t.csv", "1,x", "1,X")
      #expect(try await folder.counts() == RowCounts(unchanged: 2))
      #expect(try await folder.rows(Self.rows) == ["1│x│d", "2│theirs│∅"])
    }
  }

  @Test("insert-missing fills the references of new rows in a cycle, and only those")
  func insertMissingCircle() async throws {
    try await SeederFolder.with(
      "CREATE TABLE t (id serial PRIMARY KEY, name text UNIQUE, up int REFERENCES t)",
      tables: #"""
        {table: "t", files: "t.csv", key: "name", policy: "insert-missing",
         columns: {up: {field: "parent", references: {table: "t", key: "name"}}}}
        """#,
      files: ["t.csv": "name,parent\na,b\nb,c\nc,\nd,a\n"]
    ) { folder in
      try await folder.sql("INSERT INTO t (name) VALUES ('a')")
      #expect(try await folder.counts() == RowCounts(inserted: 3, unchanged: 1))
      #expect(
        try await folder.rows(
          "SELECT ARRAY[t.name, p.name] FROM t LEFT JOIN t AS p ON p.id = t.up ORDER BY 1")
          == ["a│∅", "b│c", "c│∅", "d│a"])
      #expect(try await folder.counts() == RowCounts(unchanged: 4))
    }
  }

  @Test("a second pass counts existing rows as updated and new ones as inserted")
  func secondPassCounts() async throws {
    try await SeederFolder.with(
      "CREATE TABLE t (id serial PRIMARY KEY, name text UNIQUE, note text, up int REFERENCES t)",
      tables:
        #"{table: "t", files: "t.csv", key: "name", columns: {up: {field: "parent", references: {table: "t", key: "name"}}}}"#,
      files: ["t.csv": "name,note,parent\na,,\nb,,a\n"]
    ) { folder in
      #expect(try await folder.counts() == RowCounts(inserted: 2))
      try folder.write("name,note,parent\na,new,\nb,,c\nc,,\nd,,c\n", to: "t.csv")
      #expect(try await folder.counts() == RowCounts(inserted: 2, updated: 2))
      #expect(try await folder.counts() == RowCounts(unchanged: 4))
    }
  }

  @Test("sync deletes its own rows that are no longer in the file and keeps others, existing and edited ones")
  func sync() async throws {
    try await with("sync", files: ["t.csv": "id,a\n1,x\n2,y\n3,z\n4,w\n"]) { folder in
      try await folder.sql("INSERT INTO t VALUES (4, 'found', 'there'), (9, 'other', 'd')")
      #expect(try await folder.counts() == RowCounts(inserted: 3, updated: 1))
      try await folder.sql("UPDATE t SET a = 'edited' WHERE id = 3")
      try folder.write("id,a\n1,x\n", to: "t.csv")
      #expect(try await folder.counts() == RowCounts(unchanged: 1, deleted: 1, drifted: 1))
      #expect(try await folder.rows(Self.rows) == ["1│x│d", "3│edited│d", "4│w│there", "9│other│d"])
      let before = try await folder.versions()
      let written = try await folder.counts().written
      #expect(written == 0)
      #expect(try await folder.versions() == before)
    }
  }

  @Test(
    "sync with a file without records deletes all rows that it owns",
    arguments: ["t.csv", "t.json", "t.jsonl"])
  func syncEmpty(_ name: String) async throws {
    let full = [
      "t.csv": "id,a\n1,x\n2,y\n", "t.json": #"[{"id": 1}, {"id": 2}]"#,
      "t.jsonl": "{\"id\": 1}\n{\"id\": 2}\n",
    ]
    let empty = ["t.csv": "id,a\n", "t.json": "[]", "t.jsonl": "\n"]
    try await SeederFolder.with(
      Self.table, tables: #"{table: "t", files: "\#(name)", key: "id", policy: "sync"}"#, files: full
    ) { folder in
      #expect(try await folder.counts() == RowCounts(inserted: 2))
      try folder.write(empty[name] ?? "", to: name)
      #expect(try await folder.counts() == RowCounts(deleted: 2))
      #expect(try await folder.counts() == RowCounts())
    }
  }

  @Test("sync is rejected in production without --allow-deletes, and nothing is written")
  func production() async throws {
    try await with("sync", files: ["t.csv": "id,a\n1,x\n2,y\n"]) { folder in
      try folder.write(
        #"{id: "awkward", summary: "s", environments: ["production"], tables: [{table: "t", files: "t.csv", key: "id", policy: "sync"}]}"#,
        to: "seeder.json")
      let refused = try await folder.run(environment: .production) { $0.allowsProduction = true }
      #expect(refused.outcome == .failed)
      #expect(refused.failure?.fix?.contains("--allow-deletes") == true)
      #expect(try await folder.rows(Self.rows) == [])
      let allow: (inout SeedRunner.Options) -> Void = {
        $0.allowsProduction = true
        $0.allowsDeletes = true
      }
      #expect(try await folder.counts(environment: .production, options: allow) == RowCounts(inserted: 2))
      try folder.write("id,a\n2,y\n", to: "t.csv")
      #expect(
        try await folder.counts(environment: .production, options: allow)
          == RowCounts(unchanged: 1, deleted: 1))
    }
  }

  @Test("arrays of child rows grow, shrink and become empty with sync")
  func lists() async throws {
    try await SeederFolder.with(
      """
      CREATE TABLE posts (id serial PRIMARY KEY, slug text UNIQUE);
      CREATE TABLE notes (post_id int REFERENCES posts, place int, body text, PRIMARY KEY (post_id, place));
      """,
      tables: #"""
        {table: "posts", files: "posts.json", key: "slug", policy: "sync", children: [
          {table: "notes", field: "notes", parent: "post_id", key: ["post_id", "place"], policy: "sync",
           columns: {place: "$position", body: "$value"}}]}
        """#,
      files: ["posts.json": #"[{"slug": "a", "notes": ["x", "y", "z"]}, {"slug": "b", "notes": ["w"]}]"#]
    ) { folder in
      let query =
        "SELECT ARRAY[slug, string_agg(body, ',' ORDER BY place)] FROM posts LEFT JOIN notes ON post_id = id GROUP BY slug ORDER BY slug"
      #expect(try await folder.counts() == RowCounts(inserted: 6))
      try folder.edit("posts.json", #""y", "z""#, #""Y""#)
      #expect(try await folder.counts() == RowCounts(updated: 1, unchanged: 4, deleted: 1))
      #expect(try await folder.rows(query) == ["a│x,Y", "b│w"])
      try folder.edit("posts.json", #""w""#, #""w", "v", "u""#)
      #expect(try await folder.counts() == RowCounts(inserted: 2, unchanged: 5))
      try folder.write(#"[{"slug": "a", "notes": []}, {"slug": "b"}]"#, to: "posts.json")
      #expect(try await folder.counts() == RowCounts(unchanged: 2, deleted: 5))
      #expect(try await folder.rows(query) == ["a│∅", "b│∅"])
      try folder.write("[]", to: "posts.json")
      #expect(try await folder.counts() == RowCounts(deleted: 2))
    }
  }

  @Test("an array in an overlay replaces that of the base file, even if empty")
  func listsOfEnvironments() async throws {
    try await SeederFolder.with(
      """
      CREATE TABLE posts (id serial PRIMARY KEY, slug text UNIQUE);
      CREATE TABLE notes (post_id int REFERENCES posts, body text, PRIMARY KEY (post_id, body));
      """,
      tables: #"""
        {table: "posts", files: "posts.json", key: "slug", children: [
          {table: "notes", field: "notes", parent: "post_id", key: ["post_id", "body"], columns: {body: "$value"}}]}
        """#,
      files: [
        "posts.json":
          #"[{"slug": "a", "notes": ["x", "y"]}, {"slug": "b", "notes": ["z"]}, {"slug": "c", "notes": ["w"]}]"#,
        "posts.test.json":
          #"[{"slug": "a", "notes": ["v"]}, {"slug": "b", "notes": []}, {"slug": "c"}, {"slug": "d", "notes": ["u"]}]"#,
      ]
    ) { folder in
      let first = try await folder.counts()
      #expect(first == RowCounts(inserted: 7))
      let rows = try await folder.rows(
        """
        SELECT ARRAY[slug, string_agg(body, ',' ORDER BY body)] FROM posts LEFT JOIN notes ON post_id = id
        GROUP BY slug ORDER BY slug
        """)
      #expect(rows == ["a│v", "b│∅", "c│w", "d│u"])
      #expect(try await folder.counts() == RowCounts(unchanged: 7))
    }
  }

  @Test(
    "edited rows are overwritten, kept or cause a failure according to onDrift",
    arguments: ["overwrite", "keep", "fail"])
  func drift(_ policy: String) async throws {
    try await with("upsert", more: #", onDrift: "\#(policy)""#, files: ["t.csv": "id,a\n1,x\n2,y\n"]) {
      folder in
      #expect(try await folder.counts() == RowCounts(inserted: 2))
      try await folder.sql("UPDATE t SET a = 'mine' WHERE id = 1")
      try folder.edit("t.csv", "2,y", "2,Y")
      switch policy {
      case "overwrite":
        #expect(try await folder.counts() == RowCounts(updated: 2))
        #expect(try await folder.rows(Self.rows) == ["1│x│d", "2│Y│d"])
      case "keep":
        #expect(try await folder.counts() == RowCounts(updated: 1, drifted: 1))
        #expect(try await folder.rows(Self.rows) == ["1│mine│d", "2│Y│d"])
      default:
        let failure = try await folder.run().failure
        #expect(failure?.message == "t: 1 row was edited outside seed-runner: '1'")
        #expect(failure?.fix?.hasPrefix("inspect the rows with 'seed-runner plan'") == true)
        #expect(try await folder.rows(Self.rows) == ["1│mine│d", "2│y│d"])
      }
    }
  }

  @Test("a touched column has the time of the update and is not compared")
  func touch() async throws {
    try await SeederFolder.with(
      "CREATE TABLE t (id int PRIMARY KEY, a text, at timestamptz NOT NULL DEFAULT 'epoch')",
      tables: #"{table: "t", files: "t.csv", key: "id", touch: "at"}"#, files: ["t.csv": "id,a\n1,x\n2,y\n"]
    ) { folder in
      let query = "SELECT ARRAY[id::text, (at > '2020-01-01')::text] FROM t ORDER BY id"
      #expect(try await folder.counts() == RowCounts(inserted: 2))
      #expect(try await folder.rows(query) == ["1│false", "2│false"])
      try folder.edit("t.csv", "1,x", "1,X")
      #expect(try await folder.counts() == RowCounts(updated: 1, unchanged: 1))
      #expect(try await folder.rows(query) == ["1│true", "2│false"])
      #expect(try await folder.counts() == RowCounts(unchanged: 2))
    }
  }

  @Test("a reference finds rows of another seeder that this one depends on")
  func otherSeeder() async throws {
    try await SeederFolder.with(
      "CREATE TABLE users (id serial PRIMARY KEY, email text UNIQUE); CREATE TABLE t (id int PRIMARY KEY, user_id int REFERENCES users)",
      tables: #"{table: "users", files: "users.csv", key: "email"}"#,
      files: ["users.csv": "email\na@x\nb@x\n"]
    ) { folder in
      try folder.write(
        #"""
        {id: "dependent", summary: "s", dependencies: ["awkward"], tables: [{table: "t", files: "t.csv", key: "id",
          columns: {user_id: {field: "user", references: {table: "users", key: "email"}}}}]}
        """#, to: "dependent/seeder.json")
      try folder.write("id,user\n1,b@x\n2,a@x\n", to: "dependent/t.csv")
      let seeders = [
        try DeclarativeSeeder(directory: "\(folder.path)/dependent"),
        try DeclarativeSeeder(directory: folder.path),
      ]
      let first = try await Harness.run(seeders, on: folder.database)
      #expect(first.seeders.map(\.id) == ["awkward", "dependent"] && first.isSuccess)
      #expect(
        try await folder.rows(
          "SELECT ARRAY[t.id::text, email] FROM t JOIN users ON users.id = user_id ORDER BY 1")
          == ["1│b@x", "2│a@x"])
      let second = try await Harness.run(seeders, on: folder.database)
      #expect(second.seeders.map(\.outcome) == [.unchanged, .unchanged])
      try folder.write("email\na@x\nb@x\nb@x\n", to: "users.csv")
      let third = try await Harness.run(seeders, on: folder.database)
      #expect(third.seeders.map(\.outcome) == [.failed, .skipped])
    }
  }
}
