import FoundationEssentials
import Testing
import TraceStore

@Suite("A tag's name")
struct TagNameTests {
  @Test(
    "is trimmed, in lower case, with hyphens for blanks",
    arguments: [
      ("  Python  ", "python"), ("FASTAPI", "fastapi"), ("Error Handling", "error-handling"),
      ("a \t\n b", "a-b"), ("C++", "c++"), ("c#", "c#"), ("Node.js", "node.js"), ("x", "x"),
      (String(repeating: "A", count: 50), String(repeating: "a", count: 50)), ("3d", "3d"),
    ])
  func normalised(text: String, expected: String) {
    #expect(TagName(text)?.description == expected)
  }

  @Test("normalised twice is the same as once", arguments: ["  Error  Handling ", "C++", "Node.JS"])
  func idempotent(text: String) {
    let once = TagName(text)
    #expect(once != nil)
    #expect(once.flatMap { TagName($0.description) } == once)
  }

  @Test(
    "that breaks the rule is refused",
    arguments: [
      "", "   ", "-python", "pyt/hon", "a_b", "naïve", "тег", "a,b", "a'b", "\u{0}", "🦉",
      String(repeating: "a", count: 51),
    ])
  func refused(text: String) {
    #expect(TagName(text) == nil)
  }
}

@Suite("A deterministic id")
struct DeterministicIDTests {
  @Test("is a UUID of version 5 that depends on table and natural key alone")
  func stable() {
    let id = DeterministicID.make(table: "users", naturalKey: "seed@commontrace.dev")
    let text = id.uuidString.lowercased()
    #expect(id == DeterministicID.make(table: "users", naturalKey: "seed@commontrace.dev"))
    #expect(id != DeterministicID.make(table: "tags", naturalKey: "seed@commontrace.dev"))
    #expect(id != DeterministicID.make(table: "users", naturalKey: "seeds@commontrace.internal"))
    #expect(Array(text)[14] == "5")
    #expect("89ab".contains(Array(text)[19]))
    // Pinned: another value would make a second row of every seeded row in every database.
    #expect(text == "d8b916a3-9a1f-51af-8a07-fe63e087a9ec")
  }
}
