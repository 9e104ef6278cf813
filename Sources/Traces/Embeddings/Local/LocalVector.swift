import Postgres
import TraceStore

/// The components of a vector of the local model before normalization.
struct LocalVector {
  /// 1,536
  static let dimensions = TraceIndex.dimensions
  /// The dimensions after those of the known words form two halves. Every other word has one place in each half.
  private static let half = (dimensions - Vocabulary.size) / 2

  private var components = [Int](repeating: 0, count: Self.dimensions)

  /// Creates a zero vector.
  init() {}

  /// Computes the weights of the terms of a text.
  init(_ counts: TermCounts, of text: EmbeddingText, _ vocabulary: Vocabulary) {
    switch text {
    case .document: addDocument(counts)
    case .query: addQuery(counts, vocabulary)
    }
  }

  /// The weight of a count saturates at one. At this count it is one half.
  private static let halfCount = 20
  /// The fixed-point value of one in document weights.
  private static let one = 65_536

  private mutating func addDocument(_ counts: TermCounts) {
    func weight(_ count: Int) -> Int { count * Self.one / (count + Self.halfCount) }
    for (dimension, count) in counts.known.enumerated() where count > 0 {
      components[dimension] += weight(count)
    }
    // Half the weight in each of two places. The total is 0.7 of a known word's weight, because other words share the
    // places.
    for (term, count) in counts.other { scatter(term, weight(count) / 2) }
    for (name, count) in counts.identifiers { scatter(Self.apart(name), weight(count) / 4) }
  }

  /// The query weight of a word without a dimension, about that of a word in four of 243 documents.
  private static let otherWeight = 2 * Vocabulary.unit

  private mutating func addQuery(_ counts: TermCounts, _ vocabulary: Vocabulary) {
    // Counts are ignored, because a word repeated in a query has no special meaning.
    for (dimension, count) in counts.known.enumerated() where count > 0 {
      components[dimension] += vocabulary.weights[dimension]
    }
    // 181 / 256 is 1 / sqrt(2), for each of two places.
    for term in counts.other.keys { scatter(term, Self.otherWeight * 181 / 256) }
    for name in counts.identifiers.keys { scatter(Self.apart(name), Self.otherWeight * 181 / 512) }
  }

  /// Adds a weight in two places. The bits of the hash choose the places and the signs.
  mutating func scatter(_ hash: UInt64, _ weight: Int) {
    let half = UInt64(Self.half)
    let first = Vocabulary.size + Int(truncatingIfNeeded: hash % half)
    let second = Vocabulary.size + Self.half + Int(truncatingIfNeeded: (hash >> 20) % half)
    components[first] += hash >> 40 & 1 == 0 ? weight : -weight
    components[second] += hash >> 41 & 1 == 0 ? weight : -weight
  }

  /// A different hash for identifiers, so that an identifier and a word with the same letters do not collide.
  private static func apart(_ hash: UInt64) -> UInt64 { WordHash.mix(hash) }

  /// The vector scaled to length 1; nil if all components are zero, because nothing was added or the weights cancel
  /// out.
  var normalized: PostgresVector? {
    // Sum in the order of the dimensions, so that rounding is the same everywhere.
    let square = components.reduce(0.0) { $0 + Double($1) * Double($1) }
    guard square > 0 else { return nil }
    let length = square.squareRoot()
    return PostgresVector(components.map { Float(Double($0) / length) })
  }

  /// A vector of the model in fewer dimensions, with length 1 and nearly the same cosines.
  ///
  /// The dimensions beyond the last one are added to the first ones, which belong to the most common words. The sign
  /// depends on the dimension, as in ``scatter(_:_:)``.
  ///
  /// - Returns: nil if everything cancels out.
  static func fold(_ vector: PostgresVector, to dimensions: Int) -> [Float]? {
    var folded = Array(vector.components.prefix(dimensions))
    for (index, component) in vector.components.enumerated().dropFirst(dimensions) where component != 0 {
      let isNegative = WordHash.mix(UInt64(index)) & 1 == 1
      folded[index % dimensions] += isNegative ? -component : component
    }
    let square = folded.reduce(0.0) { $0 + Double($1) * Double($1) }
    guard square > 0 else { return nil }
    return folded.map { Float(Double($0) / square.squareRoot()) }
  }
}
