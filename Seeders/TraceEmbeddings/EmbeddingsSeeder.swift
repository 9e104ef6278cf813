import Embeddings
public import Migrations
public import SeedKit
import TraceStore

/// Embeds traces that have no embedding with the built-in model, so that search finds them.
///
/// It reads the table instead of fixtures, so it also embeds the traces of users, whether pending or validated. Its
/// fingerprint covers the model and the seeded traces. So `--if-changed` runs it when those change, but not for new
/// traces of users.
public struct EmbeddingsSeeder: Seeder, MigratingSeeder, VersionedSeeder, ScheduledSeeder, ConfigurableSeeder,
  ResettableSeeder
{
  /// `embeddings`
  public let id = EmbeddingsSeeders.id
  /// One line for lists.
  public let summary = "Embeddings for traces without one, from the built-in model (no network)"
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

  /// The number of traces in memory at a time.
  static let batchSize = 1_000

  private let provider = LocalEmbeddingProvider()

  /// Only the texts and the model decide about the embeddings.
  public let isDeterministic = true

  /// Creates the seeder.
  ///
  /// - Parameter dependencies: the seeders of the traces.
  public init(dependencies: [SeederID] = ["curated-traces"]) { self.dependencies = dependencies }

  /// The migrations of traces.
  public func migrations() throws -> [MigrationSet] { try TraceSchema.migrations() }

  /// Stores the embeddings in batches, in the order of the IDs. Without new traces it is one query.
  public func seed(in context: SeedContext) async throws {
    var stored = 0
    while true {
      let batch = try TraceVectors.pending(
        try await context.read(TraceVectors.pendingQuery(for: provider.model, limit: Self.batchSize)))
      guard !batch.isEmpty else { break }
      try context.willWrite()
      let vectors = try await provider.vectors(for: batch.map { EmbeddingText($0) })
      let count = try await context.measure(.writing) {
        try await TraceVectors.store(
          Array(zip(batch, vectors)), of: provider.model, on: context.connection)
      }
      stored += count
      context.debug("embedded \(count) of \(batch.count) traces")
      // If fewer were stored than read, a text changed in the meantime. The next iteration finds it.
      if batch.count < Self.batchSize, count == batch.count { break }
    }
    if stored > 0 { context.count(RowCounts(updated: stored), in: "traces") }
  }

  /// Removes the embeddings of the model. Generated traces keep their vectors.
  public func reset(in context: SeedContext) async throws {
    let count = try await TraceVectors.clear(of: provider.model, on: context.connection)
    context.count(RowCounts(updated: count), in: "traces")
  }
}
