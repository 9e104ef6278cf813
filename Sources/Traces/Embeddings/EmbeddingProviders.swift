public import SeedKit

/// Creates the provider that the settings choose.
public enum EmbeddingProviders {
  /// The purpose of the vectors, which decides how long to wait for a service.
  public enum Use: Sendable {
    /// Many traces in the foreground: time limit and retry budget of the settings.
    case documents
    /// Search queries: 5 seconds per request and 2 seconds for retries. Recent queries are cached.
    case questions
    /// A worker, which does its own retries.
    case worker
  }

  /// Creates the provider. Opens no connection.
  ///
  /// - Throws: ``EmbeddingServiceError`` if settings are incompatible.
  public static func make(_ settings: Settings, for use: Use) throws -> any EmbeddingProvider {
    guard settings[.embeddingProvider] == "openai" else { return LocalEmbeddingProvider() }
    var options = OpenAIOptions(settings)
    switch use {
    case .documents: break
    case .questions:
      options.timeout = min(options.timeout, .seconds(5))
      options.retryBudget = min(options.retryBudget, .seconds(2))
      return CachedEmbeddingProvider(try OpenAIEmbeddingProvider(options))
    case .worker: options.retryBudget = .zero
    }
    return try OpenAIEmbeddingProvider(options)
  }
}
