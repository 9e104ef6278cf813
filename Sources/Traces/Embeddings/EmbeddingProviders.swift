public import SeedKit

/// Creates the provider that the settings choose.
public enum EmbeddingProviders {
  /// The purpose of the vectors, which decides how long to wait for a service.
  public enum Use: Sendable {
    /// Many traces in the foreground: time limit and retry budget of the settings.
    case documents
    /// Search queries: 5 seconds with retries, which start within 2 seconds after the first failure. Recent queries
    /// are cached.
    case questions
    /// A worker, which does its own retries.
    case worker
  }

  /// Creates the provider. Opens no connection.
  ///
  /// - Throws: ``EmbeddingServiceError`` if settings are incompatible.
  public static func make(_ settings: Settings, for use: Use) throws -> any EmbeddingProvider {
    guard settings[.embeddingProvider] == "openai" else { return LocalEmbeddingProvider() }
    switch use {
    case .documents: return try service(OpenAIOptions(settings))
    case .questions: return CachedEmbeddingProvider(try service(.forSearch(settings)))
    case .worker:
      var options = OpenAIOptions(settings)
      options.retryBudget = .zero
      return try service(options)
    }
  }

  /// Creates the provider of a service. Its vectors also contain words.
  ///
  /// - Throws: ``EmbeddingServiceError`` if options are incompatible.
  private static func service(_ options: OpenAIOptions) throws -> HybridEmbeddingProvider {
    HybridEmbeddingProvider(try OpenAIEmbeddingProvider(options), dimensions: options.dimensions)
  }
}

extension OpenAIOptions {
  /// The options for search queries: see ``EmbeddingProviders/Use/questions``.
  static func forSearch(_ settings: Settings) -> OpenAIOptions {
    var options = OpenAIOptions(settings)
    options.timeout = min(options.timeout, .seconds(5))
    options.totalTimeout = options.timeout
    options.retryBudget = min(options.retryBudget, .seconds(2))
    return options
  }
}
