import SeedKit
import Testing

@Suite("The edit distance between two words")
struct ConfigurationSuggestionTests {
  @Test(
    "counts a letter changed, added, left out or swapped as one edit",
    arguments: [
      ("", "", 0), ("a", "", 1), ("", "abc", 3), ("abc", "abc", 0), ("abc", "abd", 1), ("abc", "ac", 1),
      ("abc", "abxc", 1), ("abc", "bac", 1), ("ca", "abc", 3), ("kitten", "sitting", 3), ("é", "e", 1),
    ])
  func distance(left: String, right: String, expected: Int) {
    #expect(EditDistance.between(Array(left), Array(right)) == expected)
    #expect(EditDistance.between(Array(right), Array(left)) == expected)
  }
}
