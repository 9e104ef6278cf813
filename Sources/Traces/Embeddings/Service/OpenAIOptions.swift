public import SeedKit
import TraceStore

/// How a service with OpenAI's interface is reached, and what its model is like.
public struct OpenAIOptions: Sendable {
  /// The address that `/embeddings` is added to. `https://api.openai.com/v1` by default.
  public var baseURL = "https://api.openai.com/v1"
  /// What is sent as a bearer token; nil, the default, sends none.
  public var apiKey: Secret<String>?
  /// The model. `text-embedding-3-small` by default.
  public var model = "text-embedding-3-small"
  /// How many dimensions its vectors have, 1 to 1,536. 1,536 by default.
  public var dimensions = TraceIndex.dimensions
  /// Whether a request asks for that many dimensions, which some models can and others refuse. False by
  /// default.
  public var asksForDimensions = false
  /// How many texts a request holds. 64 by default.
  public var batchSize = 64
  /// How many characters of a text are sent, from its start; what follows is left out. 24,000 by default:
  /// some 8,000 tokens.
  public var textLimit = 24_000
  /// How long a request may take. 30 seconds by default.
  public var timeout: Duration = .seconds(30)
  /// How long a request is tried again that failed with what may pass. 60 seconds by default; zero tries
  /// once.
  public var retryBudget: Duration = .seconds(60)
  /// A file with certificates of authorities, PEM; nil, the default, for the system's.
  public var caFile: String?

  /// The defaults.
  public init() {}

  /// Takes the settings.
  public init(_ settings: Settings) {
    baseURL = settings[.embeddingBaseURL]
    apiKey = settings[.embeddingAPIKey]
    model = settings[.embeddingModel]
    dimensions = settings[.embeddingDimensions]
    asksForDimensions = settings[.embeddingAsksForDimensions]
    batchSize = settings[.embeddingBatchSize]
    textLimit = settings[.embeddingTextLimit]
    timeout = settings[.embeddingTimeout]
    retryBudget = settings[.embeddingRetryBudget]
    caFile = settings[.embeddingCAFile]
  }

  /// Where requests go.
  var url: String { (baseURL.hasSuffix("/") ? String(baseURL.dropLast()) : baseURL) + "/embeddings" }

  /// The service in error texts.
  var name: String { "the embedding service at \(url)" }
}
