import Embeddings
import Migrations
public import SeedKit
public import TraceStore

/// Creates the seeder `embeddings` according to the settings.
public enum EmbeddingsSeeders {
  static let id: SeederID = "embeddings"
  /// The flags of all variants.
  static let flags = ["wait"]
  /// The traces are seeded first.
  static let dependencies: [SeederID] = ["curated-traces"]
  /// Samples run first if the environment allows them. So does capacity data, because its index build blocks writes.
  static let runsAfter: [SeederID] = ["sample-traces", "capacity-traces"]

  /// The embedding model of the settings, which search also uses.
  ///
  /// - Throws: `EmbeddingServiceError` if settings are incompatible.
  public static func model(_ settings: Settings) throws -> EmbeddingModel {
    try EmbeddingProviders.make(settings, for: .documents).model
  }

  /// Creates the seeder. The built-in model runs in one transaction. A service is called outside of any transaction.
  /// With `--no-wait`, workers do the work.
  ///
  /// - Throws: `EmbeddingServiceError` if settings are incompatible.
  public static func make(_ settings: Settings) throws -> any SeederProtocol {
    let provider = try EmbeddingProviders.make(settings, for: .documents)
    guard settings[.embeddingWaits] else { return DeferredEmbeddingsSeeder(model: provider.model) }
    guard !(provider is LocalEmbeddingProvider) else { return EmbeddingsSeeder() }
    var options = EmbeddingWorker.Options(settings)
    // Unlike a worker's provider, this one retries by itself.
    options.leaseTime += settings[.embeddingRetryBudget]
    return ServiceEmbeddingsSeeder(provider: provider, options: options)
  }
}
