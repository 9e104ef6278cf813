public import Migrations
import Postgres
public import SeedKit
public import TraceStore

/// Leaves traces without a vector to a worker, and tells the workers so.
public struct DeferredEmbeddingsSeeder: Seeder, MigratingSeeder, VersionedSeeder, ScheduledSeeder,
  ConfigurableSeeder, ResettableSeeder
{
  /// `embeddings`
  public let id = EmbeddingsSeeders.id
  /// One line for lists.
  public let summary = "Embeddings for traces without one, left to the embedding worker"
  /// The seeds come first.
  public let dependencies = EmbeddingsSeeders.dependencies
  /// All other traces, too.
  public let runsAfter = EmbeddingsSeeders.runsAfter
  /// Everywhere.
  public let environments = Set(SeedEnvironment.allCases)
  /// Whether it is to make the vectors itself.
  public let flags = EmbeddingsSeeders.flags
  /// Not that of a seeder that makes them: after this one, that has still to be run.
  public var fingerprintInputs: [String] { ["model \(model.id) \(model.version)", "left to a worker"] }

  private let model: EmbeddingModel

  /// Makes the seeder.
  ///
  /// - Parameter model: by which the worker makes vectors.
  public init(model: EmbeddingModel) { self.model = model }

  /// The schema of traces.
  public func migrations() throws -> [MigrationSet] { try TraceSchema.migrations() }

  /// Writes nothing.
  public func seed(in context: SeedContext) async throws {
    let count = try await TraceVectors.pendingCount(for: model, on: context.connection)
    guard count > 0 else { return }
    try await context.connection.query(TraceVectors.announcement)
    context.note("left \(count) traces without an embedding to a worker")
  }

  /// Removes the vectors of the model from all traces but generated ones, which come with theirs.
  public func reset(in context: SeedContext) async throws {
    let count = try await TraceVectors.clear(of: model, on: context.connection)
    context.count(RowCounts(updated: count), in: "traces")
  }
}
