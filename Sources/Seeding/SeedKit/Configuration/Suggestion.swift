/// Suggests corrections for mistyped words.
public enum Suggestion {
  /// The candidates similar to a word, most similar first, then by name; empty if there are none.
  ///
  /// Similar means at most one edit for every three letters of the longer word, at least one, and fewer edits than
  /// either word has letters. Case is ignored.
  ///
  /// - Parameters:
  ///   - word: the mistyped word.
  ///   - candidates: the valid words.
  ///   - limit: the maximum number of results. 3 by default.
  public static func nearest(
    to word: String, in candidates: some Sequence<String>, limit: Int = 3
  ) -> [String] {
    let typed = Array(word.lowercased())
    return Set(candidates).compactMap { candidate in
      let meant = Array(candidate.lowercased())
      let slips = EditDistance.between(typed, meant)
      let isNear = slips <= max(1, max(typed.count, meant.count) / 3) && slips < min(typed.count, meant.count)
      return isNear ? (slips: slips, name: candidate) : nil
    }
    .sorted { ($0.slips, $0.name) < ($1.slips, $1.name) }
    .prefix(limit).map(\.name)
  }
}

/// The distance between two texts.
public enum EditDistance {
  /// The number of edits that turn one text into the other: an element replaced, inserted, deleted, or swapped with
  /// its neighbor.
  ///
  /// This is the optimal string alignment distance: no part is edited twice. It takes time in proportion to the
  /// product of the lengths.
  public static func between<Element: Equatable>(_ left: [Element], _ right: [Element]) -> Int {
    var twoAbove: [Int] = []
    var above = Array(0...right.count)
    for row in left.indices {
      var line = [row + 1]
      for column in right.indices {
        let change = left[row] == right[column] ? 0 : 1
        var best = min(above[column] + change, above[column + 1] + 1, line[column] + 1)
        if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
          best = min(best, twoAbove[column - 1] + 1)
        }
        line.append(best)
      }
      (twoAbove, above) = (above, line)
    }
    return above[right.count]
  }
}
