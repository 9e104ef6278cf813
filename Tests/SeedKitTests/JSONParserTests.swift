import SeedKit
import Testing

@Suite("The JSON parser")
struct JSONParserTests {
  @Test(
    "parses everything that RFC 8259 allows",
    arguments: [
      ("null", "null"), ("true", "true"), (" false ", "false"), ("\r\n\t 1 \n", "1"),
      ("0", "0"), ("-0", "-0"), ("-0.0e-0", "-0.0e-0"), ("1E+2", "1E+2"), ("10.25e10", "10.25e10"),
      (#""""#, #""""#), (#""a\/b""#, #""a/b""#),
      (#""\"\\\b\f\n\r\t""#, #""\"\\\u0008\u000c\u000a\u000d\u0009""#),
      (#""\u0041\u00e9\u20AC""#, #""Aé€""#), (#""\uD83D\ude00""#, #""😀""#),
      (#""\uDBFF\uDFFF""#, "\"\u{10FFFF}\""),
      (
        "\"\u{7F}\u{80}\u{7FF}\u{800}\u{D7FF}\u{E000}\u{FFFF}\u{10000}\"",
        "\"\u{7F}\u{80}\u{7FF}\u{800}\u{D7FF}\u{E000}\u{FFFF}\u{10000}\""
      ),
      ("\"a\u{2028}b\"", "\"a\u{2028}b\""), (#""// no comment""#, #""// no comment""#),
      ("[]", "[]"), ("[ ]", "[]"), ("[[],{}]", "[[],{}]"), ("[1 , 2,\n3]", "[1,2,3]"),
      ("{}", "{}"), ("{ \n}", "{}"), (#"{"":{"a":[null]}}"#, #"{"":{"a":[null]}}"#),
      (#"{"b":1,"a":2,"B":3}"#, #"{"b":1,"a":2,"B":3}"#), (#"{"\u0061\"":1}"#, #"{"a\"":1}"#),
    ])
  func valid(input: String, expected: String) throws {
    let node = try JSONSupport.parse(input)
    #expect(JSONSupport.text(node) == expected)
    // The written tree is parsed as the same tree, in both dialects.
    #expect(JSONSupport.text(try JSONSupport.parse(expected)) == expected)
    #expect(JSONSupport.text(try JSONSupport.parse(input, .json5)) == expected)
  }

  @Test(
    "keeps every digit of a number",
    arguments: [
      "9007199254740993", "-123456789012345678901234567890", "0.1000000000000000000000000001", "1.50",
      "1e400",
    ])
  func digits(literal: String) throws {
    #expect(try JSONSupport.parse("[\(literal)]").array().first?.value == .number(literal))
  }

  @Test("keeps the order of members and finds each of many")
  func order() throws {
    let keys = (0..<500).map { "key-\($0 * 7919 % 500)" }
    let text = "{" + keys.map { "\"\($0)\": \"\($0)\"" }.joined(separator: ", ") + "}"
    let node = try JSONSupport.parse(text)
    #expect(try node.members().map(\.key) == keys)
    for key in keys { #expect(try node.member(key)?.value.string() == key) }
  }

  @Test("has the position of each value in Unicode scalars for all kinds of line breaks")
  func positions() throws {
    let text = "\u{FEFF}[1,\r\n \"é😀\", {\"ключ\": null,\n\"e\u{301}\" : [ ] },\r\t-3]"
    let elements = try JSONSupport.parse(text, .json5).array()
    #expect(elements.map(\.position.description) == ["1:2", "2:2", "2:8", "4:2"])
    let members = try #require(try elements.dropFirst(2).first?.members())
    #expect(members.map(\.position.description) == ["2:9", "3:1"])
    #expect(members.map(\.value.position.description) == ["2:17", "3:8"])
    #expect(try JSONSupport.parse("\u{FEFF}1", .json5).position == SourcePosition(line: 1, column: 1))
  }

  @Test("has correct positions on one long line")
  func longLine() throws {
    let text = "[" + Array(repeating: "\"é\"", count: 20_000).joined(separator: ",") + "]"
    let last = try #require(try JSONSupport.parse(text).array().last)
    #expect(last.position == SourcePosition(line: 1, column: 2 + 19_999 * 4))
  }

  @Test("orders positions as in the file")
  func comparison() {
    let places = [(2, 1), (1, 9), (1, 10), (10, 1)].map(SourcePosition.init)
    #expect(places.sorted().map(\.description) == ["1:9", "1:10", "2:1", "10:1"])
  }

  @Test(
    "parses long strings with escapes anywhere",
    arguments: [
      ("\\n", "\n", "x"), ("\\u00e9", "é", "é"), ("\\uD83D\\uDE00", "😀", "😀"), ("é\\té", "é\té", "😀"),
    ])
  func longTexts(written: String, read: String, filler: String) throws {
    let plain = String(repeating: filler, count: ((1 << 20) + 10) / filler.utf8.count)
    let node = try JSONParser.parse(Array("\"\(written)\(plain)\(written)x\(written)\"".utf8))
    #expect(node.value == .string(read + plain + read + "x" + read))
  }
}
