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

/// A word's number, the same on every machine and in every run.
enum WordHash {
  /// FNV-1a of 64 bits (Fowler, Noll, Vo), with the last step of MurmurHash3 so that every bit depends
  /// on every byte.
  static func of(_ bytes: some Sequence<UInt8>) -> UInt64 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
    return mix(hash)
  }

  /// That last step.
  static func mix(_ hash: UInt64) -> UInt64 {
    var hash = hash
    hash = (hash ^ hash >> 33) &* 0xff51_afd7_ed55_8ccd
    hash = (hash ^ hash >> 33) &* 0xc4ce_b9fe_1a85_ec53
    return hash ^ hash >> 33
  }
}
