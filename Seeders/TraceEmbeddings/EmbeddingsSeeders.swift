import Embeddings
import Migrations
public import SeedKit
public import TraceStore

/// Creates the seeder `embeddings` according to the settings.
public enum EmbeddingsSeeders {
  static let id: SeederID = "embeddings"
  /// The flags of all variants.
  static let flags = ["wait"]
  private static let curated: SeederID = "curated-traces"

  /// The traces are seeded first, unless the settings of `--all` leave them out: an operator may have other traces.
  static func dependencies(_ settings: Settings) -> [SeederID] {
    let isExcluded =
      settings[.allExcept]?.contains(curated) ?? false
      || settings[.allOnly].map { !$0.contains(curated) } ?? false
    return isExcluded ? [] : [curated]
  }

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
    guard settings[.embeddingWaits] else {
      return DeferredEmbeddingsSeeder(model: provider.model, dependencies: dependencies(settings))
    }
    guard !(provider is LocalEmbeddingProvider) else {
      return EmbeddingsSeeder(dependencies: dependencies(settings))
    }
    var options = EmbeddingWorker.Options(settings)
    // Unlike a worker's provider, this one retries by itself.
    options.leaseTime += settings[.embeddingRetryBudget]
    return ServiceEmbeddingsSeeder(
      provider: provider, options: options, dependencies: dependencies(settings))
  }
}
