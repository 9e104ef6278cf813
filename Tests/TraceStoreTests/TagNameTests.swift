import FoundationEssentials
import Testing
import TraceStore

@Suite("A tag name")
struct TagNameTests {
  @Test(
    "is trimmed, in lowercase, with hyphens for whitespace",
    arguments: [
      ("  Python  ", "python"), ("FASTAPI", "fastapi"), ("Error Handling", "error-handling"),
      ("a \t\n b", "a-b"), ("C++", "c++"), ("c#", "c#"), ("Node.js", "node.js"), ("x", "x"),
      (String(repeating: "A", count: 50), String(repeating: "a", count: 50)), ("3d", "3d"),
    ])
  func normalized(text: String, expected: String) {
    #expect(TagName(text)?.description == expected)
  }

  @Test("is not changed by a second normalization", arguments: ["  Error  Handling ", "C++", "Node.JS"])
  func idempotent(text: String) {
    let once = TagName(text)
    #expect(once != nil)
    #expect(once.flatMap { TagName($0.description) } == once)
  }

  @Test(
    "that violates the rule is rejected",
    arguments: [
      "", "   ", "-python", "pyt/hon", "a_b", "naïve", "тег", "a,b", "a'b", "\u{0}", "🦉",
      String(repeating: "a", count: 51),
    ])
  func refused(text: String) {
    #expect(TagName(text) == nil)
  }
}

@Suite("A deterministic ID")
struct DeterministicIDTests {
  @Test("is a version 5 UUID that depends on table and natural key only")
  func stable() {
    let id = DeterministicID.make(table: "users", naturalKey: "seed@commontrace.dev")
    let text = id.uuidString.lowercased()
    #expect(id == DeterministicID.make(table: "users", naturalKey: "seed@commontrace.dev"))
    #expect(id != DeterministicID.make(table: "tags", naturalKey: "seed@commontrace.dev"))
    #expect(id != DeterministicID.make(table: "users", naturalKey: "seeds@commontrace.internal"))
    #expect(Array(text)[14] == "5")
    #expect("89ab".contains(Array(text)[19]))
    // Pinned: another value would duplicate every seeded row in existing databases.
    #expect(text == "d8b916a3-9a1f-51af-8a07-fe63e087a9ec")
  }
}
