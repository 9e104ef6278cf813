/// Strips English suffixes, so that `indexes`, `indexed` and `indexing` all become `index`, and `paginate` and
/// `pagination` both `pagin`. Handles plurals, `-ing`, `-ed`, a silent `e`, and the suffixes of long words that turn
/// verbs, nouns and adjectives into each other. Porter's stemmer strips more, but gave worse results in
/// `Benchmarks/retrieval`.
enum WordStem {
  /// Shortens a lowercase word to its stem.
  static func shorten(_ word: inout [UInt8]) {
    dropPlural(&word)
    dropTense(&word)
    if word.count > 4, word.last == UInt8(ascii: "e") { word.removeLast() }
    if word.count > 4, word.last == UInt8(ascii: "y") { word[word.count - 1] = UInt8(ascii: "i") }
    dropDerivation(&word)
  }

  private static func dropPlural(_ word: inout [UInt8]) {
    if word.count > 4, word.ends("ies") {
      word.removeLast(3)
      word.append(UInt8(ascii: "y"))
    } else if word.count > 4, sibilants.contains(where: { word.ends($0) }) {
      word.removeLast(2)
    } else if word.count > 3, word.ends("s"), !word.ends("ss"), !word.ends("us"), !word.ends("is") {
      word.removeLast()
    }
  }

  private static func dropTense(_ word: inout [UInt8]) {
    for ending in ["ing", "ed"] as [StaticString] where word.ends(ending) {
      let rest = word.count - ending.utf8CodeUnitCount
      guard rest >= 3, word[..<rest].contains(where: isVowel), !word.ends("eed") else { return }
      word.removeLast(ending.utf8CodeUnitCount)
      // Undouble the consonant of `stopped`, but not of `called`, `passed` or `buzzed`.
      if rest > 3, word[rest - 1] == word[rest - 2], !doubled.contains(word[rest - 1]) { word.removeLast() }
      return
    }
  }

  /// Drops a suffix from which at least five letters remain, after the changes of a final `e` and `y`.
  private static func dropDerivation(_ word: inout [UInt8]) {
    let suffix = derivations.first { word.ends($0) && word.count - $0.utf8CodeUnitCount >= 5 }
    word.removeLast(suffix?.utf8CodeUnitCount ?? 0)
  }

  private static let derivations: [StaticString] = ["ation", "at", "ion", "ment", "li", "abl", "er", "or"]
  private static let sibilants: [StaticString] = ["sses", "shes", "ches", "xes", "zes"]
  private static let doubled = Array("lsz".utf8)

  private static func isVowel(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a"), UInt8(ascii: "e"), UInt8(ascii: "i"), UInt8(ascii: "o"), UInt8(ascii: "u"),
      UInt8(ascii: "y"):
      true
    default: false
    }
  }
}

extension [UInt8] {
  fileprivate func ends(_ ending: StaticString) -> Bool {
    let length = ending.utf8CodeUnitCount
    guard count >= length else { return false }
    return (0..<length).allSatisfy { self[count - length + $0] == ending.utf8Start[$0] }
  }
}
