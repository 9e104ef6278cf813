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

/// When a request to a service is tried again.
struct ServiceRetries {
  /// An answer that is none is the same the next time, more often than not.
  private static let mostBadAnswers = 2
  private static let firstPause: Duration = .milliseconds(250)
  private static let longestPause: Duration = .seconds(20)

  private let budget: Duration
  private var deadline: ContinuousClock.Instant?
  private var count = 0
  private var badAnswers = 0

  /// - Parameter budget: how long, from the first failure on.
  init(budget: Duration) { self.budget = budget }

  /// How long to wait before the next attempt; nil if there is to be none.
  ///
  /// Never sooner than the service asked for. Otherwise a random share of a limit that doubles, so that
  /// many clients that were refused together do not come back together.
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
