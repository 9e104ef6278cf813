import Testing

import SeedKit

@Suite("Suggestions")
struct SuggestionTests {
  @Test(
    "finds what is near, nearest first",
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

  @Test("keeps to the limit and names nothing twice")
  func limit() {
    let candidates = ["tab", "tac", "tad", "tae", "tab"]
    #expect(Suggestion.nearest(to: "taa", in: candidates) == ["tab", "tac", "tad"])
    #expect(Suggestion.nearest(to: "taa", in: candidates, limit: 1) == ["tab"])
    #expect(Suggestion.nearest(to: "taa", in: candidates, limit: 9) == ["tab", "tac", "tad", "tae"])
  }
}
