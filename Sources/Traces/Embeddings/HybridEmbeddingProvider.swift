public import Postgres
public import TraceStore

/// Searches by meaning and by words: the dimensions that the model of another provider leaves free hold the vector of
/// the local model, folded.
///
/// A sentence-embedding model recognizes what a text means and hardly represents rare words and names. The local model
/// counts them. The cosine of two vectors is the mean of both models' cosines, so the index and the statement of a search
/// stay the same. `Benchmarks/retrieval` shows what it gains.
public struct HybridEmbeddingProvider: EmbeddingProvider {
  /// With fewer free dimensions, words share so many that the result is hardly better than without.
  static let leastFree = 512

  /// The model of the wrapped provider. If words were added, the version also has the version of the local model.
  public let model: EmbeddingModel

  private let provider: any EmbeddingProvider
  private let words = LocalEmbeddingProvider()
  /// The number of dimensions that the wrapped model uses.
  private let used: Int
  private var free: Int { TraceIndex.dimensions - used }

  /// Wraps a provider. Vectors of models with more than 1,024 dimensions stay as they are.
  ///
  /// - Parameters:
  ///   - provider: its vectors have zeros after the dimensions of the model.
  ///   - dimensions: the dimensions of the model, 1 to 1,536.
  public init(_ provider: any EmbeddingProvider, dimensions: Int) {
    self.provider = provider
    used = dimensions
    let base = provider.model
    model =
      TraceIndex.dimensions - dimensions < Self.leastFree
      ? base : EmbeddingModel(id: base.id, version: "\(base.version)+local\(EmbeddingModel.local.version)")
  }

  /// Computes both vectors of each text.
  ///
  /// - Throws: the errors of the provider's ``EmbeddingProvider/vectors(for:)``.
  public func embed(_ texts: [EmbeddingText]) async throws -> [PostgresVector] {
    let vectors = try await provider.vectors(for: texts)
    guard free >= Self.leastFree else { return vectors }
    return zip(vectors, texts).map { vector, text in
      guard let words = LocalVector.fold(words.vector(for: text), to: free) else { return vector }
      return PostgresVector((vector.components.prefix(used) + words).map { $0 * Float(0.5).squareRoot() })
    }
  }
}
