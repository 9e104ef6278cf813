public import SeedKit
import TraceStore

/// The options of a service with OpenAI's API and of its model.
public struct OpenAIOptions: Sendable {
  /// The base URL, to which `/embeddings` is appended. `https://api.openai.com/v1` by default.
  public var baseURL = "https://api.openai.com/v1"
  /// The bearer token; nil, the default, sends none.
  public var apiKey: Secret<String>?
  /// The name of the model. `text-embedding-3-small` by default.
  public var model = "text-embedding-3-small"
  /// The dimensions of the model, 1 to 1,536. 1,536 by default.
  public var dimensions = TraceIndex.dimensions
  /// Whether requests include `dimensions`, which not every model accepts. False by default.
  public var asksForDimensions = false
  /// The maximum number of texts per request. 64 by default.
  public var batchSize = 64
  /// The maximum number of characters of a text that are sent; the rest is cut off. 24,000 by default, which is about
  /// 8,000 tokens.
  public var textLimit = 24_000
  /// The time limit for a request. 30 seconds by default.
  public var timeout: Duration = .seconds(30)
  /// The time limit for all requests of a call together, with retries. Nil, the default, for no limit.
  public var totalTimeout: Duration?
  /// The retry budget for transient errors of a request. 60 seconds by default; zero disables retries.
  public var retryBudget: Duration = .seconds(60)
  /// A PEM file of certificate authorities; nil, the default, uses the system's.
  public var caFile: String?

  /// Creates options with the defaults.
  public init() {}

  /// Creates options from the settings.
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

  /// The URL of the requests.
  var url: String { (baseURL.hasSuffix("/") ? String(baseURL.dropLast()) : baseURL) + "/embeddings" }

  /// The name of the service in error messages.
  var name: String { "the embedding service at \(url)" }
}

/// Decides when a request to a service is retried.
struct ServiceRetries {
  /// Invalid responses usually repeat, so they are retried only once.
  private static let mostBadAnswers = 2
  private static let firstPause: Duration = .milliseconds(250)
  private static let longestPause: Duration = .seconds(20)

  private let budget: Duration
  private var deadline: ContinuousClock.Instant?
  private var count = 0
  private var badAnswers = 0

  /// - Parameter budget: the time for retries, counted from the first failure.
  init(budget: Duration) { self.budget = budget }

  /// The pause before the next attempt; nil if there should be none.
  ///
  /// It is at least the time that the service requested. Otherwise it is a random share of a limit that doubles, so
  /// that many rejected clients do not retry at the same moment.
  mutating func pause(after error: EmbeddingServiceError) -> Duration? {
    switch error.kind {
    case .unreachable, .busy, .failed: break
    case .badAnswer:
      badAnswers += 1
      guard badAnswers <= Self.mostBadAnswers else { return nil }
    case .rejected, .misconfigured: return nil
    }
    let now = ContinuousClock.now
    let end = deadline ?? now + budget
    deadline = end
    let limit = min(Self.firstPause * (1 << min(count, 10)), Self.longestPause)
    count += 1
    let pause = max(limit * Double.random(in: 0.5...1), error.retryAfter ?? .zero)
    return now + pause < end ? pause : nil
  }
}
