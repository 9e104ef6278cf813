public import Embeddings
public import Migrations
public import Postgres
public import SeedKit
import TraceStore

/// Embeds traces that have no embedding with an embedding service.
///
/// It works like an embedding worker until the backlog is empty, and shares the work with running workers. Each batch
/// is a transaction, and none is open during requests to the service. If it fails, stored embeddings remain.
public struct ServiceEmbeddingsSeeder: BulkSeeder, MigratingSeeder, VersionedSeeder, ScheduledSeeder,
  ConfigurableSeeder
{
  /// `embeddings`
  public let id = EmbeddingsSeeders.id
  /// One line for lists.
  public var summary: String { "Embeddings for traces without one, from the model \(provider.model.id)" }
  /// The traces are seeded first.
  public let dependencies: [SeederID]
  /// Runs after all other traces.
  public let runsAfter = EmbeddingsSeeders.runsAfter
  /// All environments: without embeddings, search does not find the traces, in production either.
  public let environments = Set(SeedEnvironment.allCases)
  /// The flag that chooses whether the seeder computes embeddings.
  public let flags = EmbeddingsSeeders.flags
  /// The model and its version.
  public var fingerprintInputs: [String] { ["model \(provider.model.id) \(provider.model.version)"] }

  /// 0, because it updates existing rows.
  public let plannedRows = 0

  private let provider: any EmbeddingProvider
  private let options: EmbeddingWorker.Options

  /// Creates the seeder.
  ///
  /// - Parameters:
  ///   - provider: computes the embeddings. It should do its own retries.
  ///   - options: the batch size and the lease time are used.
  ///   - dependencies: the seeders of the traces.
  public init(
    provider: any EmbeddingProvider, options: EmbeddingWorker.Options,
    dependencies: [SeederID] = ["curated-traces"]
  ) {
    self.dependencies = dependencies
    self.provider = provider
    self.options = options
  }

  /// The migrations of traces.
  public func migrations() throws -> [MigrationSet] { try TraceSchema.migrations() }

  /// Computes and stores the embeddings.
  public func load(in context: BulkContext) async throws -> SeedOutcome {
    let worker = EmbeddingWorker(
      provider: provider, configuration: context.pool.configuration, options: options,
      onEvent: { context.debug("\($0)") })
    let stored = try await worker.drain { done, total in
      context.report(SeedProgress(activity: "embedding", completed: done, total: total, unit: "traces"))
    }
    guard stored > 0 else { return SeedOutcome() }
    return SeedOutcome(.init(name: "traces", counts: RowCounts(updated: stored)))
  }

  /// The number of traces without an embedding. Sends no request to the service.
  public func pending(on connection: PostgresConnection) async throws -> SeedOutcome {
    let count = try await TraceVectors.pendingCount(for: provider.model, on: connection)
    guard count > 0 else { return SeedOutcome() }
    return SeedOutcome(.init(name: "traces", counts: RowCounts(updated: count)))
  }

  /// Removes the embeddings of the model. Generated traces keep their vectors.
  public func reset(in context: BulkContext) async throws -> SeedOutcome {
    let count = try await context.pool.withTransaction { connection in
      try await TraceVectors.clear(of: provider.model, on: connection)
    }
    return SeedOutcome(.init(name: "traces", counts: RowCounts(updated: count)))
  }
}
