public import Postgres
import Threads
public import TraceStore

/// Remembers the vectors of the texts that were asked for last, and asks another provider for the rest.
///
/// For questions to a service, which takes tens of milliseconds and costs money: people ask the same again, and a page that
/// searches while one types asks for every word on the way. A provider's contract is that a text keeps its vector, so
/// nothing grows old. What fails is not remembered.
public struct CachedEmbeddingProvider: EmbeddingProvider {
  /// How many texts are remembered at least: at 6 KB a vector, 13 MB at the most.
  public static let usualCapacity = 1_000

  /// That of the provider.
  public var model: EmbeddingModel { provider.model }

  private let provider: any EmbeddingProvider
  private let capacity: Int
  private let cache = Lock(Generations())

  /// Two generations: the older one is dropped as a whole when the younger one is full, and what is asked for again before
  /// that becomes young. Nearly the order of use, without keeping one.
  private struct Generations {
    var young: [EmbeddingText: PostgresVector] = [:]
    var old: [EmbeddingText: PostgresVector] = [:]
  }

  /// Wraps a provider.
  ///
  /// - Parameter capacity: how many texts are remembered at least, at least 1; up to twice as many are.
  public init(_ provider: any EmbeddingProvider, capacity: Int = usualCapacity) {
    self.provider = provider
    self.capacity = max(1, capacity)
  }

  /// Takes what is remembered, and asks the provider once for all that is not.
  ///
  /// - Throws: what the provider's ``EmbeddingProvider/vectors(for:)`` throws.
  public func embed(_ texts: [EmbeddingText]) async throws -> [PostgresVector] {
    var vectors = texts.map(known)
    let missing = texts.indices.filter { vectors[$0] == nil }
    if !missing.isEmpty {
      for (index, vector) in zip(missing, try await provider.vectors(for: missing.map { texts[$0] })) {
        vectors[index] = vector
        remember(vector, of: texts[index])
      }
    }
    return vectors.compactMap(\.self)
  }

  private func known(_ text: EmbeddingText) -> PostgresVector? {
    cache.withLock { cache in
      if let vector = cache.young[text] { return vector }
      guard let vector = cache.old[text] else { return nil }
      insert(vector, of: text, into: &cache)
      return vector
    }
  }

  private func remember(_ vector: PostgresVector, of text: EmbeddingText) {
    cache.withLock { insert(vector, of: text, into: &$0) }
  }

  private func insert(_ vector: PostgresVector, of text: EmbeddingText, into cache: inout Generations) {
    if cache.young.count >= capacity {
      cache.old = cache.young
      cache.young = [:]
    }
    cache.young[text] = vector
  }
}
