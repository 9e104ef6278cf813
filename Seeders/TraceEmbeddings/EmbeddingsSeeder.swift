import Embeddings
public import Migrations
public import SeedKit
import TraceStore

/// Gives the traces that have no vector yet one, by the local model, so that search finds them.
///
/// It looks at the table, not at fixtures: traces of users are embedded like seeds, pending ones like
/// validated ones. Its fingerprint knows the model and the seeds it comes after, so `--if-changed` runs
/// it when those change, and not when a user's trace is all that is new.
public struct EmbeddingsSeeder: Seeder, MigratingSeeder, VersionedSeeder, ScheduledSeeder, ConfigurableSeeder,
  ResettableSeeder
{
  /// `embeddings`
  public let id = EmbeddingsSeeders.id
  /// One line for lists.
  public let summary = "Embeddings for traces without one, from the built-in model (no network)"
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

  /// How many traces are held in memory at a time.
  static let batchSize = 1_000

  private let provider = LocalEmbeddingProvider()

  /// Makes the seeder.
  public init() {}

  /// The schema of traces.
  public func migrations() throws -> [MigrationSet] { try TraceSchema.migrations() }

  /// Stores the vectors, batch after batch in the order of the ids. With nothing to do it is one query.
  public func seed(in context: SeedContext) async throws {
    let connection = context.connection
    var stored = 0
    while true {
      let batch = try await TraceVectors.pending(
        for: provider.model, limit: Self.batchSize, on: connection)
      guard !batch.isEmpty else { break }
      let vectors = try await provider.vectors(for: batch.map { EmbeddingText($0) })
      let count = try await context.measure(.writing) {
        try await TraceVectors.store(Array(zip(batch, vectors)), of: provider.model, on: connection)
      }
      stored += count
      context.debug("embedded \(count) of \(batch.count) traces")
      // Less than was read: somebody changed a text meanwhile, which the next look finds.
      if batch.count < Self.batchSize, count == batch.count { break }
    }
    if stored > 0 { context.count(RowCounts(updated: stored), in: "traces") }
  }

  /// Removes the vectors of the model from all traces but generated ones, which come with theirs.
  public func reset(in context: SeedContext) async throws {
    let count = try await TraceVectors.clear(of: provider.model, on: context.connection)
    context.count(RowCounts(updated: count), in: "traces")
  }
}
