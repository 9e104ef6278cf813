/// Finds what somebody who mistyped may have meant.
public enum Suggestion {
  /// The candidates nearest to a word, nearest first and equally near ones by name; empty if none is near.
  ///
  /// Near means: one slip in every three letters of the longer word, and always one, but fewer slips
  /// than either word has letters. Upper and lower case are the same.
  ///
  /// - Parameters:
  ///   - word: what was typed.
  ///   - candidates: what can be meant.
  ///   - limit: how many to return at most. 3 by default.
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

/// How far two texts lie apart.
public enum EditDistance {
  /// How many slips lead from one text to the other: an element changed, added, left out, or swapped
  /// with its neighbour.
  ///
  /// It is the optimal string alignment distance: no part is edited twice. Takes time in proportion to
  /// the product of the lengths.
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
