import Embeddings
import FoundationEssentials
import Glibc
import HTTPServer
import Postgres
import SeedTesting
import Testing
import Threads
import TraceStore

@Suite("seed-runner worker")
struct WorkerProcessTests {
  @Test("embeds 50 traces once each with 8 processes, 3 of which are killed during their work")
  func kills() async throws {
    try await WorkerHarness.with { harness in
      try await harness.insert((0..<50).map { "trace \($0)" })
      let answered = Lock<[String: Int]>([:])
      let askedBy = Lock<Set<String>>([])
      try await FakeService.with({ asked in
        let worker = asked.headers["Authorization"] ?? ""
        askedBy.withLock { _ = $0.insert(worker) }
        // The killed processes are waiting for a response.
        if worker.contains("victim") { try await Task.sleep(for: .seconds(3600)) }
        answered.withLock { answered in for text in asked.texts { answered[text, default: 0] += 1 } }
        return nil
      }) { _, options in
        func start(_ name: String) throws -> ChildProcess {
          try SeedRunnerProgram.start(
            ["worker"], url: harness.database.url, service: options,
            variables: [
              "EMBEDDING_API_KEY": name, "EMBEDDING_BATCH_SIZE": "4", "EMBEDDING_TIMEOUT": "15",
              "EMBEDDING_LEASE_TIME": "2", "EMBEDDING_POLL_INTERVAL": "86400",
            ])
        }
        func count(_ name: String) -> Int { askedBy.withLock { $0.count { $0.contains(name) } } }
        let victims = try (0..<3).map { try start("victim-\($0)") }
        try await harness.until("three who wait") { count("victim") == 3 }
        let others = try (0..<5).map { try start("other-\($0)") }
        try await harness.until("another one's work") { count("other") > 0 }
        for victim in victims { victim.kill() }
        for victim in victims {
          #expect(try await victim.wait().exitCode == 128 + SIGKILL)
        }
        try await harness.until("all vectors") { try await harness.missing() == 0 }
        for other in others { other.signal(SIGTERM) }
        for other in others {
          let end = try await other.wait()
          #expect(end.exitCode == 128 + SIGTERM && end.errors.contains("stopped"), "\(end.errors)")
        }
        let provider = HybridEmbeddingProvider(
          try OpenAIEmbeddingProvider(options), dimensions: options.dimensions)
        #expect(answered.withLock { $0.count } == 50)
        #expect(answered.withLock { $0.values.allSatisfy { $0 == 1 } }, "\(answered.withLock { $0 })")
        #expect(try await harness.rightTitles(provider).count == 50)
        let (embedded, jobs) = try await harness.database.withConnection { connection in
          try await connection.queryOne(
            """
            SELECT (SELECT sum(embedded_count)::bigint FROM embedding_workers), (SELECT count(*) FROM embedding_jobs)
            """
          ).decode(Int.self, Int.self)
        }
        #expect(embedded == 50 && jobs == 0)
      }
    }
  }

