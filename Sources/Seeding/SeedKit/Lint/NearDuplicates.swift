/// Finds texts that say the same thing in nearly the same words.
///
/// Uses two measures, each the Jaccard index |A ∩ B| / |A ∪ B| of Broder, "On the resemblance and containment of
/// documents" (1997): over the words of titles, and over sequences of five words (shingles) of texts. It looks up
/// shared sequences instead of comparing all pairs, so the time grows with the number of texts and of shared
/// sequences.
package struct NearDuplicates {
  /// A pair of documents.
  struct Pair: Hashable {
    /// The index of the earlier document.
    let first: Int
    /// The index of the later document.
    let second: Int
    /// The similar part: `title` or `text`.
    let field: String
    /// The Jaccard index, 0 to 1.
    let similarity: Double
  }

  /// The similarity from which titles are reported. Two titles of seven words that differ in one word reach it.
  static let titleLimit = 0.75
  /// The similarity from which texts are reported. Independent texts about one subject stay below 0.05.
  static let textLimit = 0.2
  private static let shingleLength = 5

  /// The pairs above the limits, ordered by the later document.
  static func find(in documents: [FixtureInspection.Document]) -> [Pair] {
    let titles = documents.map { Set(words($0.title)) }
    let texts = documents.map { shingles(words($0.text)) }
    let pairs =
      pairs(of: titles, field: "title", limit: titleLimit) + pairs(of: texts, field: "text", limit: textLimit)
    return pairs.sorted { ($0.second, $0.first, $0.field) < ($1.second, $1.first, $1.field) }
  }

  /// The similarity of two texts, 0 to 1: the Jaccard index of their sequences of five words.
  package static func similarity(_ one: String, _ other: String) -> Double {
    let (one, other) = (shingles(words(one)), shingles(words(other)))
    let shared = one.intersection(other).count
    let all = one.count + other.count - shared
    return all == 0 ? 0 : Double(shared) / Double(all)
  }

  private static func pairs(of sets: [Set<UInt64>], field: String, limit: Double) -> [Pair] {
    var owners: [UInt64: [Int]] = [:]
    var found: [Pair] = []
    for (second, features) in sets.enumerated() {
      var shared: [Int: Int] = [:]
      for feature in features {
        for first in owners[feature, default: []] { shared[first, default: 0] += 1 }
        owners[feature, default: []].append(second)
      }
      for (first, count) in shared {
        let similarity = Double(count) / Double(sets[first].count + features.count - count)
        guard similarity >= limit else { continue }
        found.append(Pair(first: first, second: second, field: field, similarity: similarity))
      }
    }
    return found
  }

  private static func shingles(_ words: [UInt64]) -> Set<UInt64> {
    guard words.count > shingleLength else {
      return words.isEmpty ? [] : [words.reduce(FNV.basis, FNV.mix)]
    }
    return Set(
      (0...(words.count - shingleLength)).map { start in
        words[start..<(start + shingleLength)].reduce(FNV.basis, FNV.mix)
      })
  }

  /// A hash for each word: a sequence of letters and digits, with ASCII letters in lower case.
  private static func words(_ text: String) -> [UInt64] {
    var result: [UInt64] = []
    var hash = FNV.basis
    var isInWord = false
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "A")...UInt8(ascii: "Z"): hash = FNV.mix(hash, byte | 0x20)
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), 0x80...:
        hash = FNV.mix(hash, byte)
      default:
        if isInWord { result.append(hash) }
        hash = FNV.basis
        isInWord = false
        continue
      }
      isInWord = true
    }
    if isInWord { result.append(hash) }
    return result
  }
}

/// 64-bit FNV-1a: http://www.isthe.com/chongo/tech/comp/fnv/
private enum FNV {
  static let basis: UInt64 = 0xcbf2_9ce4_8422_2325
  private static let prime: UInt64 = 0x100_0000_01b3

  static func mix(_ hash: UInt64, _ byte: UInt8) -> UInt64 { (hash ^ UInt64(byte)) &* prime }

  static func mix(_ hash: UInt64, _ word: UInt64) -> UInt64 {
    (0..<8).reduce(hash) { mix($0, UInt8(truncatingIfNeeded: word >> (UInt64($1) * 8))) }
  }
}
