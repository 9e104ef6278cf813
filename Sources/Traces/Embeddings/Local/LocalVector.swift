import Postgres
import TraceStore

/// The components of a vector of the local model before they are brought to length 1.
struct LocalVector {
  /// 1,536
  static let dimensions = TraceIndex.dimensions
  /// Dimensions behind those of the known words: two places of each other word lie in a half each.
  private static let half = (dimensions - Vocabulary.size) / 2

  private var components = [Int](repeating: 0, count: Self.dimensions)

  /// Makes a vector of zeros.
  init() {}

  /// Weighs the terms of a text.
  init(_ counts: TermCounts, of text: EmbeddingText, _ vocabulary: Vocabulary) {
    switch text {
    case .document: addDocument(counts)
    case .query: addQuery(counts, vocabulary)
    }
  }

  /// What a count adds approaches one, and is half of that at this count.
  private static let halfCount = 5
  /// One, in the weights of a document.
  private static let one = 65_536

  private mutating func addDocument(_ counts: TermCounts) {
    func weight(_ count: Int) -> Int { count * Self.one / (count + Self.halfCount) }
    for (dimension, count) in counts.known.enumerated() where count > 0 {
      components[dimension] += weight(count)
    }
    // Half in each of two places: together 0.7 of what a known word has, because others are there too.
    for (term, count) in counts.other { scatter(term, weight(count) / 2) }
    for (name, count) in counts.identifiers { scatter(Self.apart(name), weight(count) / 4) }
  }

  /// What a word that no list knows weighs in a question: like one that occurs in four of 243 traces.
  private static let otherWeight = 2 * Vocabulary.unit

  private mutating func addQuery(_ counts: TermCounts, _ vocabulary: Vocabulary) {
    // A question seldom repeats a word, and means nothing by it.
    for (dimension, count) in counts.known.enumerated() where count > 0 {
      components[dimension] += vocabulary.weights[dimension]
    }
    // 1 / sqrt(2) in each of two places.
    for term in counts.other.keys { scatter(term, Self.otherWeight * 181 / 256) }
    for name in counts.identifiers.keys { scatter(Self.apart(name), Self.otherWeight * 181 / 512) }
  }

  /// Adds a weight in two places, with signs, as the bits of a hash say.
  mutating func scatter(_ hash: UInt64, _ weight: Int) {
    let half = UInt64(Self.half)
    let first = Vocabulary.size + Int(truncatingIfNeeded: hash % half)
    let second = Vocabulary.size + Self.half + Int(truncatingIfNeeded: (hash >> 20) % half)
    components[first] += hash >> 40 & 1 == 0 ? weight : -weight
    components[second] += hash >> 41 & 1 == 0 ? weight : -weight
  }

  /// An identifier's hash where it is not to meet that of the same letters as a word.
  private static func apart(_ hash: UInt64) -> UInt64 { WordHash.mix(hash) }

  /// The vector of length 1; nil if all is zero: nothing was added, or what was added cancels out.
  var normalized: PostgresVector? {
    // In the order of the dimensions, so that it rounds alike everywhere.
    let square = components.reduce(0.0) { $0 + Double($1) * Double($1) }
    guard square > 0 else { return nil }
    let length = square.squareRoot()
    return PostgresVector(components.map { Float(Double($0) / length) })
  }
}