  @Test("refuses a database of another environment with exit code 5")
  func otherEnvironment() async throws {
    try await WorkerHarness.with { harness in
      try await harness.run("CREATE SCHEMA IF NOT EXISTS seed_runner")
      try await harness.run("CREATE TABLE seed_runner.environment (name text)")
      try await harness.run("INSERT INTO seed_runner.environment VALUES ('production')")
      try await FakeService.with { _, options in
        let process = try SeedRunnerProgram.start(["worker"], url: harness.database.url, service: options)
        let end = try await process.wait()
        #expect(end.exitCode == 5, "\(end.errors)")
        #expect(
          end.errors.contains("belongs to the environment 'production'") && end.errors.contains("SR-203"))
      }
    }
  }

  @Test("stores the embedding of the new text if a trace was edited while a process embedded it")
  func edited() async throws {
    try await WorkerHarness.with { harness in
      try await harness.insert(["one"])
      try await FakeService.with({ asked in
        if asked.number == 1 { try await harness.run("UPDATE traces SET context_text = 'another'") }
        return nil
      }) { service, options in
        let process = try SeedRunnerProgram.start(["worker"], url: harness.database.url, service: options)
        try await harness.until("a vector") { try await harness.missing() == 0 }
        process.signal(SIGTERM)
        let end = try await process.wait()
        #expect(
          service.asked.map(\.texts) == [["one\n\ncontext\n\nsolution"], ["one\n\nanother\n\nsolution"]])
        let provider = HybridEmbeddingProvider(
          try OpenAIEmbeddingProvider(options), dimensions: options.dimensions)
        #expect(try await harness.rightTitles(provider) == ["one"])
        #expect(end.errors.contains("1 had changed in the meantime"), "\(end.errors)")
      }
    }
  }

  @Test("lists traces that were given up with the reason, retries them, and shows no key")
  func status() async throws {
    try await WorkerHarness.with { harness in
      let id = try await harness.insert(["poison"])[0]
      let isCured = Lock(false)
      try await FakeService.with({ asked in
        guard !isCured.withLock({ $0 }), asked.texts.contains(where: { $0.hasPrefix("poison") }) else {
          return nil
        }
        return FakeService.refusal(400, "no, \(SeedRunnerProgram.canary)!")
      }) { _, options in
        let url = harness.database.url
        let process = try SeedRunnerProgram.start(
          ["worker"], url: url, service: options, variables: ["EMBEDDING_MAX_ATTEMPTS": "1"])
        try await harness.until("the end of it") {
          try await harness.one(
            "SELECT count(*) FROM embedding_jobs WHERE given_up_at IS NOT NULL", as: Int.self)
            == 1
        }
        let status = try await SeedRunnerProgram.run("worker", "status", url: url, service: options)
        #expect(status.exitCode == 0)
        for part in [
          "model \(FakeService.model), version \(FakeService.version)",
          "backlog: 1 trace, 0 leased, 0 waiting for a retry, 1 given up",
          id.uuidString.lowercased(), "rejected the texts with status 400",
        ] { #expect(status.output.contains(part), "\(status.output)") }
        let json = try await SeedRunnerProgram.run(
          "worker", "status", "--format", "json", url: url, service: options)
        #expect(json.output.contains("\"given_up_count\" : 1"), "\(json.output)")
        isCured.withLock { $0 = true }
        let retry = try await SeedRunnerProgram.run(
          "worker", "retry", id.uuidString, url: url, service: options)
        #expect(retry.exitCode == 0 && retry.output == "1 trace will be retried\n", "\(retry)")
        try await harness.until("its vector") { try await harness.missing() == 0 }
        process.signal(SIGINT)
        let end = try await process.wait()
        #expect(
          end.exitCode == 128 + SIGINT
            && end.errors.contains("gave up on trace \(id.uuidString.lowercased()) after 1 attempt: "))
        for text in [end.errors, end.output, status.output, json.output] {
          #expect(!text.contains("canary"), "\(text)")
        }
      }
    }
  }

  @Test("reports errors that a retry cannot fix, with a fix")
  func refusals() async throws {
    try await WorkerHarness.with { harness in
      let url = harness.database.url
      let cases: [([String: String], Int32, String)] = [
        (["EMBEDDING_BASE_URL": "ftp://x"], 78, "embedding.baseURL"),
        (["EMBEDDING_BASE_URL": "https://u:\(SeedRunnerProgram.canary)@x/v1"], 78, "not shown"),
        (["EMBEDDING_API_KEY": "two words \(SeedRunnerProgram.canary)"], 78, "embedding.apiKey"),
        (["EMBEDDING_DIMENSIONS": "3072"], 78, "from 1 to 1536"),
        (["EMBEDDING_PROVIDER": "openai", "EMBEDDING_MODEL": "local"], 78, "EMBEDDING_MODEL"),
        (["EMBEDDING_PROVIDER": "cloud"], 78, "one of local, openai"),
      ]
      for (variables, code, told) in cases {
        let end = try await SeedRunnerProgram.run("worker", url: url, variables: variables)
        #expect(end.exitCode == code && end.errors.contains(told), "\(variables): \(end)")
        #expect(!end.errors.contains("canary"), "\(end.errors)")
      }
      let missing = url.replacing(harness.database.name, with: "no_such_database")
      let end = try await SeedRunnerProgram.run("worker", url: missing)
      #expect(end.exitCode == 4, "\(end)")
      let usage = try await SeedRunnerProgram.run("worker", "retry", "x", url: url)
      #expect(usage.exitCode == 64)
    }
  }
}
