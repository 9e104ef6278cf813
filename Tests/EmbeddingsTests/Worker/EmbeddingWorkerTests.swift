import Embeddings
import FoundationEssentials
import Postgres
import SeedKit
import SeedTesting
import Testing
import Threads
import TraceStore

@Suite("An embedding worker")
struct EmbeddingWorkerTests {
  @Test("embeds every trace without an embedding, except generated ones, and keeps those of other models")
  func works() async throws {
    try await WorkerHarness.with { harness in
      try await harness.insert((0..<200).map { "trace \($0)" })
      try await harness.insert(["generated"], contributor: CapacityCheck.contributor)
      let ids = try await harness.insert(["other model", "older version"])
      let other = PostgresVector([1] + [Float](repeating: 0, count: 1535))
      for (id, model) in zip(ids, ["other", "stub"]) {
        try await harness.run(
          """
          UPDATE traces SET embedding = \(other), embedding_model_id = \(model), embedding_model_version = '0'
          WHERE id = \(id)
          """)
      }
      let provider = StubProvider()
      try await harness.withWorker(provider) { worker in
        try await harness.until("201 vectors") { worker.counts.embedded == 201 }
      }
      #expect(try await harness.rightTitles(provider).count == 201)
      #expect(try await harness.missing() == 1)
      #expect(try await harness.one("SELECT embedding FROM traces WHERE title = 'other model'") == other)
      #expect(try await harness.one("SELECT count(*) FROM embedding_jobs", as: Int.self) == 0)
      #expect(
        try await harness.one("SELECT bool_and(updated_at = created_at) FROM traces", as: Bool.self))
    }
  }

  @Test(
    "writes nothing to a database of another environment, reports it once, and works when the stamp is its own"
  )
  func otherEnvironment() async throws {
    try await WorkerHarness.with { harness in
      try await harness.insert(["one"])
      try await harness.run("CREATE SCHEMA IF NOT EXISTS seed_runner")
      try await harness.run("CREATE TABLE seed_runner.environment (name text)")
      try await harness.run("INSERT INTO seed_runner.environment VALUES ('production')")
      var options = WorkerHarness.options
      options.environment = .test
      options.pollInterval = .milliseconds(5)
      let reports = Lock(0)
      try await harness.withWorker(StubProvider(), options: options) { event in
        if case .foreign("production", "test") = event { reports.withLock { $0 += 1 } }
      } _: { worker in
        try await harness.until("a report") { reports.withLock { $0 } == 1 }
        #expect(try await harness.missing() == 1)
        #expect(try await harness.one("SELECT count(*) FROM embedding_jobs", as: Int.self) == 0)
        #expect(try await harness.one("SELECT count(*) FROM embedding_workers", as: Int.self) == 0)
        try await harness.run("UPDATE seed_runner.environment SET name = 'test'")
        try await harness.until("a vector") { worker.counts.embedded == 1 }
      }
      #expect(reports.withLock { $0 } == 1)
      #expect(try await harness.one("SELECT count(*) FROM embedding_workers", as: Int.self) == 1)
    }
  }

  @Test("is notified of a user's new trace at once, long before the next poll")
  func notification() async throws {
    try await WorkerHarness.with { harness in
      var options = WorkerHarness.options
      options.pollInterval = .seconds(86_400)
      options.listens = true
      let provider = StubProvider()
      try await harness.withWorker(provider, options: options) { worker in
        // Wait until the worker is idle and listening, so that only a notification can wake it.
        try await harness.until("a listener") {
          try await harness.one(
            """
            SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'
            """, as: Int.self) == 1
        }
        for number in 1...3 {
          let draft = StoredTrace.Draft(
            title: "new \(number)", context: "c", solution: "s", tags: [], agentModel: nil, agentVersion: nil)
          let user = try await harness.one("SELECT id FROM users LIMIT 1", as: UUID.self)
          _ = try await harness.database.withConnection { connection in
            try await StoredTrace.insert(draft, contributor: user, on: connection)
          }
          try await harness.until("its vector") { worker.counts.embedded == number }
        }
      }
      #expect(try await harness.rightTitles(provider).count == 3)
    }
  }

  @Test("polls where notifications are dropped: behind pgbouncer in transaction mode")
  func pooler() async throws {
    try await WorkerHarness.with { harness in
      try await PgBouncer.with(database: harness.database) { configuration, _ in
        let provider = StubProvider()
        var options = WorkerHarness.options
        options.listens = true
        try await harness.withWorker(provider, options: options, through: configuration) { worker in
          try await harness.insert(["one", "two"])
          try await harness.until("two vectors") { worker.counts.embedded == 2 }
          try await harness.insert(["three"])
          try await harness.until("the third") { worker.counts.embedded == 3 }
        }
        #expect(try await harness.rightTitles(provider).count == 3)
      }
    }
  }

  @Test("discards the embedding of a text that was edited in the meantime, and embeds the new text")
  func editedMeanwhile() async throws {
    try await WorkerHarness.with { harness in
      try await harness.insert(["one", "two"])
      let calls = Lock<[[String]]>([])
      let provider = StubProvider { texts in
        let number = calls.withLock { calls in
          calls.append(texts.map(\.plain))
          return calls.count
        }
        guard number == 1 else { return }
        try await harness.run("UPDATE traces SET solution_text = 'better' WHERE title = 'one'")
      }
      try await harness.withWorker(provider) { worker in
        try await harness.until("both vectors") { worker.counts.embedded == 2 }
        #expect(worker.counts.stale == 1)
      }
      #expect(calls.withLock { $0.count } == 2)
      #expect(calls.withLock { $0.last } == ["one\n\ncontext\n\nbetter"])
      #expect(try await harness.rightTitles(StubProvider()) == ["one", "two"])
    }
  }

  @Test("holds no transaction and no lock while it waits for the provider")
  func noTransaction() async throws {
    try await WorkerHarness.with { harness in
      try await harness.insert((0..<10).map { "trace \($0)" })
      let open = Lock<[Int]>([])
      let provider = StubProvider { _ in
        let count = try await harness.one(
          """
          SELECT count(*) FROM pg_stat_activity
          WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start IS NOT NULL
            AND (state <> 'active' OR query NOT LIKE '%embedding_workers%')
          """, as: Int.self)
        open.withLock { $0.append(count) }
        // The worker must not block this.
        try await harness.database.withConnection { connection in
          try await connection.runScript(
            "BEGIN; SET LOCAL lock_timeout = '60s'; LOCK TABLE traces, embedding_jobs; COMMIT")
        }
      }
      var options = WorkerHarness.options
      options.batchSize = 5
      try await harness.withWorker(provider, options: options) { worker in
        try await harness.until("ten vectors") { worker.counts.embedded == 10 }
      }
      #expect(open.withLock { $0 } == [0, 0])
    }
  }

  @Test("shares the work with others: each trace is embedded once")
  func many() async throws {
    try await WorkerHarness.with { harness in
      try await harness.insert((0..<300).map { "trace \($0)" })
      let made = Lock<[String: Int]>([:])
      let provider = StubProvider { texts in
        made.withLock { made in for text in texts { made[text.title, default: 0] += 1 } }
        await Task.yield()
      }
      var options = WorkerHarness.options
      options.batchSize = 7
      let shared = options
      try await withThrowingTaskGroup(of: Int.self) { group in
        for _ in 0..<8 {
          group.addTask {
            try await harness.withWorker(provider, options: shared) { worker in
              try await harness.until("all vectors") { try await harness.missing() == 0 }
              return worker.counts.embedded
            }
          }
        }
        _ = try await group.reduce(0, +)
      }
      #expect(made.withLock { $0.count } == 300 && made.withLock { $0.values.allSatisfy { $0 == 1 } })
      #expect(try await harness.rightTitles(StubProvider()).count == 300)
      #expect(try await harness.one("SELECT count(*) FROM embedding_jobs", as: Int.self) == 0)
      let total = try await harness.one(
        "SELECT sum(embedded_count)::bigint FROM embedding_workers", as: Int.self)
      #expect(total == 300)
    }
  }

  @Test("releases its leases when it is stopped, or finishes the batch in time")
  func stop() async throws {
    try await WorkerHarness.with { harness in
      try await harness.insert(["one", "two"])
      let (stream, continuation) = AsyncStream<Void>.makeStream()
      let hanging = StubProvider { _ in
        continuation.yield()
        try await Task.sleep(for: .seconds(3600))
      }
      var options = WorkerHarness.options
      options.stopGrace = .milliseconds(10)
      try await harness.withWorker(hanging, options: options) { _ in
        for await _ in stream { break }
        let held = try await harness.one(
          "SELECT count(*) FROM embedding_jobs WHERE holder IS NOT NULL", as: Int.self)
        #expect(held == 2)
      }
      #expect(
        try await harness.one(
          "SELECT count(*) FROM embedding_jobs WHERE holder IS NOT NULL OR attempts > 0 OR leased_until > now()",
          as: Int.self) == 0)
      #expect(
        try await harness.one(
          "SELECT count(*) FROM embedding_workers WHERE stopped_at IS NOT NULL", as: Int.self) == 1)
      // Other workers can lease the released traces at once.
      try await harness.withWorker(StubProvider()) { worker in
        try await harness.until("both") { worker.counts.embedded == 2 }
      }
    }
  }

  @Test("finishes a short batch when it is stopped")
  func stopInTime() async throws {
    try await WorkerHarness.with { harness in
      try await harness.insert(["one"])
      let (stream, continuation) = AsyncStream<Void>.makeStream()
      let (goOn, goOnContinuation) = AsyncStream<Void>.makeStream()
      let provider = StubProvider { _ in
        continuation.yield()
        for await _ in goOn { break }
      }
      var options = WorkerHarness.options
      options.stopGrace = .seconds(3600)
      let worker = EmbeddingWorker(
        provider: provider, configuration: harness.database.configuration, options: options)
      let running = Task { await worker.run() }
      for await _ in stream { break }
      running.cancel()
      goOnContinuation.yield()
      await running.value
      #expect(worker.counts.embedded == 1)
    }
  }
}
