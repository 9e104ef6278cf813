public import Postgres
public import TraceStore

/// The model that needs nothing: no network, no key, nothing to fetch. It is **lexical**: it finds texts
/// that share words with the question, not texts that mean the same in other words.
///
/// Each word is counted by its stem, related words as one. The 1,024 most common words of the built-in
/// traces have a dimension each; all others share the remaining 512, each in two places and with signs
/// given by its hash, so that where two fall together they disturb search little (Weinberger and others,
/// "Feature hashing for large scale multitask learning", 2009). In a document a word's weight grows ever
/// more slowly with its count, as in BM25 (Robertson and Zaragoza, "The probabilistic relevance
/// framework", 2009); a word of the title counts for three, one of a code block for half. How rare a
/// word is weighs in the question only, as `lnc.ltc` of the SMART system does it (Salton and Buckley,
/// 1988), so that a document's vector stays as it is when other documents come.
///
/// The same text has the same bits on every machine: everything is a whole number but one square root
/// and one division, which IEEE 754 defines to the last bit. (Beyond ASCII, which letters have a lower
/// case is what Unicode says in the version that Swift was built with.)
public struct LocalEmbeddingProvider: EmbeddingProvider {
  /// `EmbeddingModel.local`
  public let model = EmbeddingModel.local

  /// Makes the provider. The word lists are read on first use, which takes about a millisecond.
  public init() {}

  /// Makes the vectors. Never fails: a text without any word has a vector as well, which only the same
  /// text has.
  public func embed(_ texts: [EmbeddingText]) async throws -> [PostgresVector] {
    texts.map(vector)
  }

  /// Makes one vector, at once: a question takes some microseconds, a trace some hundred.
  public func vector(for text: EmbeddingText) -> PostgresVector {
    let vocabulary = Vocabulary.builtIn
    for takesStopWords in [false, true] {
      var counts = TermCounts(vocabulary: vocabulary, takesStopWords: takesStopWords)
      counts.add(text)
      if let vector = LocalVector(counts, of: text, vocabulary).normalized { return vector }
    }
    var vector = LocalVector()
    vector.scatter(WordHash.of(text.plain.utf8), 1)
    return vector.normalized ?? PostgresVector([1] + [Float](repeating: 0, count: LocalVector.dimensions - 1))
  }
}

extension TermCounts {
  /// How much an occurrence counts, by where it stands.
  private enum Weight {
    static let title = 6
    static let prose = 2
    static let code = 1
  }

  /// Counts the words of a text, by where they stand.
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
