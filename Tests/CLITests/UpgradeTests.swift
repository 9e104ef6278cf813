import FoundationEssentials
import Postgres
import SeedTesting
import Testing

/// The dump is of a database that commit 115d4a7 seeded with all built-in seeders, the seeder `shop`, and `large`,
/// whose 18 MB file was bulk-loaded. Afterwards a tool, a customer and a document were edited, and a tag was deleted.
@Suite("A database that an earlier version seeded")
struct UpgradeTests {
  private struct Upgrade {
    let database: TemporaryDatabase
    let folder: TemporaryFolder

    func run(_ arguments: String...) async throws -> SeedRunnerBinary.Result {
      let process = try SeedRunnerBinary.start(
        arguments, url: database.url, variables: ["SEED_ENV": "dev"], directory: folder.path)
      let end = try await process.wait()
      return SeedRunnerBinary.Result(exitCode: end.exitCode, output: end.output, errors: end.errors)
    }

    func versions(of table: String) async throws -> [String: String] {
      try await database.withConnection { connection in
        let rows = try await connection.query("SELECT id::text, xmin::text FROM \(unescaped: table)")
        let pairs = try rows.map { try $0.decode(String.self, String.self) }
        return Dictionary(uniqueKeysWithValues: pairs)
      }
    }

    func count(_ query: PostgresQuery) async throws -> Int {
      try await database.withConnection { try await $0.queryOne(query).decode(Int.self) }
    }
  }

  private func with(_ body: (Upgrade) async throws -> Void) async throws {
    let data = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Upgrade")
    try await TemporaryDatabase.with { database in
      try await TemporaryFolder.with { folder in
        for seeder in ["shop", "large"] {
          try FileManager.default.createDirectory(
            atPath: "\(folder.path)/Seeders/\(seeder)", withIntermediateDirectories: true)
        }
        for name in ["seeder.json", "countries.csv", "customers.json"] {
          let text = String(
            decoding: try Data(contentsOf: data.appending(path: "shop/\(name)")), as: UTF8.self)
          try folder.write(text, to: "Seeders/shop/\(name)")
        }
        try folder.write(
          """
          {"id": "large", "summary": "A file of more than 16 MiB", "tables": [{"table": "document", "files": "documents.csv", "key": "id"}]}

          """, to: "Seeders/large/seeder.json")
        let documents = (1...18).map { number in
          "\(number),\(String(repeating: Character(UnicodeScalar(UInt8(96 + number))), count: 1_000_000))\n"
        }
        try folder.write("id,body\n" + documents.joined(), to: "Seeders/large/documents.csv")
        let restore = try ChildProcess.start(
          "/bin/sh",
          [
            "-c", #"zcat "$0" | psql -Xq -v ON_ERROR_STOP=1 "$1""#,
            data.appending(path: "seeded-by-115d4a7.sql.gz").path, database.url,
          ],
          environment: ["PATH": "/usr/bin:/bin"], directory: "/")
        let end = try await restore.wait()
        try #require(end.exitCode == 0, "\(end.errors)")
        try await body(Upgrade(database: database, folder: folder))
      }
    }
  }

  @Test("keeps its rows: a run writes only edited rows, and no other row gets a new version")
  func rows() async throws {
    try await with { upgrade in
      let tables = ["users", "tags", "traces", "tools", "transcripts", "country", "customer", "document"]
      var before: [String: [String: String]] = [:]
      for table in tables { before[table] = try await upgrade.versions(of: table) }
      let first = try await upgrade.run("--all")
      #expect(first.exitCode == 0, "\(first.output)\(first.errors)")
      // All 252 traces get a vector of the new version of the local model. Rows that were added to fixtures since
      // then are not counted.
      for (table, changed) in zip(tables, [0, 0, 252, 1, 0, 0, 1, 1]) {
        let after = try await upgrade.versions(of: table)
        let kept = after.filter { before[table]?[$0.key] != nil }
        #expect(kept.filter { before[table]?[$0.key] != $0.value }.count == changed, "\(table)")
      }
      let second = try await upgrade.run("--all")
      #expect(second.output.contains("13 unchanged"), "\(second.output)")
    }
  }

  @Test("keeps the detection of edited rows")
  func drift() async throws {
    try await with { upgrade in
      let plan = try await upgrade.run("plan")
      for expected in [
        "(drifted) tools 'apply_patch'", "(drifted) customer 'bo@example.com'",
        "(deleted outside seed-runner) customer_tag '{3,c}'", "~ document '3'",
        "12 migrations to apply; 322 to insert, 302 to update, 0 to delete",
      ] {
        #expect(plan.output.contains(expected), "\(plan.output)")
      }
    }
  }

  @Test("keeps the origin of rows, before and after its migration")
  func why() async throws {
    try await with { upgrade in
      for _ in 1...2 {
        let row = try await upgrade.run("why", "customer", "cy@example.com")
        #expect(row.output.contains("Seeders/shop/customers.json, record 3"), "\(row.output)\(row.errors)")
        let whole = try await upgrade.run("why", "document", "5")
        #expect(whole.output.contains("owns the whole table"), "\(whole.output)\(whole.errors)")
        _ = try await upgrade.run("migrate", "up")
      }
    }
  }

  @Test(
    "keeps the ownership of rows: rows that are no longer in the files are deleted, and reset deletes the rest"
  )
  func owners() async throws {
    try await with { upgrade in
      let file = "\(upgrade.folder.path)/Seeders/shop/customers.json"
      let text = String(decoding: try Data(contentsOf: URL(filePath: file)), as: UTF8.self)
      let parts = text.split(separator: ",\n  {\"email\": \"di@", maxSplits: 1)
      try upgrade.folder.write("\(parts[0])\n]\n", to: "Seeders/shop/customers.json")
      let run = try await upgrade.run("--shop")
      #expect(run.output.contains("customer 1 updated 1 deleted 2 unchanged"), "\(run.output)\(run.errors)")
      let reset = try await upgrade.run("reset", "shop", "--yes")
      #expect(reset.exitCode == 0, "\(reset.output)\(reset.errors)")
      #expect(try await upgrade.count("SELECT count(*) FROM customer") == 0)
    }
  }
}
