public import Postgres
import Threads
public import TraceStore

/// Caches the vectors of recent texts and asks another provider for the rest.
///
/// Meant for search queries to an embedding service, where a request takes tens of milliseconds and costs money.
/// Queries repeat, and search-as-you-type sends every prefix. By the provider's contract a text always has the same
/// vector, so entries do not expire. Errors are not cached.
public struct CachedEmbeddingProvider: EmbeddingProvider {
  /// The default capacity, in texts. Up to twice as many are kept, which takes 13 MB at 6 KB per vector.
  public static let usualCapacity = 1_000

  /// The model of the wrapped provider.
  public var model: EmbeddingModel { provider.model }

  private let provider: any EmbeddingProvider
  private let capacity: Int
  private let cache = Lock(Generations())

  /// An approximate LRU cache in two generations. When the younger one is full, the older one is dropped. A hit in
  /// the older generation moves the entry to the younger one.
  private struct Generations {
    var young: [EmbeddingText: PostgresVector] = [:]
    var old: [EmbeddingText: PostgresVector] = [:]
  }

  /// Wraps a provider.
  ///
  /// - Parameter capacity: the minimum number of texts to keep, at least 1; up to twice as many are kept.
  public init(_ provider: any EmbeddingProvider, capacity: Int = usualCapacity) {
    self.provider = provider
    self.capacity = max(1, capacity)
  }

  /// Returns cached vectors and asks the provider for all missing ones in one call.
  ///
  /// - Throws: the errors of the provider's ``EmbeddingProvider/vectors(for:)``.
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
