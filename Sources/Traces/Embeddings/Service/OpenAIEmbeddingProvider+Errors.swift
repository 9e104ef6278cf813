import SeedKit

extension OpenAIEmbeddingProvider {
  /// Describes why there was no response.
  func describing(_ error: HTTPClientError) -> EmbeddingServiceError {
    switch error.code {
    case .unreachable:
      EmbeddingServiceError(
        .unreachable, "\(options.name) is unreachable: \(safe(error.message))",
        fix: "check that the service runs and that EMBEDDING_BASE_URL is correct")
    case .timedOut:
      EmbeddingServiceError(
        .failed, "\(options.name) did not respond within \(options.timeout.components.seconds) s",
        fix: "if this happens often, raise EMBEDDING_TIMEOUT or lower EMBEDDING_BATCH_SIZE")
    case .cut:
      EmbeddingServiceError(
        .failed,
        "\(options.name) closed the connection before the response was complete: \(safe(error.message))")
    case .tooLarge:
      EmbeddingServiceError(
        .badAnswer, "\(options.name) returned a response that is too large",
        fix: "check that EMBEDDING_BASE_URL is the base URL of an OpenAI-compatible API")
    case .untrusted:
      EmbeddingServiceError(
        .misconfigured, "the certificate of \(options.name) is not trusted: \(safe(error.message))",
        fix: "set EMBEDDING_CA_FILE to a PEM file with its certificate authority")
    case .unusable:
      EmbeddingServiceError(
        .misconfigured, "cannot send requests to \(options.name): \(safe(error.message))")
    }
  }

  /// Describes why a response has no embeddings.
  func describing(_ response: HTTPClientResponse) -> EmbeddingServiceError {
    let status = response.status
    switch status {
    case 401, 403:
      // Do not quote the message of the service, because some services repeat a part of the key.
      return EmbeddingServiceError(
        .misconfigured,
        "\(options.name) \(options.apiKey == nil ? "requires an API key" : "rejected the API key") (status \(status))",
        fix: options.apiKey == nil ? "set EMBEDDING_API_KEY" : "correct EMBEDDING_API_KEY")
    case 408, 409, 425, 429, 500...:
      let isBusy = status == 429 || response.retryAfter != nil
      return EmbeddingServiceError(
        isBusy ? .busy : .failed, "\(options.name) returned status \(status)\(words(response))",
        retryAfter: response.retryAfter)
    case 400, 413, 422:
      return EmbeddingServiceError(
        .rejected, "\(options.name) rejected the texts with status \(status)\(words(response))")
    case 404, 405:
      return EmbeddingServiceError(
        .misconfigured, "\(options.name) returned status \(status)\(words(response))",
        fix: "check EMBEDDING_BASE_URL and EMBEDDING_MODEL")
    case 200..<300:
      return EmbeddingServiceError(.badAnswer, "\(options.name) returned status \(status), expected 200")
    case 300..<400:
      // If redirects were followed, the POST could lose its body, or the key could be sent to another host.
      return EmbeddingServiceError(
        .misconfigured, "\(options.name) redirects with status \(status); redirects are not followed",
        fix: "set EMBEDDING_BASE_URL to the address that it redirects to")
    default:
      return EmbeddingServiceError(
        .misconfigured, "\(options.name) returned status \(status)\(words(response))")
    }
  }

  /// The message of the service: `error.message`, as in OpenAI's errors, or `message`; empty if there is none.
  private func words(_ response: HTTPClientResponse) -> String {
    guard response.body.count <= 65_536,
      let root = try? JSONParser.parse(response.body, limits: .init(depth: 16)),
      let error = try? root.member("error") ?? root.member("message"),
      let message = (try? error.value.member("message"))??.value ?? Optional(error.value),
      let text = try? message.string()
    else { return "" }
    let shown = safe(text)
    return shown.isEmpty ? "" : ": \(shown)"
  }

  /// Foreign text on one line of limited length. It is withheld completely if it contains a part of the API key.
  private func safe(_ text: String) -> String {
    let line = text.unicodeScalars.lazy.map { scalar in
      scalar.properties.generalCategory == .control ? " " : Character(scalar)
    }
    let shown = String(String(line).prefix(300))
    guard let key = options.apiKey?.value else { return shown }
    let characters = Array(key)
    let width = min(Self.tellingPiece, characters.count)
    let isTelling = (0...(characters.count - width)).contains { start in
      text.contains(String(characters[start..<(start + width)]))
    }
    return isTelling ? "its message is not shown because it contains the API key" : shown
  }

  /// The number of consecutive characters that count as a part of the key.
  private static var tellingPiece: Int { 6 }
}
