import Glibc
import SeedKit
import Testing

@Suite("The limits of the JSON parser")
struct JSONParserLimitsTests {
  private func lists(_ depth: Int) -> [UInt8] {
    Array(repeating: UInt8(ascii: "["), count: depth) + Array(repeating: UInt8(ascii: "]"), count: depth)
  }

  private func objects(_ depth: Int) -> [UInt8] {
    Array((String(repeating: #"{"a":"#, count: depth) + "1" + String(repeating: "}", count: depth)).utf8)
  }

  @Test("allow 128 levels and report where the next one starts")
  func depth() throws {
    _ = try JSONParser.parse(lists(128))
    _ = try JSONParser.parse(objects(128))
    let expected =
      "found more than 128 levels of nesting; expected arrays and objects nested at most 128 deep"
    #expect(JSONSupport.fault(lists(129)) == "line 1, column 129: \(expected)")
    #expect(JSONSupport.fault(objects(129)) == "line 1, column 641: \(expected)")
    let wide = Array(("[" + String(repeating: "[[]],", count: 5000) + "{}]").utf8)
    #expect(try JSONParser.parse(wide).array().count == 5001)
  }

  @Test(
    "turn any depth into an error, not a crash", arguments: [10_000, 100_000],
    [JSONParser.Dialect.json, .json5])
  func absurdDepth(depth: Int, dialect: JSONParser.Dialect) {
    var high = JSONParser.Limits()
    high.depth = .max
    for bytes in [lists(depth), objects(depth), Array(lists(depth).prefix(depth))] {
      #expect(JSONSupport.fault(bytes, dialect)?.contains("more than 128 levels") ?? false)
      let error = #expect(throws: JSONParseError.self) {
        try JSONParser.parse(bytes, dialect: dialect, limits: JSONParser.Limits(depth: depth))
      }
      #expect(error?.found == "more than 1000 levels of nesting")
      #expect(throws: JSONParseError.self) { try JSONParser.parse(bytes, dialect: dialect, limits: high) }
    }
  }

  @Test("allow parsing and freeing the deepest tree on a stack of 64 KiB")
  func smallStack() throws {
    let attributes = UnsafeMutablePointer<pthread_attr_t>.allocate(capacity: 1)
    pthread_attr_init(attributes)
    defer {
      pthread_attr_destroy(attributes)
      attributes.deallocate()
    }
    try #require(pthread_attr_setstacksize(attributes, 64 << 10) == 0)
    var thread = pthread_t()
    let status = pthread_create(
      &thread, attributes,
      { _ in
        let text = String(repeating: #"[{"a":"#, count: 64) + "1" + String(repeating: "}]", count: 64)
        // A thread returns a pointer. Not nil means that the document was parsed.
        return (try? JSONParser.parse(Array(text.utf8))) == nil ? nil : UnsafeMutableRawPointer(bitPattern: 1)
      }, nil)
    try #require(status == 0)
    var result: UnsafeMutableRawPointer?
    pthread_join(thread, &result)
    #expect(result != nil)
  }

  @Test("apply to the size of the document")
  func size() throws {
    let limits = JSONParser.Limits(size: 4)
    #expect(JSONSupport.text(try JSONSupport.parse("[10]", limits: limits)) == "[10]")
    let error = #expect(throws: JSONParseError.self) { try JSONSupport.parse("[100]", limits: limits) }
    #expect(error?.description == "line 1, column 1: found 5 bytes; expected a file of at most 4 bytes")
  }

  @Test("apply to a single unescaped string or key", arguments: [#""abc""#, #""\u00e9c""#, #"{"é\n": 1}"#])
  func stringSize(text: String) throws {
    _ = try JSONSupport.parse(text, limits: JSONParser.Limits(stringSize: 3))
    let error = #expect(throws: JSONParseError.self) {
      try JSONSupport.parse(text, limits: JSONParser.Limits(stringSize: 2))
    }
    #expect(error?.found == "a string of more than 2 bytes")
    #expect(error?.expected == "a string of at most 2 bytes")
  }

  @Test("include the cost of each value and key", arguments: ["[1,2]", #"{"a":1}"#])
  func valueSize(text: String) throws {
    let size = text.utf8.count + 3 * 10
    _ = try JSONSupport.parse(text, limits: JSONParser.Limits(size: size, valueSize: 10))
    let error = #expect(throws: JSONParseError.self) {
      try JSONSupport.parse(text, limits: JSONParser.Limits(size: size - 1, valueSize: 10))
    }
    #expect(error?.found == "more than \(size - 1) bytes, counting 10 more for each value and each key")
  }

  @Test("are 128 levels, 256 MiB and 64 MiB by default")
  func defaults() {
    let limits = JSONParser.Limits()
    #expect([limits.depth, limits.size, limits.stringSize] == [128, 268_435_456, 67_108_864])
  }
}
