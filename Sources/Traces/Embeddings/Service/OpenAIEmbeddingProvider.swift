import FoundationEssentials
public import Postgres
import SeedKit
public import TraceStore

/// An embedding model behind an HTTP service with the API of OpenAI's `POST /v1/embeddings`.
///
/// Requests run on a separate thread. Vectors with fewer than ``TraceIndex/dimensions`` components are padded with
/// zeros, which does not change their cosine, and scaled to length 1. Responses are validated: the number of vectors,
/// their indexes, their dimensions, and every component.
public struct OpenAIEmbeddingProvider: EmbeddingProvider {
  /// The service's name of the model. The version is the number of dimensions.
  public let model: EmbeddingModel
  /// The options of the connection and the model.
  public let options: OpenAIOptions

  private let client = HTTPClient()

  /// Creates the provider. Opens no connection.
  ///
  /// - Throws: ``EmbeddingServiceError`` if options are incompatible.
  public init(_ options: OpenAIOptions) throws {
    guard options.model != EmbeddingModel.local.id else {
      throw EmbeddingServiceError(
        .misconfigured, "a model of an embedding service cannot be named '\(EmbeddingModel.local.id)'",
        fix: "set EMBEDDING_MODEL to another name; this one is reserved for the built-in model")
    }
    self.options = options
    model = EmbeddingModel(id: options.model, version: "\(options.dimensions)")
  }

  /// Computes the vectors, with `options.batchSize` texts per request, one request after another. Transient errors
  /// are retried within `options.retryBudget`, and not before the time that the service gives in `Retry-After`. The
  /// call takes at most `options.totalTimeout`.
  ///
  /// - Throws: ``EmbeddingServiceError``, or ``EmbeddingError`` if a vector is invalid.
  public func embed(_ texts: [EmbeddingText]) async throws -> [PostgresVector] {
    var vectors: [PostgresVector] = []
    vectors.reserveCapacity(texts.count)
    var rest = texts[...]
    let deadline = options.totalTimeout.map { ContinuousClock.now + $0 }
    while !rest.isEmpty {
      vectors += try await embedBatch(Array(rest.prefix(options.batchSize)), before: deadline)
      rest = rest.dropFirst(options.batchSize)
    }
    return vectors
  }

  private func embedBatch(
    _ texts: [EmbeddingText], before deadline: ContinuousClock.Instant?
  ) async throws -> [PostgresVector] {
    var retries = ServiceRetries(budget: options.retryBudget)
    while true {
      do {
        let left = deadline.map { max($0 - .now, .milliseconds(1)) } ?? options.timeout
        return try await ask(texts, timeout: min(options.timeout, left))
      } catch let error as EmbeddingServiceError {
        guard let pause = retries.pause(after: error), deadline.map({ .now + pause < $0 }) ?? true else {
          throw error
        }
        try await Task.sleep(for: pause)
      }
    }
  }

  private func ask(_ texts: [EmbeddingText], timeout: Duration) async throws -> [PostgresVector] {
    var fields = ["Content-Type: application/json", "Accept: application/json", "User-Agent: seed-runner"]
    // Without this, libcurl waits up to a second for a "100 Continue" before it sends a long body.
    fields.append("Expect:")
    if let key = options.apiKey { fields.append("Authorization: Bearer \(key.value)") }
    let request = HTTPClientRequest(
      url: options.url, fields: fields, body: try body(texts), timeout: timeout,
      authorities: options.caFile,
      // A number takes at most 25 characters. The limit leaves room for too many dimensions, so that they get an
      // error of their own.
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
