import Testing

import SeedKit

@Suite("Suggestions")
struct SuggestionTests {
  @Test(
    "list similar words, most similar first",
    arguments: [
      ("users", ["users"]), ("usres", ["users"]), ("user", ["users"]), ("userss", ["users"]),
      ("USERS", ["users"]), ("tgas", ["tags"]), ("sample-trace", ["sample-traces"]),
      ("samplertraces", ["sample-traces"]), ("curatd-trces", ["curated-traces"]),
      ("nobody", []), ("x", []), ("", []), ("tabs", ["tags", "tars"]),
    ] as [(String, [String])])
  func nearest(word: String, expected: [String]) {
    let candidates = ["users", "tags", "tars", "sample-traces", "curated-traces", "q", ""]
    #expect(Suggestion.nearest(to: word, in: candidates) == expected)
  }

  @Test("respect the limit and have no duplicates")
  func limit() {
    let candidates = ["tab", "tac", "tad", "tae", "tab"]
    #expect(Suggestion.nearest(to: "taa", in: candidates) == ["tab", "tac", "tad"])
    #expect(Suggestion.nearest(to: "taa", in: candidates, limit: 1) == ["tab"])
    #expect(Suggestion.nearest(to: "taa", in: candidates, limit: 9) == ["tab", "tac", "tad", "tae"])
  }
}
