import Embeddings
import FoundationEssentials
import Glibc
import Postgres
import SeedTesting
import Testing
import Threads
import TraceStore

@Suite("The seeder 'embeddings' with a service")
struct ServiceSeederTests {
  private static let vectors: PostgresQuery =
    """
    SELECT count(*) FROM traces
    WHERE embedding_model_id = \(FakeService.model) AND embedding_model_version = \(FakeService.version)
    """
  private static let state: PostgresQuery =
    "SELECT md5(string_agg(id::text || xmin || updated_at, '' ORDER BY id)) FROM traces"

  @Test("embeds every trace once, without an open transaction, and writes nothing in a second run")
  func converges() async throws {
    try await WorkerHarness.with { harness in
      let open = Lock<[Int]>([])
      try await FakeService.with({ _ in
        let count = try await harness.one(
          """
          SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
            AND pid <> pg_backend_pid() AND xact_start IS NOT NULL AND state <> 'active'
          """, as: Int.self)
        open.withLock { $0.append(count) }
        return nil
      }) { service, options in
        let url = harness.database.url
        let seeds = try await SeedRunnerProgram.run("--curated-traces", url: url, service: options)
        #expect(seeds.exitCode == 0)
        let missing = try await harness.missing()
        let plan = try await SeedRunnerProgram.run("plan", "embeddings", url: url, service: options)
        #expect(plan.output.contains("traces \(missing) to update"), "\(plan.output)")
        #expect(service.asked.isEmpty, "a plan asks nobody")
        let first = try await SeedRunnerProgram.run("--embeddings", url: url, service: options)
        #expect(first.exitCode == 0 && first.output.contains("traces \(missing) updated"), "\(first)")
        #expect(try await harness.one(Self.vectors) == missing && missing >= 200)
        #expect(service.textCounts.count == missing && service.textCounts.values.allSatisfy { $0 == 1 })
        #expect(open.withLock { $0.allSatisfy { $0 == 0 } })
        let state = try await harness.one(Self.state, as: String.self)
        let asked = service.asked.count
        let second = try await SeedRunnerProgram.run("--embeddings", url: url, service: options)
        #expect(second.exitCode == 0 && second.output.contains("unchanged"))
        #expect(service.asked.count == asked)
        #expect(try await harness.one(Self.state) == state)
      }
    }
  }

  @Test("never changes embeddings of another model; reset switches models")
  func switching() async throws {
    try await WorkerHarness.with { harness in
      let url = harness.database.url
      let ids = try await harness.insert(["one", "two"])
      try await FakeService.with { _, options in
        _ = try await SeedRunnerProgram.run("--embeddings", url: url)
        let local = try await harness.one(
          "SELECT count(*) FROM traces WHERE embedding_model_id = 'local'", as: Int.self)
        #expect(local > ids.count)
        let other = try await SeedRunnerProgram.run("--embeddings", url: url, service: options)
        #expect(other.exitCode == 0)
        #expect(try await harness.one(Self.vectors) == 0)
        let reset = try await SeedRunnerProgram.run("reset", "embeddings", "--yes", url: url)
        #expect(reset.exitCode == 0 && reset.output.contains("traces \(local) cleared"), "\(reset)")
        let switched = try await SeedRunnerProgram.run("--embeddings", url: url, service: options)
        #expect(switched.exitCode == 0)
        #expect(try await harness.one(Self.vectors) == local)
      }
    }
  }

  @Test("fails and names the trace if its text is rejected; other traces keep their embeddings")
  func refused() async throws {
    try await WorkerHarness.with { harness in
      try await harness.insert(["poison"])
      try await FakeService.with({ asked in
        asked.texts.contains { $0.hasPrefix("poison\n") } ? FakeService.refusal(400, "too long") : nil
      }) { _, options in
        let end = try await SeedRunnerProgram.run("--embeddings", url: harness.database.url, service: options)
        #expect(end.exitCode == 1, "\(end)")
        #expect(end.output.contains(#/ 1 of \d+ traces could not be embedded: 'poison'/#), "\(end.output)")
        for part in ["rejected the texts with status 400: too long", "worker status"] {
          #expect(end.output.contains(part), "\(end.output)")
        }
        #expect(try await harness.missing() == 1)
      }
    }
  }

  @Test("fails with the URL and without the key if the service is unreachable, and leaves no lease")
  func unreachable() async throws {
    try await WorkerHarness.with { harness in
      var options = OpenAIOptions()
      options.baseURL = "http://127.0.0.1:1/v1"
      let end = try await SeedRunnerProgram.run(
        "--embeddings", "--debug", url: harness.database.url, service: options,
        variables: ["EMBEDDING_RETRY_BUDGET": "1"])
      #expect(end.exitCode == 1 && end.output.contains("http://127.0.0.1:1/v1/embeddings is unreachable"))
      #expect(!(end.output + end.errors).contains("canary"))
      #expect(
        try await harness.one(
          "SELECT count(*) FROM embedding_jobs WHERE leased_until > now()", as: Int.self) == 0)
    }
  }

  @Test("leaves the work to a worker with --no-wait and notifies it", arguments: [true, false])
  func noWait(usesFlag: Bool) async throws {
    try await WorkerHarness.with { harness in
      let url = harness.database.url
      try await FakeService.with { service, options in
        let arguments = ["--embeddings"] + (usesFlag ? ["--no-wait"] : [])
        let process = try SeedRunnerProgram.start(
          arguments, url: url, service: options, variables: usesFlag ? [:] : ["EMBEDDING_WAIT": "false"])
        let end = try await process.wait()
        let missing = try await harness.missing()
        #expect(end.exitCode == 0 && missing >= 200 && service.asked.isEmpty, "\(end)")
        #expect(end.errors.contains("left \(missing) traces without an embedding to a worker"), "\(end)")
        let worker = try SeedRunnerProgram.start(["worker"], url: url, service: options)
        try await harness.until("all vectors") { try await harness.missing() == 0 }
        worker.signal(SIGTERM)
        _ = try await worker.wait()
      }
    }
  }
}
