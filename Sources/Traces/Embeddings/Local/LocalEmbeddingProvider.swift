public import Postgres
public import TraceStore

/// The built-in model. It needs no network, no key and no download. It is **lexical**: it finds texts that share
/// words with the query, not texts that say the same in other words.
///
/// Words are counted by stem, and related words count as one. No word is ignored, since `after` or `without` tell
/// questions apart; the most common ones have a low weight. The 1,024 most common words of the built-in traces have
/// one dimension each. All other words share the remaining 512 dimensions. The hash of a word assigns it two of them,
/// each with a sign, so that collisions affect search little (Weinberger and others, "Feature hashing for large scale
/// multitask learning", 2009).
///
/// In a document, the weight of a word grows with its count but saturates, as in BM25 (Robertson and Zaragoza, "The
/// probabilistic relevance framework", 2009). A word in the title counts five times, a word in a code block a quarter.
/// The inverse document frequency is applied to queries only (`lnc.ltc` in the SMART notation, Salton and Buckley,
/// 1988), so that adding documents does not change the vectors of existing ones.
///
/// A text has the same vector, bit by bit, on every machine. The computation uses integers, except for one square
/// root and one division, whose results IEEE 754 defines exactly. (Beyond ASCII, lowercasing depends on the Unicode
/// version of the Swift toolchain.)
public struct LocalEmbeddingProvider: EmbeddingProvider {
  /// The model `EmbeddingModel.local`.
  public let model = EmbeddingModel.local

  /// Creates the provider. The word lists are read on first use, which takes about a millisecond.
  public init() {}

  /// Computes the vectors. Never throws: a text without any word gets a vector that only the same text has.
  public func embed(_ texts: [EmbeddingText]) async throws -> [PostgresVector] {
    texts.map(vector)
  }

  /// Computes one vector synchronously. A query takes a few microseconds, a trace some hundred.
  public func vector(for text: EmbeddingText) -> PostgresVector {
    let vocabulary = Vocabulary.builtIn
    var counts = TermCounts(vocabulary: vocabulary)
    counts.add(text)
    if let vector = LocalVector(counts, of: text, vocabulary).normalized { return vector }
    var vector = LocalVector()
    vector.scatter(WordHash.of(text.plain.utf8), 1)
    return vector.normalized ?? PostgresVector([1] + [Float](repeating: 0, count: LocalVector.dimensions - 1))
  }
}

extension TermCounts {
  /// The weight of an occurrence by its position.
  private enum Weight {
    static let title = 20
    static let prose = 4
    static let code = 1
  }

  /// Counts the words of a text, weighted by position.
  fileprivate mutating func add(_ text: EmbeddingText) {
    switch text {
    case .query(let query): add(query, weight: 1)
    case .document(let title, let body):
      add(title, weight: Weight.title)
      var isCode = false
      for line in body.utf8.split(separator: UInt8(ascii: "\n")) {
        let line = Substring(line)
        if line.hasPrefix("```") {
          isCode.toggle()
        } else {
          add(line, weight: isCode ? Weight.code : Weight.prose)
        }
      }
    }
  }
}
