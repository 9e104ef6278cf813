/// Finds what somebody who mistyped may have meant.
public enum Suggestion {
  /// The words nearest to a word, nearest first; empty if none is near.
  ///
  /// Near means that at most a third of the letters, and at least one of them, were changed, added,
  /// left out or swapped with their neighbour.
  public static func nearest(
    to word: String, in candidates: some Sequence<String>, limit: Int = 3
  ) -> [String] {
    let cutoff = max(1, word.count / 3)
    return candidates.map { (word: $0, distance: distance(word.lowercased(), $0.lowercased())) }
      .filter { $0.distance <= cutoff && $0.distance < word.count }
      .sorted { ($0.distance, $0.word) < ($1.distance, $1.word) }
      .prefix(limit).map(\.word)
  }

  /// The number of edits between two words: the optimal string alignment distance.
  static func distance(_ left: String, _ right: String) -> Int {
    let left = Array(left)
    let right = Array(right)
    var beforePrevious: [Int] = []
    var previous = Array(0...right.count)
    for row in left.indices {
      var current = [row + 1]
      for column in right.indices {
        let isEqual = left[row] == right[column]
        var best = min(previous[column + 1] + 1, current[column] + 1, previous[column] + (isEqual ? 0 : 1))
        if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
          best = min(best, beforePrevious[column - 1] + 1)
        }
        current.append(best)
      }
      beforePrevious = previous
      previous = current
    }
    return previous[right.count]
  }
}
