import Testing

@testable import SeedKit

@Suite("A JSON array that arrives in chunks")
struct JSONArraySplitterTests {
  /// The comparison includes positions.
  private func split(_ bytes: [UInt8], chunk: Int, limit: Int = 1_000) -> [JSONNode]? {
    var nodes: [JSONNode] = []
    var splitter = JSONArraySplitter(elementLimit: limit)
    func take(_ bytes: inout [UInt8], _ position: SourcePosition) throws {
      nodes.append(try JSONParser.parse(.element, bytes, at: position, limits: .init()))
    }
    do {
      var start = 0
      while start < bytes.count {
        let end = min(start + chunk, bytes.count)
        try splitter.feed(Array(bytes[start..<end]), take)
        start = end
      }
      try splitter.finish(take)
      return nodes
    } catch {
      return nil
    }
  }

  private func whole(_ bytes: [UInt8]) -> [JSONNode]? {
    guard case .array(let elements)? = (try? JSONParser.parse(bytes))?.value else { return nil }
    return elements
  }

  private struct Generator: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return (state >> 32) | (state << 32)
    }
  }

  @Test("yields the same elements at the same positions as the whole document", arguments: 0..<4)
  func fuzz(seed: Int) {
    var random = Generator(state: UInt64(seed))
    let pieces = [
      "[", "]", "{", "}", ",", ",", ":", "\"a\"", "\"]\\\"\"", "1", "-2.5e3", "null", "true", " ", "\n",
      "\r\n", "\r",
      "{\"k\": [1, {}]}", "\"é😀\"", "x",
    ]
    var valid = 0
    for _ in 0..<5_000 {
      var text = "["
      for _ in 0..<Int.random(in: 0...7, using: &random) {
        text += pieces.randomElement(using: &random) ?? ""
      }
      if Bool.random(using: &random) { text += "]" }
      let bytes = Array(text.utf8)
      let expected = whole(bytes)
      if expected != nil { valid += 1 }
      for chunk in [1, 2, 3, 100] {
        #expect(split(bytes, chunk: chunk) == expected, "\(text.debugDescription), chunks of \(chunk)")
      }
    }
    #expect(valid > 300, "\(valid) of 5,000 are valid")
  }

  @Test(
    "reports the problem and its position",
    arguments: [
      ("[1,]", "1:3: a trailing comma"), ("[1,\n ,2]", "2:2: ','"),
      ("[1] x", "1:5: 'x'"), ("[{\"a\": 1}", "1:10: the end of the file"), ("", "1:1: an empty file"),
      ("[1\n2]", "2:1: '2'"), ("[\n", "2:1: the end of the file"), ("[1}", "1:3: '}'"),
    ])
  func faults(_ text: String, _ expected: String) {
    var splitter = JSONArraySplitter(elementLimit: 100)
    let error = #expect(throws: JSONParseError.self) {
      try splitter.feed(Array(text.utf8)) { _ = try JSONParser.parse(.element, $0, at: $1, limits: .init()) }
      try splitter.finish { _ = try JSONParser.parse(.element, $0, at: $1, limits: .init()) }
    }
    #expect(error.map { "\($0.position): \($0.found)" } == expected)
  }

  @Test("rejects an element beyond the limit before all of it has arrived")
  func limit() {
    #expect(split(Array("[\"1234567\", 1]".utf8), chunk: 3, limit: 9) != nil)
    #expect(split(Array("[\"12345678\"".utf8), chunk: 3, limit: 9) == nil)
  }
}
