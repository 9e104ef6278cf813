import Postgres
import SeedKit
import TraceStore

/// A response of the service, before validation.
struct OpenAIResponse {
  private let entries: [(index: Int, embedding: [JSONNode])]
  private let count: Int
  private let dimensions: Int
  private let asks: Bool
  private let service: String

  /// Parses a response.
  ///
  /// - Parameters:
  ///   - count: the number of texts in the request.
  ///   - dimensions: the expected dimensions of each vector.
  ///   - asks: whether the request included `dimensions`.
  ///   - service: the name of the service in errors.
  /// - Throws: ``EmbeddingServiceError`` if the response has an unexpected form.
  init(_ response: HTTPClientResponse, count: Int, dimensions: Int, asks: Bool, service: String) throws {
    self.count = count
    self.dimensions = dimensions
    self.asks = asks
    self.service = service
    let type = response.contentType.prefix { $0 != ";" }.lowercased().filter { $0 != " " }
    guard type == "application/json" else {
      throw Self.bad(service, "a response of type '\(type.prefix(60))', expected application/json")
    }
    do {
      let root = try JSONParser.parse(response.body, limits: .init(depth: 16, stringSize: 1 << 20))
      guard let data = try root.member("data") else { throw Self.bad(service, "a response without 'data'") }
      entries = try data.value.array().map { entry in
        guard let index = try entry.member("index"), let embedding = try entry.member("embedding") else {
          throw Self.bad(service, "an embedding without 'index' or 'embedding'")
        }
        return (try index.value.int(), try embedding.value.array())
      }
    } catch let error as JSONParseError {
      throw Self.bad(service, "a response that is not JSON (line \(error.position))")
    } catch let error as JSONFault {
      throw Self.bad(service, "unexpected JSON (line \(error.position): expected \(error.expected))")
    }
  }

  /// The vectors in the order of the texts, padded with zeros and scaled to length 1.
  ///
  /// - Throws: ``EmbeddingServiceError``, or ``EmbeddingError`` if a vector is invalid.
  func vectors(model: EmbeddingModel) throws -> [PostgresVector] {
    guard entries.count == count else {
      throw Self.bad(service, "\(entries.count) embedding\(entries.count == 1 ? "" : "s") for \(count) texts")
    }
    var vectors = [PostgresVector?](repeating: nil, count: count)
    for (index, embedding) in entries {
      guard vectors.indices.contains(index) else {
        throw Self.bad(service, "an embedding with index \(index) for \(count) texts")
      }
      guard vectors[index] == nil else { throw Self.bad(service, "two embeddings with index \(index)") }
      guard embedding.count == dimensions else { throw wrongDimensions(embedding.count) }
      vectors[index] = try Self.vector(embedding, model: model, index: index)
    }
    return vectors.compactMap(\.self)
  }

  private static func vector(
    _ numbers: [JSONNode], model: EmbeddingModel, index: Int
  ) throws -> PostgresVector {
    var components: [Double] = []
    components.reserveCapacity(numbers.count)
    for node in numbers {
      guard case .number(let literal) = node.value, let number = Double(literal) else {
        throw EmbeddingError.badVector(model: model.id, index: index, .notNumbers(node.kindDescription))
      }
      components.append(number)
    }
    let norm = components.reduce(0) { $0 + $1 * $1 }.squareRoot()
    guard norm.isFinite else {
      throw EmbeddingError.badVector(
        model: model.id, index: index, .notFinite(max(1, components.count { !$0.isFinite })))
    }
    guard norm > 0 else { throw EmbeddingError.badVector(model: model.id, index: index, .zero) }
    let padding = [Float](repeating: 0, count: TraceIndex.dimensions - components.count)
    return PostgresVector(components.map { Float($0 / norm) } + padding)
  }

  private func wrongDimensions(_ found: Int) -> EmbeddingServiceError {
    let fix =
      switch found {
      case 1...TraceIndex.dimensions:
        "set EMBEDDING_DIMENSIONS=\(found) if the model has that many dimensions"
      case _ where asks:
        "the model cannot shorten its embeddings; choose one with at most \(TraceIndex.dimensions) dimensions"
      default:
        "choose a model with at most \(TraceIndex.dimensions) dimensions, or set EMBEDDING_ASK_FOR_DIMENSIONS=true "
          + "if the model can shorten its embeddings"
      }
    return EmbeddingServiceError(
      .misconfigured, "\(service) returned embeddings with \(found) dimensions, expected \(dimensions)",
      fix: fix)
  }

  private static func bad(_ service: String, _ what: String) -> EmbeddingServiceError {
    EmbeddingServiceError(
      .badAnswer, "\(service) returned \(what)",
      fix: "check that EMBEDDING_BASE_URL is the base URL of an OpenAI-compatible API")
  }
}
