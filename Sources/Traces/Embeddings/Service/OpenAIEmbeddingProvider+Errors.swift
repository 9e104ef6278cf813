import SeedKit

extension OpenAIEmbeddingProvider {
  /// Why there was no response.
  func describing(_ error: HTTPClientError) -> EmbeddingServiceError {
    switch error.code {
    case .unreachable:
      EmbeddingServiceError(
        .unreachable, "\(options.name) cannot be reached: \(safe(error.message))",
        fix: "check that it runs, and EMBEDDING_BASE_URL")
    case .timedOut:
      EmbeddingServiceError(
        .failed, "\(options.name) did not answer within \(options.timeout.components.seconds) s",
        fix: "raise EMBEDDING_TIMEOUT or lower EMBEDDING_BATCH_SIZE if that happens often")
    case .cut:
      EmbeddingServiceError(.failed, "\(options.name) broke its answer off: \(safe(error.message))")
    case .tooLarge:
      EmbeddingServiceError(
        .badAnswer, "\(options.name) answered with more than such vectors can take",
        fix: "check that EMBEDDING_BASE_URL leads to OpenAI's interface")
    case .untrusted:
      EmbeddingServiceError(
        .misconfigured, "the certificate of \(options.name) is not trusted: \(safe(error.message))",
        fix: "name the file of its authority in EMBEDDING_CA_FILE")
    case .unusable:
      EmbeddingServiceError(
        .misconfigured, "\(options.name) cannot be called: \(safe(error.message))")
    }
  }

  /// Why an answer brings no vectors.
  func describing(_ response: HTTPClientResponse) -> EmbeddingServiceError {
    let status = response.status
    switch status {
    case 401, 403:
      // Not a word of the service's own: some repeat a part of the key.
      return EmbeddingServiceError(
        .misconfigured, "\(options.name) refused the key with \(status)",
        fix: options.apiKey == nil ? "set EMBEDDING_API_KEY" : "correct EMBEDDING_API_KEY")
    case 408, 409, 425, 429, 500...:
      let isBusy = status == 429 || response.retryAfter != nil
      return EmbeddingServiceError(
        isBusy ? .busy : .failed, "\(options.name) answered \(status)\(words(response))",
        retryAfter: response.retryAfter)
    case 400, 413, 422:
      return EmbeddingServiceError(
        .rejected, "\(options.name) refused the texts with \(status)\(words(response))")
    case 404, 405:
      return EmbeddingServiceError(
        .misconfigured, "\(options.name) answered \(status)\(words(response))",
        fix: "check EMBEDDING_BASE_URL and EMBEDDING_MODEL")
    case 200..<300:
      return EmbeddingServiceError(.badAnswer, "\(options.name) answered \(status); expected 200")
    case 300..<400:
      // Followed, a POST would lose its body, or the key would go to somebody else.
      return EmbeddingServiceError(
        .misconfigured, "\(options.name) redirects with \(status), which is not followed",
        fix: "set EMBEDDING_BASE_URL to where it is")
    default:
      return EmbeddingServiceError(.misconfigured, "\(options.name) answered \(status)\(words(response))")
    }
  }

  /// The service's own words: `error.message` of OpenAI's errors, or nothing.
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

  /// A text of somebody else's on one line, not too long, and nothing at all if a piece of the key is in it.
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
    return isTelling ? "what it said is not shown, because the key is in it" : shown
  }

  /// So many characters in a row tell something of a key.
  private static var tellingPiece: Int { 6 }
}
