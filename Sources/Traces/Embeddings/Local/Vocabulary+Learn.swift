import Glibc

extension Vocabulary {
  /// Determines the most common words of the documents and their query weights. Returns the contents of
  /// `word-weights.txt`.
  ///
  /// The weight is the square root of the inverse document frequency of BM25, ln(1 + (N - n + 0.5) / (n + 0.5)) for a
  /// word in n of N documents. The square root gave better results in `Benchmarks/retrieval` than the plain value.
  package static func learn(from documents: [EmbeddingText]) -> String {
    var frequencies: [[UInt8]: Int] = [:]
    for document in documents {
      var terms: Set<[UInt8]> = []
      WordReader.read(document.plain) { unit, bytes in
        if unit == .word, let term = builtIn.term(for: bytes) { terms.insert(term) }
      }
      for term in terms { frequencies[term, default: 0] += 1 }
    }
    let words = frequencies.map { (word: String(decoding: $0.key, as: UTF8.self), count: $0.value) }
      .sorted { ($1.count, $0.word) < ($0.count, $1.word) }
      .prefix(size)
    let weights = words.map { word -> (weight: Int, word: String) in
      let without = Double(documents.count - word.count)
      let rarity = log(1 + (without + 0.5) / (Double(word.count) + 0.5))
      return (Int((Double(unit) * rarity.squareRoot()).rounded()), word.word)
    }
    let lines = Dictionary(grouping: weights, by: \.weight).sorted { $0.key < $1.key }
      .map { "\($0.key) \($0.value.map(\.word).sorted().joined(separator: " "))" }
    return """
      # The \(size) most common words of \(documents.count) traces, by stem: a weight in a question, 64 for 1, and the
      # words that have it. Learnt by Scripts/word-weights. The order gives the dimensions, so another file
      # is another version of the model.
      \(lines.joined(separator: "\n"))

      """
  }

  /// The share of the words with a dimension that are not among the most common words of other documents.
  package static func drift(to documents: [EmbeddingText]) -> Double {
    let now = Vocabulary(stopWords: "", relatedWords: "", wordWeights: learn(from: documents))
    return Double(now.dimensions.keys.count { builtIn.dimension(of: $0) == nil }) / Double(size)
  }
}
