public import Embeddings
public import Migrations
public import Postgres
public import SeedKit
import TraceStore

/// Gives the traces that have no vector yet one, by a model that may take its time.
///
/// It works as an embedding worker does until nothing is left, and together with those that are there: each
/// batch is a transaction, and none is open while the service is asked. What was stored when it fails stays.
public struct ServiceEmbeddingsSeeder: BulkSeeder, MigratingSeeder, VersionedSeeder, ScheduledSeeder,
  ConfigurableSeeder
{
  /// `embeddings`
  public let id = EmbeddingsSeeders.id
  /// One line for lists.
  public var summary: String { "Embeddings for traces without one, from the model \(provider.model.id)" }
  /// The seeds come first.
  public let dependencies = EmbeddingsSeeders.dependencies
  /// All other traces, too.
  public let runsAfter = EmbeddingsSeeders.runsAfter
  /// Everywhere: seeds without vectors are found by no search, in production either.
  public let environments = Set(SeedEnvironment.allCases)
  /// Whether it is to make the vectors itself.
  public let flags = EmbeddingsSeeders.flags
  /// The model.
  public var fingerprintInputs: [String] { ["model \(provider.model.id) \(provider.model.version)"] }

  /// None: it fills a column of rows that others bring.
  public let plannedRows = 0

  private let provider: any EmbeddingProvider
  private let options: EmbeddingWorker.Options

  /// Makes the seeder.
  ///
  /// - Parameters:
  ///   - provider: what makes the vectors; it should try again by itself.
  ///   - options: the batch size and the lease time matter.
  public init(provider: any EmbeddingProvider, options: EmbeddingWorker.Options) {
    self.provider = provider
    self.options = options
  }

  /// The schema of traces.
  public func migrations() throws -> [MigrationSet] { try TraceSchema.migrations() }

  /// Makes and stores the vectors.
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

  /// The traces without a vector. The service is not asked.
  public func pending(on connection: PostgresConnection) async throws -> SeedOutcome {
    let count = try await TraceVectors.pendingCount(for: provider.model, on: connection)
    guard count > 0 else { return SeedOutcome() }
    return SeedOutcome(.init(name: "traces", counts: RowCounts(updated: count)))
  }

  /// Removes the vectors of the model from all traces but generated ones, which come with theirs.
  public func reset(in context: BulkContext) async throws -> SeedOutcome {
    let count = try await context.pool.withTransaction { connection in
      try await TraceVectors.clear(of: provider.model, on: connection)
    }
    return SeedOutcome(.init(name: "traces", counts: RowCounts(updated: count)))
  }
}
