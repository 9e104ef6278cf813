public import SeedKit
import TraceStore

// Which model computes embeddings, and which process does the work.

extension AnySettingKey {
  /// The settings of the embedding model, of the service and of the worker.
  public static let embedding: [AnySettingKey] = [
    .init(.embeddingProvider), .init(.embeddingBaseURL), .init(.embeddingAPIKey), .init(.embeddingModel),
    .init(.embeddingDimensions), .init(.embeddingAsksForDimensions), .init(.embeddingBatchSize),
    .init(.embeddingTextLimit), .init(.embeddingTimeout), .init(.embeddingRetryBudget),
    .init(.embeddingCAFile), .init(.embeddingWaits), .init(.embeddingWorker),
    .init(.embeddingPollInterval), .init(.embeddingLeaseTime), .init(.embeddingMaxAttempts),
  ]

  /// All settings that the trace service adds to the framework's, in the order of `seed-runner config`.
  public static let traceService = traces + capacity + traceServer + embedding
}

extension SettingKey where Value == String {
  /// The embedding provider. `local` by default.
  public static let embeddingProvider = SettingKey(
    "embedding.provider", variables: "EMBEDDING_PROVIDER", default: "local", among: ["local", "openai"],
    summary: "Embedding provider: local (the built-in model, no network) or openai (a service)")
  /// The base URL of the service, without `/embeddings`. `https://api.openai.com/v1` by default.
  public static let embeddingBaseURL = SettingKey(
    "embedding.baseURL", variables: "EMBEDDING_BASE_URL", default: "https://api.openai.com/v1",
    expected: ServiceAddress.expected, summary: "Base URL of the service, to which /embeddings is appended",
    check: { (text) throws(SettingValueError) in try ServiceAddress.check(text) })
  /// The service's name of the model. `text-embedding-3-small` by default.
  public static let embeddingModel = SettingKey(
    "embedding.model", variables: "EMBEDDING_MODEL", default: "text-embedding-3-small",
    expected: "the name of a model", summary: "Embedding model of the service")
}

extension SettingKey where Value == Secret<String>? {
  /// The API key of the service. If unset, none is sent.
  public static let embeddingAPIKey = SettingKey(
    "embedding.apiKey", variables: "EMBEDDING_API_KEY", expected: "a key of visible ASCII characters",
    summary: "API key of the service; unset: none is sent",
    check: { (text) throws(SettingValueError) in
      // The key is sent in a header field.
      guard !text.isEmpty, text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
        throw SettingValueError(found: "a key (not shown) that is empty or has other characters")
      }
    },
    mask: { _ in "****" })
}

extension SettingKey where Value == String? {
  /// A PEM file of certificate authorities for the service. If unset, the system's are used.
  public static let embeddingCAFile = SettingKey(
    "embedding.caFile", variables: "EMBEDDING_CA_FILE", expected: "the path of a PEM file",
    summary: "Certificate authorities of the service; unset: the system's")
}

extension SettingKey where Value == Int {
  /// The dimensions of the model, 1 to 1536. 1536 by default.
  public static let embeddingDimensions = SettingKey(
    "embedding.dimensions", variables: "EMBEDDING_DIMENSIONS", default: 1536, in: 1...1536,
    summary: "Dimensions of the model; with up to 1024, the remaining ones of 1536 hold words")
  /// The number of texts per request, and of traces per batch of a worker, 1 to 2048. 64 by default.
  public static let embeddingBatchSize = SettingKey(
    "embedding.batchSize", variables: "EMBEDDING_BATCH_SIZE", default: 64, in: 1...2048,
    summary: "Texts per request, and traces per batch of a worker")
  /// The maximum number of characters of a text that are sent, 100 to 1,000,000. 24,000 by default.
  public static let embeddingTextLimit = SettingKey(
    "embedding.textLimit", variables: "EMBEDDING_TEXT_LIMIT", default: 24_000, in: 100...1_000_000,
    summary: "Characters of a text that are sent to the service, from its start")
  /// The number of attempts to embed a trace before a worker gives up, 1 to 100. 5 by default.
  public static let embeddingMaxAttempts = SettingKey(
    "embedding.maxAttempts", variables: "EMBEDDING_MAX_ATTEMPTS", default: 5, in: 1...100,
    summary: "Attempts to embed a trace before a worker gives up on it")
}

extension SettingKey where Value == Duration {
  /// The time limit for a request to the service, 1 to 600 seconds. 30 by default.
  public static let embeddingTimeout = SettingKey(
    "embedding.timeout", variables: "EMBEDDING_TIMEOUT", defaultSeconds: 30, in: 1...600,
    summary: "Time limit for a request to the service, in seconds; a search waits at most 5")
  /// The retry budget of the seeder for transient errors of the service, 0 to 3600 seconds. 60 by default.
  public static let embeddingRetryBudget = SettingKey(
    "embedding.retryBudget", variables: "EMBEDDING_RETRY_BUDGET", defaultSeconds: 60, in: 0...3600,
    summary:
      "Retry budget of the seeder for transient errors of the service, in seconds; workers have no limit")
  /// How often a worker polls in addition to notifications, 1 to 86,400 seconds. 30 by default.
  public static let embeddingPollInterval = SettingKey(
    "embedding.pollInterval", variables: "EMBEDDING_POLL_INTERVAL", defaultSeconds: 30, in: 1...86_400,
    summary: "How often a worker polls in addition to notifications, in seconds")
  /// The lease on a batch of traces, 2 to 3600 seconds. 120 by default.
  public static let embeddingLeaseTime = SettingKey(
    "embedding.leaseTime", variables: "EMBEDDING_LEASE_TIME", defaultSeconds: 120, in: 2...3600,
    summary: "Lease on a batch, in seconds; then other workers may take it over")
}

extension SettingKey where Value == Bool {
  /// Whether requests include ``embeddingDimensions``. False by default.
  public static let embeddingAsksForDimensions = SettingKey(
    "embedding.asksForDimensions", variables: "EMBEDDING_ASK_FOR_DIMENSIONS", default: false,
    summary: "Whether requests send 'dimensions', which not every model accepts")
  /// Whether the seeder `embeddings` computes the embeddings itself. True by default.
  public static let embeddingWaits = SettingKey(
    "embedding.waits", variables: "EMBEDDING_WAIT", flag: "wait", default: true,
    summary: "Whether the seeder 'embeddings' computes embeddings; false leaves them to a worker")
  /// Whether trace-server runs an embedding worker. True by default.
  public static let embeddingWorker = SettingKey(
    "embedding.worker", variables: "EMBEDDING_WORKER", default: true,
    summary: "Whether trace-server runs an embedding worker; false leaves that to 'seed-runner worker'")
}

/// The base URL of a service.
enum ServiceAddress {
  static let expected = "an http:// or https:// URL without user, query or fragment"

  /// - Throws: `SettingValueError`, which never quotes a URL that contains a password or a query.
  static func check(_ text: String) throws(SettingValueError) {
    let scheme = ["http://", "https://"].first { text.lowercased().hasPrefix($0) }
    let rest = text.dropFirst(scheme?.count ?? 0)
    guard !text.contains("@") else {
      throw SettingValueError(found: "a URL with a user or password (not shown)")
    }
    guard scheme != nil, let first = rest.first, first != "/", first != ":",
      rest.utf8.allSatisfy({ (0x21...0x7E).contains($0) }), !rest.contains(where: { "?#\\".contains($0) })
    else {
      // Not quoted, because some users put their key into the query.
      throw SettingValueError(found: text.contains("?") ? "a URL with a query (not shown)" : nil)
    }
  }
}
