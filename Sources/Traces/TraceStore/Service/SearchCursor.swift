import Basics
import FoundationEssentials

/// The end of a page of search results.
///
/// The next page has the traces that rank after the last one of this page. A trace that is inserted or confirmed in
/// between shifts no page, because a cursor is not a number of results.
public struct SearchCursor: Hashable, Sendable {
  /// The similarity that the scores of a search with exact terms relate to; 0 without.
  let reference: Double
  /// The number of traces with each exact term of the question; `ignored` for a term that was not found or is in too
  /// many traces.
  let counts: [UInt8]
  /// The score of the last result.
  let score: Double
  /// The ID of the last result.
  let id: UUID

  /// The length of a cursor as text.
  public static let length = 68
  /// The format of the text. Increase it when scores are computed differently, so that old cursors are refused.
  private static let version: UInt8 = 1
  /// Identifies the search, so that a cursor is not used for another one.
  private static let digestSize = 10
  private static let size = 1 + digestSize + 8 + ExactTerms.maximumCount + 8 + 16
  private static let ignored = UInt8(ExactTerms.maximumTraces + 1)

  init(reference: Double, counts: [UInt8], score: Double, id: UUID) {
    self.reference = reference
    self.counts = counts
    self.score = score
    self.id = id
  }

  /// Parses a cursor of a search. Returns nil if it is malformed or belongs to another search.
  ///
  /// - Parameters:
  ///   - text: the text.
  ///   - question: the question of the search.
  ///   - tags: its tags.
  ///   - model: the model of its vectors.
  public init?(_ text: String, question: String, tags: [TagName], model: EmbeddingModel) {
    let base64 = text.map { $0 == "-" ? "+" : $0 == "_" ? "/" : $0 }
    guard text.utf8.count == Self.length, let data = Data(base64Encoded: String(base64)) else { return nil }
    var bytes = [UInt8](data)[...]
    guard bytes.count == Self.size, bytes.popFirst() == Self.version,
      Array(bytes.prefix(Self.digestSize)) == Self.digest(question, tags, model)
    else { return nil }
    bytes = bytes.dropFirst(Self.digestSize)
    func next(_ count: Int) -> [UInt8] {
      defer { bytes = bytes.dropFirst(count) }
      return Array(bytes.prefix(count))
    }
    reference = Double(bitPattern: Self.number(next(8)))
    counts = next(ExactTerms.maximumCount)
    score = Double(bitPattern: Self.number(next(8)))
    id = next(16).withUnsafeBytes { UUID(uuid: $0.loadUnaligned(as: uuid_t.self)) }
    guard reference.isFinite, score.isFinite, counts.allSatisfy({ (1...Self.ignored).contains($0) }) else {
      return nil
    }
  }

  /// The cursor as text: 68 letters, digits, `-` and `_`.
  public func text(question: String, tags: [TagName], model: EmbeddingModel) -> String {
    let bytes =
      [Self.version] + Self.digest(question, tags, model) + Self.bytes(reference.bitPattern) + counts
      + Self.bytes(score.bitPattern) + withUnsafeBytes(of: id.uuid) { Array($0) }
    return String(
      Data(bytes).base64EncodedString().map { $0 == "+" ? "-" : $0 == "/" ? "_" : $0 })
  }

  /// Reads the counts as the query returns them: `0:20,1:3`.
  static func counts(of text: String) -> [UInt8] {
    var counts = [UInt8](repeating: ignored, count: ExactTerms.maximumCount)
    for pair in text.split(separator: ",") {
      let parts = pair.split(separator: ":").compactMap { UInt8($0) }
      if parts.count == 2, counts.indices.contains(Int(parts[0])) { counts[Int(parts[0])] = parts[1] }
    }
    return counts
  }

  private static func digest(_ question: String, _ tags: [TagName], _ model: EmbeddingModel) -> [UInt8] {
    let parts = [question, model.id, model.version] + Set(tags).sorted().map(\.description)
    return Array(Digest.sha256(Array(parts.joined(separator: "\u{0}").utf8)).prefix(digestSize))
  }

  private static func number(_ bytes: some Sequence<UInt8>) -> UInt64 {
    bytes.reduce(0) { $0 << 8 | UInt64($1) }
  }

  private static func bytes(_ number: UInt64) -> [UInt8] {
    (0..<8).reversed().map { UInt8(truncatingIfNeeded: number >> (UInt64($0) * 8)) }
  }
}
