import Embeddings
import FoundationEssentials
import Migrations
import Postgres
import SeedKit
import SeedTesting
import Testing
import Threads
import TraceStore

/// A migrated database with a contributor, and workers on it.
struct WorkerHarness: Sendable {
  let database: TemporaryDatabase

  /// Creates the database and passes the harness to `body`.
  static func with(_ body: (WorkerHarness) async throws -> Void) async throws {
    try await TemporaryDatabase.with { database in
      let harness = WorkerHarness(database: database)
      try await migrate(database.configuration)
      try await body(harness)
    }
  }

  static func migrate(_ configuration: PostgresConfiguration) async throws {
    try await PostgresPool.with(configuration, maximumConnections: 1) { pool in
      _ = try await Migrator(sets: TraceSchema.migrations()).apply(on: pool)
      try await pool.withConnection { connection in
        for email in ["somebody@example.com", CapacityCheck.contributor] {
          try await connection.query("INSERT INTO users (email, display_name) VALUES (\(email), 'Somebody')")
        }
      }
    }
  }

  /// Options without long waits, except those that a test needs.
  static var options: EmbeddingWorker.Options {
    var options = EmbeddingWorker.Options()
    options.firstPause = .milliseconds(1)
    options.firstBackoff = .milliseconds(5)
    options.longestBackoff = .milliseconds(50)
    options.pollInterval = .milliseconds(50)
    // One connection less per worker, because all tests share the server.
    options.listens = false
    return options
  }

  /// Runs a worker while `body` runs, and stops it.
  @discardableResult
  func withWorker<Result>(
    _ provider: any EmbeddingProvider, options: EmbeddingWorker.Options = options,
    through configuration: PostgresConfiguration? = nil,
    onEvent: @escaping @Sendable (EmbeddingWorkerEvent) -> Void = { _ in },
    _ body: (EmbeddingWorker) async throws -> Result
  ) async throws -> Result {
    let worker = EmbeddingWorker(
      provider: provider, configuration: configuration ?? database.configuration, options: options,
      onEvent: onEvent)
    let running = Task { await worker.run() }
    do {
      let result = try await body(worker)
      running.cancel()
      await running.value
      return result
    } catch {
      running.cancel()
      await running.value
      throw error
    }
  }

  /// Inserts traces without a notification. Returns their IDs.
  @discardableResult
  func insert(_ titles: [String], contributor: String = "somebody@example.com") async throws -> [UUID] {
    try await database.withConnection { connection in
      try await connection.query(
        """
        INSERT INTO traces (title, context_text, solution_text, contributor_id)
        SELECT title, 'context', 'solution', (SELECT id FROM users WHERE email = \(contributor))
        FROM unnest(\(titles)) AS title RETURNING id
        """
      ).map { try $0.decode(UUID.self) }
    }
  }

  /// Runs a statement and returns its first value.
  func one<Value: PostgresDecodable & Sendable>(
    _ query: PostgresQuery, as: Value.Type = Value.self
  ) async throws -> Value {
    try await database.withConnection { try await $0.queryOne(query).decode(Value.self) }
  }

  func run(_ query: PostgresQuery) async throws {
    try await database.withConnection { connection in _ = try await connection.query(query) }
  }

  /// The number of traces without an embedding.
  func missing() async throws -> Int { try await one("SELECT count(*) FROM traces WHERE embedding IS NULL") }

  /// The titles of the traces whose embedding is exactly that of their current text.
  func rightTitles(_ provider: any EmbeddingProvider) async throws -> [String] {
    let rows = try await database.withConnection { connection in
      try await connection.query(
        """
        SELECT title, context_text, solution_text, embedding FROM traces
        WHERE embedding_model_id = \(provider.model.id) AND embedding_model_version = \(provider.model.version)
        ORDER BY title
        """
      ).map { try $0.decode(String.self, String.self, String.self, PostgresVector.self) }
    }
    let texts = rows.map { EmbeddingText.document(title: $0.0, body: "\($0.1)\n\n\($0.2)") }
    let vectors = try await provider.vectors(for: texts)
    return zip(rows, vectors).filter { $0.3 == $1 }.map(\.0.0)
  }

  struct Never: Error, CustomStringConvertible {
    let description: String
  }

  /// Waits until a condition holds.
  func until(
    _ what: String, sourceLocation: SourceLocation = #_sourceLocation,
    _ condition: () async throws -> Bool
  ) async throws {
    let deadline = ContinuousClock.now + .seconds(240)
    while try await !condition() {
      guard ContinuousClock.now < deadline else {
        throw Never(description: "never came: \(what), at \(sourceLocation)")
      }
      try await Task.sleep(for: .milliseconds(10))
    }
  }
}

/// A provider in this process, controlled by a test.
struct StubProvider: EmbeddingProvider {
  let model: EmbeddingModel
  let script: @Sendable ([EmbeddingText]) async throws -> Void

  /// - Parameter script: called before each response. If it throws, the request fails with that error.
  init(
    model: EmbeddingModel = EmbeddingModel(id: "stub", version: "1"),
    script: @escaping @Sendable ([EmbeddingText]) async throws -> Void = { _ in }
  ) {
    self.model = model
    self.script = script
  }

  func embed(_ texts: [EmbeddingText]) async throws -> [PostgresVector] {
    try await script(texts)
    return texts.map { LocalEmbeddingProvider().vector(for: $0) }
  }
}

extension EmbeddingText {
  /// The first line.
  var title: String { String(plain.prefix { $0 != "\n" }) }
}
