/// The weighted counts of the terms of a text.
///
/// Counts are integers, so sums do not depend on the order of addition.
struct TermCounts {
  /// Counts of the terms with a dimension, by dimension.
  private(set) var known: [Int]
  /// Counts of the terms without a dimension, by hash.
  private(set) var other: [UInt64: Int] = [:]
  /// Counts of whole identifiers, by hash.
  private(set) var identifiers: [UInt64: Int] = [:]

  private let vocabulary: Vocabulary

  /// Creates empty counts.
  ///
  /// - Parameter vocabulary: the known words.
  init(vocabulary: Vocabulary) {
    self.vocabulary = vocabulary
    known = [Int](repeating: 0, count: vocabulary.weights.count)
  }

  /// Counts the words of a text.
  ///
  /// - Parameters:
  ///   - text: the text.
  ///   - weight: the weight of each occurrence.
  mutating func add(_ text: some StringProtocol, weight: Int) {
    WordReader.read(text) { unit, bytes in
      switch unit {
      case .identifier: identifiers[WordHash.of(bytes), default: 0] += weight
      case .word:
        let hash = WordHash.of(vocabulary.term(for: bytes))
        if let dimension = vocabulary.dimension(of: hash) {
          known[dimension] += weight
        } else {
          other[hash, default: 0] += weight
        }
      }
    }
  }
}

/// A hash of a word, the same on every machine and in every run.
enum WordHash {
  /// 64-bit FNV-1a (Fowler, Noll, Vo), followed by the finalizer of MurmurHash3, so that every bit depends on every
  /// byte.
  static func of(_ bytes: some Sequence<UInt8>) -> UInt64 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
    return mix(hash)
  }

  /// The finalizer of MurmurHash3.
  static func mix(_ hash: UInt64) -> UInt64 {
    var hash = hash
    hash = (hash ^ hash >> 33) &* 0xff51_afd7_ed55_8ccd
    hash = (hash ^ hash >> 33) &* 0xc4ce_b9fe_1a85_ec53
    return hash ^ hash >> 33
  }
}
