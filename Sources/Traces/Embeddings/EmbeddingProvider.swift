public import Postgres
public import TraceStore

/// Turns texts into vectors.
///
/// The contract: each vector has `TraceIndex.dimensions` components (1,536), all finite, and length 1;
/// there is one for each text, in the order of the texts; the same text gives the same vector for as
/// long as ``model`` is the same. Callers who keep or compare vectors ask through
/// ``vectors(for:)``, which holds a provider to it.
public protocol EmbeddingProvider: Sendable {
  /// By which model. Another version means that vectors made before should be made again.
  var model: EmbeddingModel { get }

  /// Makes the vectors.
  ///
  /// - Parameter texts: the texts; none is a valid call with an empty answer.
  /// - Returns: a vector for each text, in the same order.
  /// - Throws: ``EmbeddingError``, or whatever else keeps the provider from an answer to all of them.
  func embed(_ texts: [EmbeddingText]) async throws -> [PostgresVector]
}

extension EmbeddingProvider {
  /// Asks the provider and refuses an answer that breaks the contract, as a whole: a vector of
  /// another length, not finite or zero would be found by no search, or by every one.
  ///
  /// - Throws: ``EmbeddingError``; what ``embed(_:)`` throws.
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
      "the embedding model '\(model)' returned \(found) vectors for \(expected) texts; none was stored. "
        + "Check that it is an embedding model."
    case .badVector(let model, let index, let fault):
      "the embedding model '\(model)' returned an invalid vector for text \(index + 1): \(fault). Nothing was stored."
    }
  }
}
