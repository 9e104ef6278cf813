@testable import Embeddings
import FoundationEssentials
import HTTPServer
import Postgres
import SeedKit
import SeedTesting
import Testing
import TraceStore

@Suite("The response of an embedding service")
struct ServiceFaultTests {
  private static let texts: [EmbeddingText] = [.query("a"), .query("b")]
  private static let vector = "[1, 0, 0, 0, 0, 0, 0, 0]"

  struct Fault: Sendable, CustomTestStringConvertible {
    let name: String
    let response: HTTPResponse
    let kind: EmbeddingServiceError.Kind?
    /// A part of the error message.
    let told: String
    var requests = 1

    init(
      _ name: String, _ response: HTTPResponse, _ kind: EmbeddingServiceError.Kind?, _ told: String,
      requests: Int = 1
    ) {
      (self.name, self.response, self.kind, self.told, self.requests) = (name, response, kind, told, requests)
    }

    var testDescription: String { name }
  }

  private static func both(_ second: String) -> HTTPResponse {
    FakeService.json(FakeService.entries([(0, vector), (1, second)]))
  }

  /// A vector with eight components, of which the last is given.
  private static func last(_ component: String) -> String { "[1, 0, 0, 0, 0, 0, 0, \(component)]" }

  static let faults: [Fault] = [
    .init(
      "too few vectors", FakeService.json(FakeService.entries([(0, vector)])), .badAnswer,
      "1 embedding for 2 texts",
      requests: 3),
    .init(
      "too many vectors", FakeService.json(FakeService.entries([(0, vector), (1, vector), (2, vector)])),
      .badAnswer, "3 embeddings for 2 texts", requests: 3),
    .init(
      "an index twice", FakeService.json(FakeService.entries([(0, vector), (0, vector)])), .badAnswer,
      "two embeddings with index 0", requests: 3),
    .init(
      "an index beyond", FakeService.json(FakeService.entries([(0, vector), (2, vector)])), .badAnswer,
      "index 2 for 2 texts", requests: 3),
    .init(
      "a negative index", FakeService.json(FakeService.entries([(0, vector), (-1, vector)])), .badAnswer,
      "index -1", requests: 3),
    .init("no data", FakeService.json(#"{"object": "list"}"#), .badAnswer, "without 'data'", requests: 3),
    .init(
      "no index", FakeService.json(#"{"data": [{"embedding": [1]}]}"#), .badAnswer, "without 'index'",
      requests: 3),
    .init(
      "another form", FakeService.json(#"{"data": {"a": 1}}"#), .badAnswer, "unexpected JSON",
      requests: 3),
    .init("no JSON", FakeService.json("hello"), .badAnswer, "not JSON", requests: 3),
    .init("NaN, which is no JSON", both(last("NaN")), .badAnswer, "not JSON", requests: 3),
    .init("nothing", FakeService.json(""), .badAnswer, "not JSON", requests: 3),
    .init(
      "deep nesting", FakeService.json(String(repeating: "[", count: 100_000)), .badAnswer, "not JSON",
      requests: 3),
    .init(
      "a page of HTML", HTTPResponse(text: "<html>log in</html>", contentType: "text/html"), .badAnswer,
      "a response of type 'text/html'", requests: 3),
    .init(
      "more than vectors take", FakeService.json(String(repeating: " ", count: 3 << 20)), .badAnswer,
      "too large", requests: 3),
    .init(
      "too few dimensions", both("[1, 0]"), .misconfigured,
      "2 dimensions, expected 8; set EMBEDDING_DIMENSIONS=2"),
    .init(
      "too many dimensions", both("[\((0..<3072).map { _ in "1" }.joined(separator: ","))]"), .misconfigured,
      "3072 dimensions, expected 8; choose a model"),
    .init("no dimensions", both("[]"), .misconfigured, "0 dimensions"),
    .init("a null component", both(last("null")), nil, "text 2: found null among the components"),
    .init("a text component", both(last(#""1""#)), nil, "text 2: found a string among the components"),
    .init(
      "an infinite component", both(last("1e999")), nil,
      "text 2: 1 component is not finite"),
    .init("squares beyond double precision", both(last("1e200")), nil, "not finite"),
    .init("a zero vector", both("[0, 0, 0, 0, 0, 0, 0, -0.0]"), nil, "all components are zero"),
    .init("bad texts", FakeService.refusal(400, "input is too long"), .rejected, "400: input is too long"),
    .init("too long a body", FakeService.refusal(413, "too large"), .rejected, "413"),
    .init("texts that it cannot process", FakeService.refusal(422, "no"), .rejected, "422"),
    .init(
      "a wrong key", FakeService.refusal(401, "Incorrect API key provided: sk-ab****yz"), .misconfigured,
      "requires an API key (status 401); set EMBEDDING_API_KEY"),
    .init("no right", FakeService.refusal(403, "no"), .misconfigured, "requires an API key (status 403)"),
    .init(
      "another path", FakeService.refusal(404, "no such model"), .misconfigured,
      "404: no such model; check EMBEDDING_BASE_URL and EMBEDDING_MODEL"),
    .init(
      "a redirection", HTTPResponse(status: 307, headers: ["Location": "http://127.0.0.1:1/"]),
      .misconfigured, "redirects with status 307"),
    .init("no content", HTTPResponse(status: 204), .badAnswer, "204, expected 200", requests: 3),
  ]

  @Test("is rejected with an error if it is invalid", arguments: faults)
  func fault(fault: Fault) async throws {
    try await FakeService.with({ _ in fault.response }) { service, options in
      let provider = try OpenAIEmbeddingProvider(options)
      do {
        let vectors = try await provider.vectors(for: Self.texts)
        Issue.record("\(vectors.count) vectors were taken")
      } catch {
        #expect("\(error)".contains(fault.told), "\(error)")
        #expect((error as? EmbeddingServiceError)?.kind == fault.kind, "\(error)")
        #expect(fault.kind != nil || error is EmbeddingError)
      }
      #expect(service.asked.count == fault.requests)
    }
  }

  @Test("is accepted with a vector of any length, with a charset and unknown keys")
  func tolerated() async throws {
    let body =
      #"{"usage": {}, "data": [{"index": 1, "x": [], "embedding": [3e-30, 4e-30, 0, 0, 0, 0, 0, 0]}, "#
      + #"{"index": 0, "embedding": [3e30, 4E+30, 0, 0, 0, 0, 0, 0]}]}"#
    try await FakeService.with({ _ in
      HTTPResponse(text: body, contentType: "Application/JSON ; charset=utf-8")
    }) { _, options in
      for vector in try await OpenAIEmbeddingProvider(options).vectors(for: Self.texts) {
        #expect(abs(vector.components[0] - 0.6) < 1e-6 && abs(vector.components[1] - 0.8) < 1e-6)
      }
    }
  }

  private func once(_ options: OpenAIOptions) async throws -> EmbeddingServiceError? {
    var options = options
    options.retryBudget = .zero
    return await #expect(throws: EmbeddingServiceError.self) {
      try await OpenAIEmbeddingProvider(options).embed(Self.texts)
    }
  }

  @Test(
    "is rejected if it is truncated",
    arguments: [
      "", "HTTP/1.1 200 OK\r\nContent-Ty",
      "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{",
      "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"dat",
      "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\n{\"d\"",
    ])
  func cut(answer: String) async throws {
    try await RawService.with(answer) { url in
      var options = OpenAIOptions()
      options.baseURL = url
      let error = try await once(options)
      #expect([.failed, .unreachable, .badAnswer].contains(error?.kind), "\(String(describing: error))")
    }
  }

  @Test("is rejected if it is not HTTP")
  func notHTTP() async throws {
    try await RawService.with("SSH-2.0-OpenSSH_9.2\r\n") { url in
      var options = OpenAIOptions()
      options.baseURL = url
      let error = try await once(options)
      #expect(error != nil)
    }
  }

  @Test("is not waited for longer than the timeout")
  func timeout() async throws {
    try await FakeService.with({ _ in
      try await Task.sleep(for: .seconds(3600))
      return nil
    }) { _, options in
      var options = options
      options.timeout = .milliseconds(200)
      let error = try await once(options)
      #expect(error?.kind == .failed && error?.message.contains("did not respond within") == true)
    }
  }

  @Test("is not waited for longer than the time limit of a search, including retries")
  func totalTimeout() async throws {
    try await FakeService.with({ _ in
      try await Task.sleep(for: .seconds(3600))
      return nil
    }) { service, options in
      var options = options
      options.timeout = .seconds(2)
      options.totalTimeout = .seconds(2)
      options.retryBudget = .seconds(3600)
      let error = try await once(options)
      #expect(error != nil)
      // A second request could not end within the limit. On a busy machine, even the first one may not arrive.
      #expect(service.asked.count <= 1)
    }
  }

  @Test("has a time limit of 5 seconds in a search, including retries")
  func searchLimit() throws {
    let settings = try Settings.load(
      flags: [:], environment: ["EMBEDDING_PROVIDER": "openai", "SEED_ENV": "test"], configDirectory: nil,
      keys: AnySettingKey.seeding + AnySettingKey.embedding)
    let options = OpenAIOptions.forSearch(settings)
    #expect(options.timeout == .seconds(5) && options.totalTimeout == .seconds(5))
  }

  @Test(
    "is reported as unreachable if there is no server",
    arguments: ["http://127.0.0.1:1/v1", "http://nobody.invalid/v1"])
  func unreachable(url: String) async throws {
    var options = OpenAIOptions()
    options.baseURL = url
    let error = try await once(options)
    #expect(
      error?.kind == .unreachable && error?.message.contains(url) == true, "\(String(describing: error))")
  }

  @Test("never reveals the API key, even if the service repeats it", arguments: [400, 401, 404, 429, 500])
  func key(status: Int) async throws {
    let key = "sk-canary-81c2-secret"
    try await FakeService.with({ _ in
      FakeService.refusal(status, "the key \(key) or its end \(key.suffix(8)) is not liked")
    }) { _, options in
      var options = options
      options.apiKey = Secret(key)
      let error = try #require(try await once(options))
      for text in ["\(error)", String(reflecting: error), "\(options)", String(reflecting: options)] {
        #expect(!text.contains("canary") && !text.contains("secret"), "\(text)")
      }
    }
  }

  @Test("is accepted over TLS only with a certificate of the system's authorities or of the configured file")
  func privateAuthority() async throws {
    try await TemporaryFolder.with { folder in
      let (certificate, key) = ("\(folder.path)/cert.pem", "\(folder.path)/key.pem")
      let made = try ChildProcess.start(
        "/usr/bin/openssl",
        [
          "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
          "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out",
          certificate,
        ], environment: [:])
      #expect(try await made.wait().exitCode == 0)
      try await ModelService.with(
        ["--model", "hash", "--certificate", certificate, "--key", key], python: "/usr/bin/python3"
      ) {
        url in
        var options = OpenAIOptions()
        (options.baseURL, options.model, options.dimensions) = (url, "hash", 384)
        let error = try await once(options)
        #expect(error?.kind == .misconfigured && error?.description.contains("EMBEDDING_CA_FILE") == true)
        options.caFile = certificate
        #expect(try await OpenAIEmbeddingProvider(options).vectors(for: Self.texts).count == 2)
        options.caFile = "\(folder.path)/missing.pem"
        #expect(try await once(options)?.kind == .misconfigured)
      }
    }
  }
}
