import FoundationEssentials
public import Postgres
import SeedKit
public import TraceStore

/// A model behind an HTTP service with the interface of OpenAI's `POST /v1/embeddings`, which many others
/// have too.
///
/// Requests run on a thread of their own. Vectors shorter than ``TraceIndex/dimensions`` are filled up with
/// zeros, which leaves the cosine of two of them as it is, and all get length 1. What the service answers
/// is not believed: the number of vectors, their indexes, their dimensions, every component is looked at.
public struct OpenAIEmbeddingProvider: EmbeddingProvider {
  /// The model's name as the service knows it; the version is the number of its dimensions.
  public let model: EmbeddingModel
  /// How the service is reached.
  public let options: OpenAIOptions

  private let client = HTTPClient()

  /// Makes the provider; nothing is opened yet.
  ///
  /// - Throws: ``EmbeddingServiceError`` for options that cannot be used together.
  public init(_ options: OpenAIOptions) throws {
    guard options.model != EmbeddingModel.local.id else {
      throw EmbeddingServiceError(
        .misconfigured, "a model of an embedding service cannot be named '\(EmbeddingModel.local.id)'",
        fix: "set EMBEDDING_MODEL to another name; this one is reserved for the built-in model")
    }
    self.options = options
    model = EmbeddingModel(id: options.model, version: "\(options.dimensions)")
  }

  /// Makes the vectors, `options.batchSize` texts a request, one request after the other. What may pass is
  /// tried again within `options.retryBudget`, no sooner than the service says in Retry-After.
  ///
  /// - Throws: ``EmbeddingServiceError``; ``EmbeddingError`` for vectors that cannot be used.
  public func embed(_ texts: [EmbeddingText]) async throws -> [PostgresVector] {
    var vectors: [PostgresVector] = []
    vectors.reserveCapacity(texts.count)
    var rest = texts[...]
    while !rest.isEmpty {
      vectors += try await embedBatch(Array(rest.prefix(options.batchSize)))
      rest = rest.dropFirst(options.batchSize)
    }
    return vectors
  }

  private func embedBatch(_ texts: [EmbeddingText]) async throws -> [PostgresVector] {
    var retries = ServiceRetries(budget: options.retryBudget)
    while true {
      do {
        return try await ask(texts)
      } catch let error as EmbeddingServiceError {
        guard let pause = retries.pause(after: error) else { throw error }
        try await Task.sleep(for: pause)
      }
    }
  }

  private func ask(_ texts: [EmbeddingText]) async throws -> [PostgresVector] {
    var fields = ["Content-Type: application/json", "Accept: application/json", "User-Agent: seed-runner"]
    // Without this the library waits a second for a server to say that it wants a long body.
    fields.append("Expect:")
    if let key = options.apiKey { fields.append("Authorization: Bearer \(key.value)") }
    let request = HTTPClientRequest(
      url: options.url, fields: fields, body: try body(texts), timeout: options.timeout,
      authorities: options.caFile,
      // A number takes 25 characters at the most; a model of more dimensions than fit is told of as such.
      responseLimit: 1 << 20 + texts.count * TraceIndex.dimensions * 64)
    let response: HTTPClientResponse
    do {
      response = try await client.send(request)
    } catch let error as HTTPClientError {
      throw describing(error)
    }
    guard response.status == 200 else { throw describing(response) }
    return try OpenAIResponse(
      response, count: texts.count, dimensions: options.dimensions, asks: options.asksForDimensions,
      service: options.name
    ).vectors(model: model)
  }

  private struct Body: Encodable {
    let model: String
    let input: [String]
    let dimensions: Int?
  }

  private func body(_ texts: [EmbeddingText]) throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let input = texts.map { text in String(text.plain.prefix(options.textLimit)) }
    return Array(
      try encoder.encode(
        Body(
          model: options.model, input: input,
          dimensions: options.asksForDimensions ? options.dimensions : nil)))
  }
}
