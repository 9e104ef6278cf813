import SeedKit
import Testing

@Suite("The JSON5 parser")
struct JSONParserJSON5Tests {
  @Test(
    "parses the additions of JSON5",
    arguments: [
      ("// a\n[1, /* b\n* */ 2, ] // c", "[1,2]"), ("/**/1", "1"), ("\u{FEFF}[1]", "[1]"), ("1//", "1"),
      ("{a: 1,}", #"{"a":1}"#),
      ("[1,\n]", "[1]"), ("'it\\'s \"so\"'", #""it's \"so\"""#), (#""it's""#, #""it's""#),
      ("{$a_1: 1, 'b c': 2, \"d\": 3, größe: 4, null: 5}", #"{"$a_1":1,"b c":2,"d":3,"größe":4,"null":5}"#),
      ("[0x1F, -0XaB, +5, .5, 5., -.5e3, 5.e3, +0]", "[0x1F,-0XaB,+5,.5,5.,-.5e3,5.e3,+0]"),
      ("'a\\\nb\\\r\nc\\\rd\\\u{2028}e'", #""abcde""#), (#"'\x41\v\a\é\q'"#, #""A\u000baéq""#),
      ("\u{A0}\u{0B}\u{0C}\u{FEFF}\u{2003}[\u{2029}1]", "[1]"), ("// c\u{2028}1", "1"), ("// c\r1", "1"),
      (#"{url: "http://x/*y*/"}"#, #"{"url":"http://x/*y*/"}"#),
    ])
  func valid(input: String, expected: String) throws {
    #expect(JSONSupport.text(try JSONSupport.parse(input, .json5)) == expected)
    #expect(JSONSupport.fault(input) != nil || input.first == "\"", "plain JSON has none of this")
  }

  @Test(
    "rejects what is not JSON5, and what PostgreSQL cannot store",
    arguments: [
      ("[,]", "line 1, column 2: found ','; expected a value"),
      ("[1,,]", "line 1, column 4: found ','; expected a value"),
      ("{,}", "line 1, column 2: found ','; expected a key. Put a key that is not an identifier in quotes"),
      ("{a-b: 1}", "line 1, column 3: found '-'; expected ':'"),
      (
        "{1a: 1}",
        "line 1, column 2: found '1'; expected a key. Put a key that is not an identifier in quotes"
      ),
      (
        "{a: 1, 'a': 2}",
        "line 1, column 8: duplicate key \"a\" (first at line 1, column 2)"
      ),
      (
        "Infinity",
        "line 1, column 1: found 'I'; expected a value. JSON and PostgreSQL's jsonb do not allow NaN or Infinity; use null"
      ),
      (
        "[+NaN]",
        "line 1, column 3: found 'N'; expected a digit. JSON and PostgreSQL's jsonb do not allow NaN or Infinity; use null"
      ),
      ("0x", "line 1, column 3: found the end of the file; expected a hexadecimal digit"),
      (
        "[010]",
        "line 1, column 2: found a leading zero; expected a number without it. Write an identifier such as a postal code as a string, in quotes"
      ),
      (".", "line 1, column 2: found the end of the file; expected a digit after the decimal point"),
      ("+-1", "line 1, column 2: found '-'; expected a digit"),
      ("/* a\n* /", "line 1, column 1: found an unclosed comment; expected '*/'"),
      ("/ 1", "line 1, column 1: found '/'; expected a comment, which starts with '//' or '/*'"),
      ("# a", "line 1, column 1: found '#'; expected a value. A comment starts with //"),
      ("// only a comment", "line 1, column 18: found the end of the file; expected a value"),
      ("'a\"", "line 1, column 1: found an unclosed string; expected a closing quote"),
      (
        #"'\0'"#,
        "line 1, column 2: found the character NUL; expected a string without it. PostgreSQL cannot store NUL in a string"
      ),
      (
        #"'\x00'"#,
        "line 1, column 2: found the character NUL; expected a string without it. PostgreSQL cannot store NUL in a string"
      ),
      (#"'\1'"#, #"line 1, column 2: found a backslash before a digit; expected an escape such as \x41"#),
      (#"'\x4'"#, "line 1, column 5: found a single quote; expected two hexadecimal digits"),
      ("'\t'", "line 1, column 2: found a tab in a string; expected the tab written as \\t"),
    ])
  func invalid(input: String, expected: String) { #expect(JSONSupport.fault(input, .json5) == expected) }

  @Test("keeps positions correct after comments and continued lines")
  func positions() throws {
    let text = "/* é\n */ [ 'a\\\nb', // x\r\n +1]"
    let elements = try JSONSupport.parse(text, .json5).array()
    #expect(elements.map(\.position.description) == ["2:7", "4:2"])
  }
}
