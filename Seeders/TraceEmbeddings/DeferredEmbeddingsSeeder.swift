public import Migrations
import Postgres
public import SeedKit
public import TraceStore

/// Leaves traces without an embedding to the embedding workers and notifies them.
public struct DeferredEmbeddingsSeeder: Seeder, MigratingSeeder, VersionedSeeder, ScheduledSeeder,
  ConfigurableSeeder, ResettableSeeder
{
  /// `embeddings`
  public let id = EmbeddingsSeeders.id
  /// One line for lists.
  public let summary = "Embeddings for traces without one, left to the embedding worker"
  /// The traces are seeded first.
  public let dependencies: [SeederID]
  /// Runs after all other traces.
  public let runsAfter = EmbeddingsSeeders.runsAfter
  /// All environments.
  public let environments = Set(SeedEnvironment.allCases)
  /// The flag that chooses between this seeder and one that computes embeddings.
  public let flags = EmbeddingsSeeders.flags
  /// Differs from the fingerprint of the seeders that compute embeddings, so that these still run after this one.
  public var fingerprintInputs: [String] { ["model \(model.id) \(model.version)", "left to a worker"] }

  private let model: EmbeddingModel

  /// It computes nothing.
  public let isDeterministic = true

  /// Creates the seeder.
  ///
  /// - Parameters:
  ///   - model: the model of the worker.
  ///   - dependencies: the seeders of the traces.
  public init(model: EmbeddingModel, dependencies: [SeederID] = ["curated-traces"]) {
    self.model = model
    self.dependencies = dependencies
  }

  /// The migrations of traces.
  public func migrations() throws -> [MigrationSet] { try TraceSchema.migrations() }

  /// Writes nothing.
  public func seed(in context: SeedContext) async throws {
    let rows = try await context.read(TraceVectors.pendingCountQuery(for: model))
    guard let count = try rows.first?.decode(Int.self), count > 0 else { return }
    await context.connection.runAtCommit(TraceVectors.announcement)
    context.note("left \(count) traces without an embedding to a worker")
  }

  /// Removes the embeddings of the model. Generated traces keep their vectors.
  public func reset(in context: SeedContext) async throws {
    let count = try await TraceVectors.clear(of: model, on: context.connection)
    context.count(RowCounts(updated: count), in: "traces")
  }
}
