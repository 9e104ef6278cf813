import Embeddings
import Migrations
public import SeedKit
public import TraceStore

/// The seeder `embeddings` as the configuration asks for it.
public enum EmbeddingsSeeders {
  static let id: SeederID = "embeddings"
  /// The flags that each of them reads.
  static let flags = ["wait"]
  /// The seeds come first.
  static let dependencies: [SeederID] = ["curated-traces"]
  /// Samples come first where they may be seeded at all; so does capacity data, whose index build keeps
  /// writers waiting.
  static let runsAfter: [SeederID] = ["sample-traces", "capacity-traces"]

  /// The model that the configuration asks for: whose vectors search compares.
  ///
  /// - Throws: `EmbeddingServiceError` for settings that cannot be used together.
  public static func model(_ settings: Settings) throws -> EmbeddingModel {
    try EmbeddingProviders.make(settings, for: .documents).model
  }

  /// Makes it: the vectors by the built-in model in one transaction, those of a service outside any, or none.
  ///
  /// - Throws: `EmbeddingServiceError` for settings that cannot be used together.
  public static func make(_ settings: Settings) throws -> any SeederProtocol {
    let provider = try EmbeddingProviders.make(settings, for: .documents)
    guard settings[.embeddingWaits] else { return DeferredEmbeddingsSeeder(model: provider.model) }
    guard !(provider is LocalEmbeddingProvider) else { return EmbeddingsSeeder() }
    var options = EmbeddingWorker.Options(settings)
    // Other than a worker's, its provider tries again by itself.
    options.leaseTime += settings[.embeddingRetryBudget]
    return ServiceEmbeddingsSeeder(provider: provider, options: options)
  }
}
