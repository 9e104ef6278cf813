import EmbeddedPostgres
import Embeddings
import FoundationEssentials
import HTTPServer
import Postgres
import SeedTesting
import Testing
import Threads
import TraceStore

@Suite("An embedding worker survives")
struct WorkerFaultTests {
  /// How a service fails for a text that it does not accept.
  private static let refusals: [(name: String, response: HTTPResponse)] = [
    ("a refusal", FakeService.refusal(400, "this text is too long")),
    ("a failure", FakeService.refusal(500, "input is too large to process")),
    ("an answer that is no JSON", FakeService.json(#"{"data": [{"index": 0, "embedding": [NaN]}]}"#)),
    ("a zero vector", FakeService.json(FakeService.entries([(0, "[0,0,0,0,0,0,0,0]")]))),
  ]

  @Test(
    "a rejected text: other traces are embedded, this one is given up and reported",
    arguments: refusals.indices)
  func poison(index: Int) async throws {
    let poisoned = Self.refusals[index].response
    try await WorkerHarness.with { harness in
      try await harness.insert((0..<20).map { "trace \($0)" } + ["poison"])
      try await FakeService.with({ asked in
        asked.texts.contains { $0.hasPrefix("poison\n") } ? poisoned : nil
      }) { service, options in
        var options = options
        options.retryBudget = .zero
        let provider = try OpenAIEmbeddingProvider(options)
        var workerOptions = WorkerHarness.options
        workerOptions.maximumAttempts = 3
        try await harness.withWorker(provider, options: workerOptions) { worker in
          try await harness.until("the end of it") {
            worker.counts.embedded == 20 && worker.counts.givenUp == 1
          }
          #expect(worker.counts.failed == 3 && worker.counts.providerFailures == 0)
          let (backlog, givenUp) = try await harness.database.withConnection { connection in
            (
              try await EmbeddingBacklog.read(for: provider.model, on: connection),
              try await EmbeddingBacklog.givenUp(for: provider.model, limit: 10, on: connection)
            )
          }
          #expect(backlog.waiting == 1 && backlog.givenUp == 1 && backlog.leased == 0)
          #expect(givenUp.map(\.title) == ["poison"] && givenUp.first?.attempts == 3)
          #expect(givenUp.first?.reason.contains("solution") == false, "no text of the trace")
          // After 'retry' the worker tries again, and gives up again.
          let retried = try await harness.database.withConnection { connection in
            try await EmbeddingBacklog.retry(nil, on: connection)
          }
          #expect(retried == 1)
          try await harness.until("another end of it") { worker.counts.givenUp == 2 }
          // A new text starts with new attempts.
          try await harness.run("UPDATE traces SET title = 'cured' WHERE title = 'poison'")
          try await harness.until("a vector for it") { worker.counts.embedded == 21 }
        }
        #expect(try await harness.rightTitles(provider).count == 21)
        #expect(try await harness.one("SELECT count(*) FROM embedding_jobs", as: Int.self) == 0)
      }
    }
  }

  @Test(
    "a service that rejects all texts, and continues when it recovers; no trace is marked as failed",
    arguments: [
      EmbeddingServiceError.Kind.unreachable, .busy, .failed, .misconfigured, .rejected, .badAnswer,
    ])
  func providerDown(kind: EmbeddingServiceError.Kind) async throws {
    try await WorkerHarness.with { harness in
      try await harness.insert((0..<10).map { "trace \($0)" })
      let isUp = Lock(false)
      let events = Lock<[String]>([])
      let provider = StubProvider { _ in
        guard isUp.withLock({ $0 }) else { throw EmbeddingServiceError(kind, "not now") }
      }
      try await harness.withWorker(provider, onEvent: { event in events.withLock { $0.append("\(event)") } })
      {
        worker in
        try await harness.until("some failures") { worker.counts.providerFailures >= 5 }
        let blamed = try await harness.one(
          "SELECT count(*) FROM embedding_jobs WHERE last_error IS NOT NULL OR given_up_at IS NOT NULL",
          as: Int.self)
        #expect(blamed == 0 && worker.counts.failed == 0 && worker.counts.embedded == 0)
        isUp.withLock { $0 = true }
        try await harness.until("all vectors") { worker.counts.embedded == 10 }
        #expect(worker.counts.failed == 0 && worker.counts.givenUp == 0)
      }
      #expect(events.withLock { $0.contains("recovered") })
      #expect(events.withLock { $0.contains { $0.contains("embedding service unavailable: not now") } })
    }
  }

  @Test("a service that sends Retry-After, and waits that long")
  func retryAfter() async throws {
    try await WorkerHarness.with { harness in
      try await harness.insert(["one"])
      let pauses = Lock<[Duration]>([])
      let calls = Lock(0)
      let provider = StubProvider { _ in
        let isFirst = calls.withLock { calls in
          calls += 1
          return calls == 1
        }
        if isFirst { throw EmbeddingServiceError(.busy, "slow down", retryAfter: .seconds(1)) }
      }
      try await harness.withWorker(
        provider,
        onEvent: { event in
          if case .providerFailed(_, let pause) = event { pauses.withLock { $0.append(pause) } }
        }
      ) { worker in
        try await harness.until("the vector") { worker.counts.embedded == 1 }
      }
      #expect(pauses.withLock { $0.count } == 1 && pauses.withLock { $0[0] } >= .seconds(1))
      #expect(calls.withLock { $0 } == 2)
    }
  }

  @Test("a database that is not migrated yet, and one that restarts during its work")
  func databaseRestart() async throws {
    try await TemporaryFolder.with { folder in
      let postgres = EmbeddedPostgres(EmbeddedPostgres.Settings(projectDirectory: folder.path))
      let configuration = try await postgres.start().configuration
      let asked = Lock<[String]>([])
      let provider = StubProvider { texts in
        let isFirst = asked.withLock { asked in
          defer { asked += texts.map(\.title) }
          return asked.isEmpty
        }
        guard isFirst else { return }
        try await postgres.stop()
        _ = try await postgres.start()
      }
      let events = Lock<[String]>([])
      let worker = EmbeddingWorker(
        provider: provider, configuration: configuration, options: WorkerHarness.options,
        onEvent: { event in events.withLock { $0.append("\(event)") } })
      let running = Task { await worker.run() }
      func count(_ query: PostgresQuery) async throws -> Int {
        try await PostgresConnection.with(configuration) { try await $0.queryOne(query).decode(Int.self) }
      }
      func until(_ condition: () async throws -> Bool) async throws {
        while try await !condition() { try await Task.sleep(for: .milliseconds(10)) }
      }
      try await until { worker.counts.databaseFailures >= 2 }
      try await WorkerHarness.migrate(configuration)
      try await PostgresConnection.with(configuration) { connection in
        _ = try await connection.query(
          """
          INSERT INTO traces (title, context_text, solution_text, contributor_id)
          SELECT 'trace ' || n, 'c', 's', (SELECT id FROM users LIMIT 1) FROM generate_series(1, 5) AS n
          """)
      }
      try await until { worker.counts.embedded == 5 }
      // Embeddings computed before the restart were stored after it: no text was requested twice. There may be more
      // than one request, because a poll between the insert's commit and its start may find only some of the traces.
      let told = events.withLock { $0.suffix(12).joined(separator: "\n") }
      let titles = asked.withLock { $0.sorted() }
      #expect(titles == (1...5).map { "trace \($0)" }, "\(told)")
      #expect(try await count("SELECT count(*) FROM traces WHERE embedding IS NULL") == 0)
      running.cancel()
      await running.value
      try await postgres.stop()
    }
  }

  @Test("workers that crash on a trace: it is given up, and the other traces of its batch are not")
  func deadlyTrace() async throws {
    try await WorkerHarness.with { harness in
      let deadly = try await harness.insert(["deadly"])[0]
      try await harness.insert((0..<15).map { "trace \($0)" })
      // A crashed worker leaves only its leases, which expire.
      func die(afterTaking limit: Int) async throws -> [UUID] {
        let queue = EmbeddingQueue(
          model: StubProvider().model, holder: UUID(), leaseTime: .milliseconds(1), maximumAttempts: 5)
        return try await harness.database.withConnection { connection in
          _ = try await queue.sweep(on: connection)
          guard
            case .jobs(let jobs) = try await queue.claim(limit: limit, retriesFirst: true, on: connection)
          else { return [] }
          guard jobs.contains(where: { $0.id == deadly }) else {
            let vectors = try await StubProvider().vectors(for: jobs.map { EmbeddingText($0.trace) })
            _ = try await queue.store(Array(zip(jobs, vectors)), on: connection)
            return []
          }
          return jobs.map(\.id)
        }
      }
      var deaths = 0
      try await harness.until("nothing but the deadly one") {
        if try await !die(afterTaking: 16).isEmpty { deaths += 1 }
        return try await harness.one(
          "SELECT count(*) FROM embedding_jobs WHERE given_up_at IS NOT NULL", as: Int.self) > 0
      }
      #expect(deaths == 5)
      // The other traces are embedded or pending, but none is given up.
      try await harness.withWorker(StubProvider()) { _ in
        try await harness.until("the others") { try await harness.missing() == 1 }
      }
      let givenUp = try await harness.database.withConnection { connection in
        try await EmbeddingBacklog.givenUp(for: StubProvider().model, limit: 9, on: connection)
      }
      #expect(givenUp.map(\.id) == [deadly])
      #expect(givenUp.first?.reason == "every worker that leased it ended unexpectedly")
    }
  }
}
