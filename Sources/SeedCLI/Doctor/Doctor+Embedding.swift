import Embeddings
import Postgres
import SeedKit
import TraceStore

extension Doctor {
  /// What makes vectors of texts: asked for one, whose form is checked.
  func embedding() async throws -> DoctorVerdict {
    let name = session.settings[.embeddingProvider]
    // Others will need a network and a key; this one needs neither.
    guard name == "local" else { return .skipped("no check is known for the provider '\(name)'") }
    let provider = LocalEmbeddingProvider()
    let vectors = try await provider.vectors(for: [.query("a deadlock between two transactions")])
    return .ok(
      "'\(provider.model.id)' (version \(provider.model.version)), works offline: "
        + "\(vectors.first?.components.count ?? 0) dimensions")
  }
}
