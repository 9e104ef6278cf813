import Embeddings
import Postgres
import SeedKit
import TraceStore

extension Doctor {
  /// What makes vectors of texts: asked for one, whose form it checks itself.
  func embedding() async throws -> DoctorVerdict {
    do {
      let provider = try EmbeddingProviders.make(session.settings, for: .questions)
      let vectors = try await provider.vectors(for: [.query("a deadlock between two transactions")])
      let how = provider is LocalEmbeddingProvider ? "works offline" : "answers"
      return .ok(
        "'\(provider.model.id)' (version \(provider.model.version)), \(how): "
          + "\(vectors.first?.components.count ?? 0) dimensions")
    } catch let error as EmbeddingServiceError {
      return .failure(
        error.message,
        remedy: error.remedy
          ?? "look at EMBEDDING_BASE_URL and the other EMBEDDING_ variables, and at the service")
    }
  }
}
