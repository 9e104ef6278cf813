/// Finds what somebody who mistyped may have meant.
public enum Suggestion {
  /// The candidates nearest to a word, nearest first and equally near ones by name; empty if none is near.
  ///
  /// Near means: one slip in every three letters, and always one. A slip is a letter changed, added, left
  /// out, or swapped with its neighbour. Upper and lower case are the same.
  public static func nearest(
    to word: String, in candidates: some Sequence<String>, limit: Int = 3
  ) -> [String] {
    let typed = Array(word.lowercased())
    var ranked: [(name: String, slips: Int)] = []
    for name in candidates where !ranked.contains(where: { $0.name == name }) {
      let letters = Array(name.lowercased())
      let slips = slips(from: typed, to: letters)
      // As many slips as letters would be another word altogether.
      guard slips <= max(1, max(typed.count, letters.count) / 3), slips < min(typed.count, letters.count)
      else {
        continue
      }
      ranked.append((name, slips))
    }
    ranked.sort { ($0.slips, $0.name) < ($1.slips, $1.name) }
    return ranked.prefix(limit).map(\.name)
  }

  /// The Damerau-Levenshtein distance between two words, no part of which is edited twice.
  private static func slips(from typed: [Character], to meant: [Character]) -> Int {
    guard !typed.isEmpty else { return meant.count }
    var twoAbove: [Int] = []
    var above = Array(0...meant.count)
    for row in 1...typed.count {
      var line = [row]
      for column in stride(from: 1, through: meant.count, by: 1) {
        let change = typed[row - 1] == meant[column - 1] ? 0 : 1
        var best = min(above[column - 1] + change, above[column] + 1, line[column - 1] + 1)
        let isSwap =
          row > 1 && column > 1 && typed[row - 1] == meant[column - 2] && typed[row - 2] == meant[column - 1]
        if isSwap { best = min(best, twoAbove[column - 2] + 1) }
        line.append(best)
      }
      (twoAbove, above) = (above, line)
    }
    return above[meant.count]
  }
}
