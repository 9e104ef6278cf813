/// How often the terms of a text occur in it.
///
/// Whole numbers all the way: sums come out the same in whatever order they are added.
struct TermCounts {
  /// By dimension, the terms that have one.
  private(set) var known: [Int]
  /// By hash, the terms that have none.
  private(set) var other: [UInt64: Int] = [:]
  /// By hash, the identifiers as a whole.
  private(set) var identifiers: [UInt64: Int] = [:]

  private let vocabulary: Vocabulary
  private let takesStopWords: Bool

  /// Whether nothing was counted.
  var isEmpty: Bool { other.isEmpty && identifiers.isEmpty && known.allSatisfy { $0 == 0 } }

  /// Makes counts of nothing.
  ///
  /// - Parameters:
  ///   - vocabulary: what is known of words.
  ///   - takesStopWords: whether words count that say nothing; for texts of nothing else.
  init(vocabulary: Vocabulary, takesStopWords: Bool = false) {
    self.vocabulary = vocabulary
    self.takesStopWords = takesStopWords
    known = [Int](repeating: 0, count: vocabulary.weights.count)
  }

  /// Counts the words of a text.
  ///
  /// - Parameters:
  ///   - text: the text.
  ///   - weight: for how many each occurrence counts.
  mutating func add(_ text: some StringProtocol, weight: Int) {
    WordReader.read(text) { unit, bytes in
      switch unit {
      case .identifier: identifiers[WordHash.of(bytes), default: 0] += weight
      case .word:
        guard let term = vocabulary.term(for: bytes) ?? (takesStopWords ? bytes : nil) else { return }
        let hash = WordHash.of(term)
        if let dimension = vocabulary.dimension(of: hash) {
          known[dimension] += weight
        } else {
          other[hash, default: 0] += weight
        }
      }
    }
  }
}
