/// Why a provider's answer is not used. Nothing of it is stored.
public enum EmbeddingError: Error, Hashable, Sendable, CustomStringConvertible {
  /// There are more or fewer vectors than texts.
  case wrongCount(model: String, found: Int, expected: Int)
  /// A vector breaks the contract; the index is that of its text.
  case badVector(model: String, index: Int, EmbeddingFault)

  /// What was found, and what to do.
  public var description: String {
    switch self {
    case .wrongCount(let model, let found, let expected):
      "the embedding model '\(model)' answered \(expected) texts with \(found) vectors; none was stored. "
        + "Check that the provider is one for embeddings."
    case .badVector(let model, let index, let fault):
      "the embedding model '\(model)' answered text \(index + 1) with a vector of \(fault); nothing was stored."
    }
  }
}
