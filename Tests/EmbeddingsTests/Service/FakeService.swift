import Embeddings
import FoundationEssentials
import HTTPServer
import SeedKit
import Threads
import TraceStore

/// An embedding service with OpenAI's API in this process, controlled by a test.
final class FakeService: Sendable {
  /// A request that the service received.
  struct Asked: Sendable {
    /// Its number, from 1.
    let number: Int
    let texts: [String]
    let model: String?
    let dimensions: Int?
    let headers: HTTPHeaders
  }

  /// Replaces the response of the service; nil uses the normal one.
  typealias Script = @Sendable (Asked) async throws -> HTTPResponse?

  static let model = "fake-model"
  static let dimensions = 8
  /// The version of the vectors, which also contain words.
  static let version = "8+local\(EmbeddingModel.local.version)"

  private let script: Script
  private let requests = Lock<[Asked]>([])

  private init(script: @escaping Script) { self.script = script }

  /// All requests so far.
  var asked: [Asked] { requests.withLock { $0 } }

  /// The number of requests for each text.
  var textCounts: [String: Int] {
    asked.flatMap(\.texts).reduce(into: [:]) { $0[$1, default: 0] += 1 }
  }

  /// Starts a service, passes it with matching options to `body`, and stops it.
  static func with<Result>(
    _ script: @escaping Script = { _ in nil }, _ body: (FakeService, OpenAIOptions) async throws -> Result
  ) async throws -> Result {
    let service = FakeService(script: script)
    var serverOptions = HTTPServer.Options()
    serverOptions.port = 0
    serverOptions.bodyLimit = 64 << 20
    serverOptions.handlerDeadline = .seconds(600)
    let server = HTTPServer(options: serverOptions) { await service.respond(to: $0) }
    try server.start()
    var options = OpenAIOptions()
    options.baseURL = "http://127.0.0.1:\(server.port ?? 0)/v1"
    options.model = model
    options.dimensions = dimensions
    options.timeout = .seconds(120)
    do {
      let result = try await body(service, options)
      await server.stop(grace: .zero)
      return result
    } catch {
      await server.stop(grace: .zero)
      throw error
    }
  }

  private func respond(to request: HTTPRequest) async -> HTTPResponse {
    guard request.method == .post, request.path == "/v1/embeddings",
      let root = try? JSONParser.parse(request.body),
      let texts = try? root.member("input")?.value.array().map({ try $0.string() })
    else { return HTTPResponse(status: 404) }
    let asked = requests.withLock { requests in
      requests.append(
        Asked(
          number: requests.count + 1, texts: texts,
          model: try? root.member("model")?.value.string(),
          dimensions: try? root.member("dimensions")?.value.int(), headers: request.headers))
      return requests[requests.count - 1]
    }
    do {
      return try await script(asked) ?? Self.answer(asked.texts.map(Self.vector))
    } catch {
      return HTTPResponse(status: 500, text: "\(error)")
    }
  }

  /// The vector of a text. The same text has the same vector.
  static func vector(_ text: String) -> [Double] {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    return (0..<dimensions).map { _ in
      for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
      return Double(hash >> 40) / Double(1 << 24) - 0.5
    }
  }

  /// A valid response whose entries are not in the order of the texts.
  static func answer(_ vectors: [[Double]]) -> HTTPResponse {
    json(entries(vectors.enumerated().map { ($0, "\($1)") }.reversed()))
  }

  /// A response with these entries: an index and a JSON array.
  static func entries(_ entries: [(Int, String)]) -> String {
    let data = entries.map { #"{"object": "embedding", "index": \#($0), "embedding": \#($1)}"# }
    return #"{"object": "list", "data": [\#(data.joined(separator: ", "))], "model": "m"}"#
  }

  static func json(_ text: String, status: Int = 200, headers: HTTPHeaders = [:]) -> HTTPResponse {
    HTTPResponse(status: status, headers: headers, text: text, contentType: "application/json")
  }

  /// An error in OpenAI's format.
  static func refusal(_ status: Int, _ message: String, headers: HTTPHeaders = [:]) -> HTTPResponse {
    json(#"{"error": {"message": "\#(message)", "type": "error"}}"#, status: status, headers: headers)
  }
}

/// A server that sends fixed bytes and closes the connection, like a failing service.
enum RawService {
  /// Starts a server that sends these bytes on each connection, passes its URL to `body`, and stops it.
  static func with<Result>(
    _ answer: String, _ body: (String) async throws -> Result
  ) async throws -> Result {
    let listener = try RawListener()
    try listener.serve(Array(answer.utf8))
    do {
      let result = try await body("http://127.0.0.1:\(listener.port)/v1")
      listener.stop()
      return result
    } catch {
      listener.stop()
      throw error
    }
  }
}
