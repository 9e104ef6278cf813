public import SeedKit
import TraceStore

// What makes vectors of texts, and who does that work.

extension AnySettingKey {
  /// The settings of the embedding model, of the service and of the worker.
  public static let embedding: [AnySettingKey] = [
    .init(.embeddingProvider), .init(.embeddingBaseURL), .init(.embeddingAPIKey), .init(.embeddingModel),
    .init(.embeddingDimensions), .init(.embeddingAsksForDimensions), .init(.embeddingBatchSize),
    .init(.embeddingTextLimit), .init(.embeddingTimeout), .init(.embeddingRetryBudget),
    .init(.embeddingCAFile), .init(.embeddingWaits), .init(.embeddingWorker),
    .init(.embeddingPollInterval), .init(.embeddingLeaseTime), .init(.embeddingMaxAttempts),
  ]

  /// All settings that the trace service adds to those of the framework, in the order of `seed-runner config`.
  public static let traceService = traces + capacity + traceServer + embedding
}

extension SettingKey where Value == String {
  /// What makes vectors. `local` by default.
  public static let embeddingProvider = SettingKey(
    "embedding.provider", variables: "EMBEDDING_PROVIDER", default: "local", among: ["local", "openai"],
    summary: "What makes vectors of texts: local, by words, without network; openai, a service")
  /// The address of the service, without `/embeddings`. `https://api.openai.com/v1` by default.
  public static let embeddingBaseURL = SettingKey(
    "embedding.baseURL", variables: "EMBEDDING_BASE_URL", default: "https://api.openai.com/v1",
    expected: ServiceAddress.expected, summary: "The service's address, which /embeddings is added to",
    check: { (text) throws(SettingValueError) in try ServiceAddress.check(text) })
  /// The service's name of the model. `text-embedding-3-small` by default.
  public static let embeddingModel = SettingKey(
    "embedding.model", variables: "EMBEDDING_MODEL", default: "text-embedding-3-small",
    expected: "the name of a model", summary: "The service's model")
}

extension SettingKey where Value == Secret<String>? {
  /// The service's key. Unset: none is sent.
  public static let embeddingAPIKey = SettingKey(
    "embedding.apiKey", variables: "EMBEDDING_API_KEY", expected: "a key of visible ASCII characters",
    summary: "The service's key; unset: none is sent",
    check: { (text) throws(SettingValueError) in
      // It goes into a header field.
      guard !text.isEmpty, text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
        throw SettingValueError(found: "a key that is not shown, with other characters or none")
      }
    },
    mask: { _ in "****" })
}

extension SettingKey where Value == String? {
  /// Certificates of authorities by which the service's is checked. Unset: the system's.
  public static let embeddingCAFile = SettingKey(
    "embedding.caFile", variables: "EMBEDDING_CA_FILE", expected: "the path of a PEM file",
    summary: "Certificates of the authorities that the service's is checked by; unset: the system's")
}

extension SettingKey where Value == Int {
  /// How many dimensions the model's vectors have, 1 to 1536. 1536 by default.
  public static let embeddingDimensions = SettingKey(
    "embedding.dimensions", variables: "EMBEDDING_DIMENSIONS", default: 1536, in: 1...1536,
    summary: "How many dimensions the model's vectors have; fewer than 1536 are filled up with zeros")
  /// How many texts a request holds, and how many traces a worker takes at a time, 1 to 2048. 64 by default.
  public static let embeddingBatchSize = SettingKey(
    "embedding.batchSize", variables: "EMBEDDING_BATCH_SIZE", default: 64, in: 1...2048,
    summary: "How many texts a request holds, and how many traces a worker takes at a time")
  /// How many characters of a text are sent, 100 to 1,000,000. 24,000 by default.
  public static let embeddingTextLimit = SettingKey(
    "embedding.textLimit", variables: "EMBEDDING_TEXT_LIMIT", default: 24_000, in: 100...1_000_000,
    summary: "How many characters of a text are sent to the service, from its start")
  /// How often a trace is tried before it is given up, 1 to 100. 5 by default.
  public static let embeddingMaxAttempts = SettingKey(
    "embedding.maxAttempts", variables: "EMBEDDING_MAX_ATTEMPTS", default: 5, in: 1...100,
    summary: "How often a worker tries a trace before it gives it up")
}

extension SettingKey where Value == Duration {
  /// How long a request to the service may take, 1 to 600 seconds. 30 by default.
  public static let embeddingTimeout = SettingKey(
    "embedding.timeout", variables: "EMBEDDING_TIMEOUT", defaultSeconds: 30, in: 1...600,
    summary: "Seconds that a request to the service may take; a search waits 5 at the most")
  /// How long the seeder tries the service again, 0 to 3600 seconds. 60 by default.
  public static let embeddingRetryBudget = SettingKey(
    "embedding.retryBudget", variables: "EMBEDDING_RETRY_BUDGET", defaultSeconds: 60, in: 0...3600,
    summary: "Seconds in which the seeder tries the service again; a worker never stops trying")
  /// How long a worker waits before it looks again when nobody tells it anything, 1 to 86,400 seconds. 30 by
  /// default.
  public static let embeddingPollInterval = SettingKey(
    "embedding.pollInterval", variables: "EMBEDDING_POLL_INTERVAL", defaultSeconds: 30, in: 1...86_400,
    summary: "Seconds after which a worker looks again though nobody told it of new traces")
  /// How long traces are a worker's own, 2 to 3600 seconds. 120 by default.
  public static let embeddingLeaseTime = SettingKey(
    "embedding.leaseTime", variables: "EMBEDDING_LEASE_TIME", defaultSeconds: 120, in: 2...3600,
    summary: "Seconds after which others take the traces of a worker that is gone")
}

extension SettingKey where Value == Bool {
  /// Whether requests ask for ``embeddingDimensions``. False by default.
  public static let embeddingAsksForDimensions = SettingKey(
    "embedding.asksForDimensions", variables: "EMBEDDING_ASK_FOR_DIMENSIONS", default: false,
    summary: "Whether requests ask the model for that many dimensions, which not every model takes")
  /// Whether the seeder `embeddings` makes the vectors itself. True by default.
  public static let embeddingWaits = SettingKey(
    "embedding.waits", variables: "EMBEDDING_WAIT", flag: "wait", default: true,
    summary: "Whether the seeder 'embeddings' makes the vectors; false leaves them to a worker")
  /// Whether trace-server works on new traces. True by default.
  public static let embeddingWorker = SettingKey(
    "embedding.worker", variables: "EMBEDDING_WORKER", default: true,
    summary: "Whether trace-server gives new traces their vectors; false leaves that to 'seed-runner worker'")
}

/// The address of a service.
enum ServiceAddress {
  static let expected = "http:// or https://, a host and a path, without user, query and fragment"

  /// - Throws: `SettingValueError` that does not quote an address with a password in it.
  static func check(_ text: String) throws(SettingValueError) {
    let scheme = ["http://", "https://"].first { text.lowercased().hasPrefix($0) }
    let rest = text.dropFirst(scheme?.count ?? 0)
    guard !text.contains("@") else {
      throw SettingValueError(found: "an address with a user or a password, which is not shown")
    }
    guard scheme != nil, let first = rest.first, first != "/", first != ":",
      rest.utf8.allSatisfy({ (0x21...0x7E).contains($0) }), !rest.contains(where: { "?#\\".contains($0) })
    else {
      // Some put their key there.
      throw SettingValueError(found: text.contains("?") ? "an address with a query, which is not shown" : nil)
    }
  }
}
