import FoundationEssentials
import Postgres
import SeedTesting
import Testing

@Suite("Capacity data from the command line")
struct CapacityTests {
  private func checksum(_ database: TemporaryDatabase) async throws -> String {
    try await database.withConnection { connection in
      try await connection.queryOne(
        """
        SELECT concat(count(*), ' ', md5(string_agg(md5(ROW(id, title, context_text, solution_text, embedding)::text), ''
          ORDER BY id)), (SELECT string_agg(indexrelid::regclass::text, ' ') FROM pg_index
          WHERE indrelid = 'traces'::regclass AND indisvalid AND indexrelid::regclass::text LIKE '%hnsw%'))
        FROM traces
        """
      ).decode(String.self)
    }
  }

  /// Starts the load, kills it when the condition is true, and runs it again to the end.
  private func killed(when condition: PostgresQuery, rows: String) async throws -> String {
    try await TemporaryDatabase.with { database in
      _ = try await SeedRunnerBinary.run("--users", url: database.url)
      let process = try SeedRunnerBinary.start(["--capacity-traces", "--rows", rows], url: database.url)
      try await Waiting.until(on: database, condition)
      process.kill()
      _ = try await process.wait()
      let rerun = try await SeedRunnerBinary.run("--capacity-traces", "--rows", rows, url: database.url)
      #expect(rerun.exitCode == 0, "\(rerun.errors)")
      let again = try await SeedRunnerBinary.run("--capacity-traces", "--rows", rows, url: database.url)
      #expect(
        again.output.contains("unchanged  capacity-traces  traces \(rows) unchanged"), "\(again.output)")
      return try await checksum(database)
    }
  }

  @Test("is complete after a kill during COPY, between chunks and during the index build")
  func kills() async throws {
    let rows = "6000"
    let undisturbed = try await TemporaryDatabase.with { database in
      let run = try await SeedRunnerBinary.run("--capacity-traces", "--rows", rows, url: database.url)
      #expect(run.exitCode == 0, "\(run.errors)")
      return try await checksum(database)
    }
    #expect(undisturbed.hasPrefix(rows) && undisturbed.hasSuffix("ix_traces_embedding_hnsw"))
    let copying: PostgresQuery =
      "SELECT count(*) > 0 FROM pg_stat_progress_copy WHERE datname = current_database()"
    let betweenChunks: PostgresQuery =
      "SELECT count(*) > 0 FROM seed_runner.bulk_chunk WHERE loaded_at IS NOT NULL"
    let building: PostgresQuery =
      "SELECT count(*) > 0 FROM pg_stat_progress_create_index WHERE datname = current_database()"
    for condition in [copying, betweenChunks, building] {
      #expect(try await killed(when: condition, rows: rows) == undisturbed, "\(condition)")
    }
  }

  @Test("is loaded once by two concurrent processes")
  func two() async throws {
    try await TemporaryDatabase.with { database in
      _ = try await SeedRunnerBinary.run("--users", url: database.url)
      async let first = SeedRunnerBinary.run("--capacity-traces", "--rows", "6000", url: database.url)
      async let second = SeedRunnerBinary.run("--capacity-traces", "--rows", "6000", url: database.url)
      let results = try await [first, second]
      #expect(results.allSatisfy { $0.exitCode == 0 }, "\(results.map(\.errors))")
      #expect(try await checksum(database).hasPrefix("6000 "))
    }
  }

  @Test("is loaded by --all in test, with 1,000 rows, but not in dev")
  func environments() async throws {
    try await TemporaryDatabase.with { database in
      let variables = ["CAPACITY_IS_PART_OF_ALL": ""]
      let test = try await SeedRunnerBinary.run("--all", url: database.url, variables: variables)
      #expect(test.output.contains("traces 1000 inserted"), "\(test.output) \(test.errors)")
      let reset = try await SeedRunnerBinary.run("reset", "capacity-traces", "--yes", url: database.url)
      #expect(reset.output.contains("traces 1000 deleted"), "\(reset.output) \(reset.errors)")
      #expect(reset.exitCode == 0)
    }
    try await TemporaryDatabase.with { database in
      let dev = try await SeedRunnerBinary.run(
        "--all", "--env", "dev", url: database.url, variables: ["CAPACITY_IS_PART_OF_ALL": ""])
      #expect(dev.output.contains("not part of --all in the environment 'dev': capacity-traces"))
    }
  }

  @Test("accepts its options only if it is selected, and checks them")
  func options() async throws {
    let unread = try await SeedRunnerBinary.run("--users", "--rows", "5")
    #expect(unread.exitCode == 64)
    #expect(unread.errors.contains("--rows applies only to capacity-traces, which is not selected"))
    #expect(try await SeedRunnerBinary.run("--capacity-traces", "--rows", "-1").exitCode == 64)
    let unknown = try await SeedRunnerBinary.run("--capacity-traces", "--rows", "trace=5")
    #expect(unknown.exitCode == 64)
    #expect(
      unknown.errors.contains("--rows: no seeder generates a number of rows for the table 'trace'"))
    #expect(unknown.errors.contains("did you mean 'traces'?"))
    #expect(try await SeedRunnerBinary.run("--capacity-traces", "--similarity", "2").exitCode == 64)
    #expect(try await SeedRunnerBinary.run("--capacity-traces", "--index", "ivf").exitCode == 64)
  }

  /// Collapses the spaces that align the table. Their number depends on which checks fail, and the recall depends on
  /// how workers shared the index build.
  private func words(_ text: String) -> String {
    text.split(separator: " ").joined(separator: " ")
  }

  @Test("is measured by capacity check, as text, JSON and HTML; without vectors the error has a fix")
  func check() async throws {
    try await TemporaryDatabase.with { database in
      try await TemporaryFolder.with { folder in
        _ = try await SeedRunnerBinary.run("--users", url: database.url)
        let empty = try await SeedRunnerBinary.run("capacity", "check", url: database.url)
        #expect(empty.exitCode != 0)
        #expect(empty.errors.contains("no trace has an embedding; run 'seed-runner --capacity-traces' first"))
        _ = try await SeedRunnerBinary.run("--capacity-traces", "--rows", "3000", url: database.url)
        let page = folder.path + "/page.html"
        let text = try await SeedRunnerBinary.run(
          "capacity", "check", "--queries", "200", "--p99", "60000", "--html", page, url: database.url)
        #expect(words(text.output).contains("ok plan uses the index"), "\(text.output) \(text.errors)")
        #expect(text.output.contains("CANDIDATES  RECALL@10  CLIENTS"))
        // The verdict is about users who pause. The saturated server is reported beside it.
        #expect(text.output.contains(" 20 users "))
        let verdict = words(text.output).firstRange(of: "ok p99 ").map {
          words(text.output)[$0.upperBound...]
        }
        let p99 = try #require(verdict)
        #expect(
          p99.prefixMatch(of: /[0-9.]+ ms with 20 users \(limit: 60000\.0 ms\); [0-9.]+ ms with/) != nil)
        #expect(p99.contains("with 20 clients that never pause"))
        let html = try String(contentsOfFile: page, encoding: .utf8)
        #expect(html.contains("<svg") && html.contains("polyline") && html.contains("</html>"))
        let json = try await SeedRunnerBinary.run(
          "capacity", "check", "--queries", "200", "--format", "json", url: database.url)
        #expect(json.output.contains(#""recalls""#) && json.output.contains(#""p999""#))
        #expect(words(text.output).contains("ok rows 3000 of 3000 loaded rows are present"))
        try await database.withConnection { connection in
          _ = try await connection.query("DELETE FROM traces WHERE id IN (SELECT id FROM traces LIMIT 1)")
        }
        let damaged = try await SeedRunnerBinary.run(
          "capacity", "check", "--queries", "100", "--p99", "60000", url: database.url)
        #expect(damaged.exitCode == 3)
        #expect(words(damaged.output).contains("FAILED rows 2999 of 3000"), "\(damaged.output)")
      }
    }
  }
}
