import Embeddings
import Postgres
import Testing
import TraceStore

@Suite("Words in the free dimensions of a model")
struct HybridEmbeddingTests {
  /// A model for which all texts mean the same.
  private struct Dull: EmbeddingProvider {
    let model = EmbeddingModel(id: "dull", version: "7")
    var dimensions = 384

    func embed(_ texts: [EmbeddingText]) async throws -> [PostgresVector] {
      let component = 1 / Float(dimensions).squareRoot()
      return texts.map { _ in
        PostgresVector(
          [Float](repeating: component, count: dimensions) + [Float](repeating: 0, count: 1536 - dimensions))
      }
    }
  }

  private static let texts: [EmbeddingText] = [
    .query("asyncpg closes the connection in a transaction"),
    .document(title: "asyncpg: connection is closed", body: "A transaction was open."),
    .document(title: "CSS grid overflows", body: "The column has a minimum width."),
  ]

  private static func cosine(_ left: PostgresVector, _ right: PostgresVector) -> Double {
    zip(left.components, right.components).map { Double($0) * Double($1) }.reduce(0, +)
  }

  @Test("the cosine is the mean of the cosines of the model and of the words", arguments: [1, 384, 1_024])
  func mean(dimensions: Int) async throws {
    let hybrid = try await HybridEmbeddingProvider(Dull(dimensions: dimensions), dimensions: dimensions)
      .vectors(for: Self.texts)
    let words = try await LocalEmbeddingProvider().vectors(for: Self.texts)
    for (left, right) in [(0, 1), (0, 2), (1, 2)] {
      let expected = (1 + Self.cosine(words[left], words[right])) / 2
      // Folded words share dimensions.
      #expect(abs(Self.cosine(hybrid[left], hybrid[right]) - expected) < 0.1)
    }
  }

  @Test("the components of the model keep their proportions")
  func modelPart() async throws {
    let hybrid = try await HybridEmbeddingProvider(Dull(), dimensions: 384).vectors(for: Self.texts)
    let own = try await Dull().vectors(for: Self.texts)
    for (both, one) in zip(hybrid, own) {
      let part = zip(both.components, one.components).prefix(384)
      #expect(part.allSatisfy { abs($0 - $1 * Float(0.5).squareRoot()) < 1e-6 })
    }
  }

  @Test(
    "a model with more than 1,024 dimensions keeps its vectors and its version", arguments: [1_025, 1_536])
  func noRoom(dimensions: Int) async throws {
    let model = Dull(dimensions: dimensions)
    let provider = HybridEmbeddingProvider(model, dimensions: dimensions)
    #expect(try await provider.embed(Self.texts) == model.embed(Self.texts))
    #expect(provider.model == model.model)
  }

  @Test("the version has those of both models, so that a new version of either replaces the vectors")
  func version() {
    let provider = HybridEmbeddingProvider(Dull(), dimensions: 384)
    #expect(provider.model == EmbeddingModel(id: "dull", version: "7+local\(EmbeddingModel.local.version)"))
  }

  @Test("a text without words has a valid vector")
  func noWords() async throws {
    let provider = HybridEmbeddingProvider(Dull(), dimensions: 384)
    #expect(try await provider.vectors(for: [.query(""), .query("…"), .query("the")]).count == 3)
  }
}
