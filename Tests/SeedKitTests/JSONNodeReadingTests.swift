import SeedKit
import Testing

@Suite("Reading typed values from JSON")
struct JSONNodeReadingTests {
  @Test(
    "describes a value",
    arguments: [
      ("null", "null", "null"), ("true", "true", "true or false"), ("12", "number 12", "a number"),
      ("\"x\"", "a string", "a string"), ("\"\"", "an empty string", "a string"),
      ("[1]", "an array", "an array"),
      ("{}", "an object", "an object"),
      ("11111111112222222222333333333344444444445", "a number", "a number"),
    ])
  func descriptions(input: String, found: String, kind: String) throws {
    let node = try JSONSupport.parse(input)
    #expect(node.foundDescription == found)
    #expect(node.kindDescription == kind)
  }

  @Test("returns a value of the right type")
  func values() throws {
    let node = try JSONSupport.parse(
      #"{"s": "x", "i": -7, "b": true, "a": [1], "o": {}, "n": null, "d": 1.5e1}"#)
    #expect(try node.member("s")?.value.string() == "x")
    #expect(try node.member("i")?.value.int() == -7)
    #expect(try node.member("b")?.value.bool() == true)
    #expect(try node.member("a")?.value.array().count == 1)
    #expect(try node.member("o")?.value.members().isEmpty == true)
    #expect(try node.member("n")?.value.isNull == true)
    #expect(try node.member("d")?.value.double() == 15)
    #expect(try node.member("missing") == nil)
  }

  @Test("otherwise reports the position, what was found and what was expected")
  func mismatches() throws {
    let node = try JSONSupport.parse("\n  12")
    let object = try JSONSupport.parse("{}")
    func text(_ read: () throws -> Void) -> String? {
      (#expect(throws: JSONFault.self) { try read() })?.description
    }
    #expect(text { _ = try node.string() } == "2:3: found number 12; expected a string")
    #expect(text { _ = try node.bool() } == "2:3: found number 12; expected true or false")
    #expect(text { _ = try node.array() } == "2:3: found number 12; expected an array")
    #expect(text { _ = try node.member("a") } == "2:3: found number 12; expected an object")
    #expect(text { _ = try object.int() } == "1:1: found an object; expected a whole number")
    #expect(text { _ = try object.double() } == "1:1: found an object; expected a number")
  }

  @Test(
    "accepts whole numbers of 64 bits in both dialects",
    arguments: [
      ("9223372036854775807", Int.max), ("-9223372036854775808", .min), ("+5", 5), ("0x1F", 31),
      ("-0Xff", -255),
      ("-0", 0),
    ])
  func integers(literal: String, expected: Int) throws {
    #expect(try JSONSupport.parse(literal, .json5).int() == expected)
  }

  @Test(
    "rejects numbers that are not whole or need more bits",
    arguments: [
      ("1.0", "a whole number"), ("1e3", "a whole number"),
      ("9223372036854775808", "a whole number from -9223372036854775808 to 9223372036854775807"),
    ])
  func notIntegers(literal: String, expected: String) throws {
    let node = try JSONSupport.parse(literal)
    #expect((#expect(throws: JSONFault.self) { try node.int() })?.expected == expected)
  }

  @Test(
    "accepts finite numbers",
    arguments: [
      ("5.", 5), ("5.e2", 500), (".5", 0.5), ("+.5", 0.5), ("-1e-2", -0.01), ("0x10", 16), ("1e308", 1e308),
    ])
  func doubles(literal: String, expected: Double) throws {
    #expect(try JSONSupport.parse(literal, .json5).double() == expected)
  }

  @Test("rejects a number that is too large for floating point")
  func infinite() throws {
    let node = try JSONSupport.parse("-1e400")
    let error = #expect(throws: JSONFault.self) { try node.double() }
    #expect(error?.description == "1:1: found number -1e400; expected a number whose size is at most 1.8e308")
  }
}
