import Embeddings
import FoundationEssentials
import Postgres
import SeedKit
import Testing
import TraceStore

@Suite("A real model behind a real service")
struct RealModelTests {
  @Test("embeds texts with the same meaning close to each other, even without common words")
  func meaning() async throws {
    try await ModelService.with(variables: ["EMBEDDING_API_KEY": "a-key"]) { url in
      var options = OpenAIOptions()
      (options.baseURL, options.model, options.dimensions) = (url, "all-MiniLM-L6-v2", 384)
      let wrong = try OpenAIEmbeddingProvider(options)
      await #expect(throws: EmbeddingServiceError.self) { try await wrong.embed([.query("x")]) }
      options.apiKey = .init("a-key")
      options.batchSize = 2
      let vectors = try await OpenAIEmbeddingProvider(options).vectors(for: [
        .query("My dog is ill and does not eat."), .query("A sick puppy refuses its food."),
        .query("How do I center a div in CSS?"),
      ]).map(\.components)
      func cosine(_ left: [Float], _ right: [Float]) -> Float { zip(left, right).map(*).reduce(0, +) }
      #expect(cosine(vectors[0], vectors[1]) > 0.5)
      #expect(cosine(vectors[0], vectors[2]) < 0.2)
    }
  }
}
