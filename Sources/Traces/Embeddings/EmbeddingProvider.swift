public import Postgres
public import TraceStore

/// Computes embeddings of texts.
///
/// A provider must return one vector per text, in the order of the texts. Each vector must have
/// `TraceIndex.dimensions` components (1,536), all finite, and length 1. The same text must get the same vector for
/// as long as ``model`` is the same. Callers that store or compare vectors use ``vectors(for:)``, which checks this.
public protocol EmbeddingProvider: Sendable {
  /// The model and its version. Vectors of another version should be computed again.
  var model: EmbeddingModel { get }

  /// Computes the vectors.
  ///
  /// - Parameter texts: the texts; may be empty.
  /// - Returns: one vector per text, in the same order.
  /// - Throws: ``EmbeddingError``, or any other error if a vector cannot be computed.
  func embed(_ texts: [EmbeddingText]) async throws -> [PostgresVector]
}

extension EmbeddingProvider {
  /// Computes the vectors and checks them. One invalid vector rejects the whole result, because a search would find a
  /// vector that is zero, not finite or of another length never or always.
  ///
  /// - Throws: ``EmbeddingError``, and the errors of ``embed(_:)``.
  public func vectors(for texts: [EmbeddingText]) async throws -> [PostgresVector] {
    let vectors = try await embed(texts)
    guard vectors.count == texts.count else {
      throw EmbeddingError.wrongCount(model: model.id, found: vectors.count, expected: texts.count)
    }
    for (index, vector) in vectors.enumerated() {
      if let fault = EmbeddingFault(in: vector.components) {
        throw EmbeddingError.badVector(model: model.id, index: index, fault)
      }
    }
    return vectors
  }
}

/// The result of a provider is invalid. Nothing of it is stored.
public enum EmbeddingError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The numbers of vectors and texts differ.
  case wrongCount(model: String, found: Int, expected: Int)
  /// A vector is invalid; `index` is the position of its text.
  case badVector(model: String, index: Int, EmbeddingFault)

  /// What was found, and how to fix it.
  public var description: String {
    switch self {
    case .wrongCount(let model, let found, let expected):
      "the embedding model '\(model)' returned \(found) vectors for \(expected) texts; none was stored. "
        + "Check that it is an embedding model."
    case .badVector(let model, let index, let fault):
      "the embedding model '\(model)' returned an invalid vector for text \(index + 1): \(fault). Nothing was stored."
    }
  }
}
