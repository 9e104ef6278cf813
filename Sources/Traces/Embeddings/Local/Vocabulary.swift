import TraceStore

/// The words that the local model knows: groups of related words, and the common words with a dimension of their own
/// and a query weight.
package struct Vocabulary: Sendable {
  /// The number of words with a dimension of their own.
  static let size = 1_024
  /// The fixed-point value of one in the weights.
  static let unit = 64

  /// The vocabulary of the lists in `Sources/Traces/Embeddings/Words`.
  static let builtIn = Vocabulary(relatedWords: text(.related), wordWeights: text(.weights))

  /// A file in that folder.
  enum List: String {
    case related = "related-words"
    case weights = "word-weights"
  }

  /// The text of a file.
  static func text(_ list: List) -> String {
    String(decoding: Resources.file("Words/\(list.rawValue).txt") ?? [], as: UTF8.self)
  }

  /// The query weights by dimension.
  let weights: [Int]
  let dimensions: [UInt64: Int]
  private let related: [UInt64: [UInt8]]

  /// Parses the lists. Lines that start with `#` are comments.
  ///
  /// - Parameters:
  ///   - relatedWords: one group of related words per line. The first word represents the group.
  ///   - wordWeights: a weight per line, followed by the stems that have it.
  init(relatedWords: String, wordWeights: String) {
    var related: [UInt64: [UInt8]] = [:]
    for group in Self.lines(relatedWords) {
      let stems = group.map { Self.stem(of: $0) }
      for stem in stems.dropFirst() { related[WordHash.of(stem)] = stems.first }
    }
    self.related = related
    var weights: [Int] = []
    var dimensions: [UInt64: Int] = [:]
    for line in Self.lines(wordWeights) {
      guard let weight = line.first.flatMap({ Int($0) }) else { continue }
      for word in line.dropFirst() {
        dimensions[WordHash.of(word.utf8)] = weights.count
        weights.append(weight)
      }
    }
    self.weights = weights
    self.dimensions = dimensions
  }

  /// The term that a word counts as: its stem, or the stem of its group.
  func term(for word: [UInt8]) -> [UInt8] {
    let stem = Self.stem(of: word)
    return related[WordHash.of(stem)] ?? stem
  }

  /// The dimension of a term; nil if it has none.
  func dimension(of term: UInt64) -> Int? { dimensions[term] }

  private static func stem(of word: some StringProtocol) -> [UInt8] { stem(of: Array(word.utf8)) }

  private static func stem(of word: [UInt8]) -> [UInt8] {
    var stem = word
    WordStem.shorten(&stem)
    return stem
  }

  /// The words of each line.
  static func lines(_ text: String) -> [[Substring]] {
    text.split(separator: "\n").filter { !$0.hasPrefix("#") }.map { $0.split(separator: " ") }
  }
}
