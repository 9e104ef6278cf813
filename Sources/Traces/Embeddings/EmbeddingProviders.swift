public import SeedKit

/// The provider that the configuration asks for.
public enum EmbeddingProviders {
  /// What vectors are made for, which decides how long to wait for a service.
  public enum Use: Sendable {
    /// Many traces, while somebody waits: as long as the settings say.
    case documents
    /// A search: 5 seconds a request, and 2 for trying again; the last questions are remembered.
    case questions
    /// A worker, which itself decides when to try again.
    case worker
  }

  /// Makes it; nothing is opened yet.
  ///
  /// - Throws: ``EmbeddingServiceError`` for settings that cannot be used together.
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
