import SeedKit
import Testing

@Suite("An invalid JSON document")
struct JSONParserErrorTests {
  @Test(
    "is rejected with the position, what was found, what was expected, and a fix",
    arguments: [
      ("", "line 1, column 1: found an empty file; expected a value"),
      (" \n ", "line 2, column 2: found the end of the file; expected a value"),
      (
        "\u{FEFF}[1]",
        "line 1, column 1: found a byte order mark; expected JSON from the first byte. Save the file as UTF-8 without a byte order mark (BOM)"
      ),
      ("nul", "line 1, column 1: found 'n'; expected a value"),
      ("nulls", "line 1, column 1: found 'n'; expected a value"),
      ("True", "line 1, column 1: found 'T'; expected a value. Write true"),
      ("[None]", "line 1, column 2: found 'N'; expected a value. Write null"),
      ("1 2", "line 1, column 3: found '2'; expected the end of the file. A file contains one value"),
      ("[1] x", "line 1, column 5: found 'x'; expected the end of the file. A file contains one value"),
      (
        "[1]\u{A0}",
        "line 1, column 4: found the character U+00A0; expected the end of the file. A file contains one value"
      ),
      ("]", "line 1, column 1: found ']'; expected a value"),
      ("[1 2]", "line 1, column 4: found '2'; expected ',' or ']'"),
      ("[1;2]", "line 1, column 3: found ';'; expected ',' or ']'. Values are separated by commas"),
      ("[,1]", "line 1, column 2: found ','; expected a value"),
      ("[1,,2]", "line 1, column 4: found ','; expected a value"),
      (
        "[1,]",
        "line 1, column 3: found a trailing comma; expected no comma before the closing bracket. JSON does not allow trailing commas"
      ),
      (
        #"{"a":1,}"#,
        "line 1, column 7: found a trailing comma; expected no comma before the closing bracket. JSON does not allow trailing commas"
      ),
      ("[1}", "line 1, column 3: found '}'; expected ',' or ']'"),
      (#"{"a":1]"#, "line 1, column 7: found ']'; expected ',' or '}'"),
      (
        "\n[1,",
        "line 2, column 4: found the end of the file; expected a value. The array that starts at line 2, column 1 is not closed"
      ),
      (
        #"{"a":1"#,
        "line 1, column 7: found the end of the file; expected ',' or '}'. The object that starts at line 1, column 1 is not closed"
      ),
      (
        #"{"a""#,
        "line 1, column 5: found the end of the file; expected ':'. The object that starts at line 1, column 1 is not closed"
      ),
      ("{", "line 1, column 2: found the end of the file; expected a key in double quotes"),
      ("{a:1}", "line 1, column 2: found 'a'; expected a key in double quotes"),
      ("{1:1}", "line 1, column 2: found '1'; expected a key in double quotes"),
      (
        "{'a':1}",
        "line 1, column 2: found a single quote; expected a key in double quotes. JSON requires double quotes"
      ),
      (#"{"a"=1}"#, "line 1, column 5: found '='; expected ':'. A key is followed by a colon"),
      (#"{"a":}"#, "line 1, column 6: found '}'; expected a value"),
      ("[“a”]", "line 1, column 2: found '“'; expected a value. Use straight quotes"),
      ("[1, // one\n2]", "line 1, column 5: found '/'; expected a value. JSON does not allow comments"),
      ("# c", "line 1, column 1: found '#'; expected a value. JSON does not allow comments"),
      ("\u{0C}1", "line 1, column 1: found the control character U+000C; expected a value"),
      ("[\u{200B}]", "line 1, column 2: found the character U+200B; expected a value"),
    ])
  func syntax(input: String, expected: String) { #expect(JSONSupport.fault(input) == expected) }

  @Test(
    "reports what is wrong with a number",
    arguments: [
      (
        "01",
        "line 1, column 1: found a leading zero; expected a number without it. Write an identifier such as a postal code as a string, in quotes"
      ),
      (
        "[-012]",
        "line 1, column 3: found a leading zero; expected a number without it. Write an identifier such as a postal code as a string, in quotes"
      ),
      ("-", "line 1, column 2: found the end of the file; expected a digit"),
      ("- 1", "line 1, column 2: found a space; expected a digit"),
      (
        "+1", "line 1, column 1: found '+'; expected a value. JSON does not allow a plus sign before a number"
      ),
      (".5", "line 1, column 1: found '.'; expected a value. Write a digit before the decimal point"),
      ("[5.]", "line 1, column 4: found ']'; expected a digit after the decimal point"),
      ("1e", "line 1, column 3: found the end of the file; expected a digit in the exponent"),
      ("1e+x", "line 1, column 4: found 'x'; expected a digit in the exponent"),
      ("[0x1F]", "line 1, column 3: found 'x'; expected ',' or ']'"),
      ("[1_000]", "line 1, column 3: found '_'; expected ',' or ']'"),
      (
        "NaN",
        "line 1, column 1: found 'N'; expected a value. JSON and PostgreSQL's jsonb do not allow NaN or Infinity; use null"
      ),
      (
        "[-Infinity]",
        "line 1, column 3: found 'I'; expected a digit. JSON and PostgreSQL's jsonb do not allow NaN or Infinity; use null"
      ),
      ("١", "line 1, column 1: found '١'; expected a value"),
    ])
  func numbers(input: String, expected: String) { #expect(JSONSupport.fault(input) == expected) }

  @Test(
    "reports what is wrong with a string",
    arguments: [
      (#"["abc"#, "line 1, column 2: found an unclosed string; expected a closing quote"),
      (#"["abc\"]"#, "line 1, column 2: found an unclosed string; expected a closing quote"),
      (#""abc\"#, "line 1, column 6: found the end of the file; expected an escape"),
      (
        "[\"a\nb\"]",
        "line 1, column 4: found a line break in a string; expected a closing quote, or the line break written as \\n. The string starts at column 2"
      ),
      ("\"a\tb\"", "line 1, column 3: found a tab in a string; expected the tab written as \\t"),
      (
        "\"é\u{1}\"",
        "line 1, column 3: found the control character U+0001; expected the character written as \\u0001"
      ),
      (
        "\"\u{1F}\"",
        "line 1, column 2: found the control character U+001F; expected the character written as \\u001F"
      ),
      (
        "\"a\u{0}\"",
        "line 1, column 3: found the character NUL; expected a string without it. PostgreSQL cannot store NUL in a string"
      ),
      (
        #""a\u0000""#,
        "line 1, column 3: found the character NUL; expected a string without it. PostgreSQL cannot store NUL in a string"
      ),
      (
        #"{"\u0000":1}"#,
        "line 1, column 3: found the character NUL; expected a string without it. PostgreSQL cannot store NUL in a string"
      ),
      (
        #""\ud83d""#,
        #"line 1, column 2: found \ud83d, half of a surrogate pair; expected both halves, such as \uD83D\uDE00. PostgreSQL cannot store half of a character"#
      ),
      (
        #""\ude00""#,
        #"line 1, column 2: found \ude00, half of a surrogate pair; expected both halves, such as \uD83D\uDE00. PostgreSQL cannot store half of a character"#
      ),
      (
        #""\ud83d\u0041""#,
        #"line 1, column 2: found \ud83d, half of a surrogate pair; expected both halves, such as \uD83D\uDE00. PostgreSQL cannot store half of a character"#
      ),
      (
        #""\ud83d\n""#,
        #"line 1, column 2: found \ud83d, half of a surrogate pair; expected both halves, such as \uD83D\uDE00. PostgreSQL cannot store half of a character"#
      ),
      (#""\u12g4""#, "line 1, column 6: found 'g'; expected four hexadecimal digits"),
      (#""\u12""#, "line 1, column 6: found '\"'; expected four hexadecimal digits"),
      (
        #""\q""#,
        #"line 1, column 2: found a backslash before 'q'; expected one of \" \\ \/ \b \f \n \r \t \uXXXX. Write a literal backslash as \\"#
      ),
      (
        #""\x41""#,
        #"line 1, column 2: found a backslash before 'x'; expected one of \" \\ \/ \b \f \n \r \t \uXXXX. Write a literal backslash as \\"#
      ),
    ])
  func texts(input: String, expected: String) { #expect(JSONSupport.fault(input) == expected) }

  @Test("with a duplicate key reports both positions")
  func duplicates() {
    let text = "{\"a\": 1,\n \"b\": {\"a\": 2},\n  \"\\u0061\": 3}"
    #expect(
      JSONSupport.fault(text)
        == "line 3, column 3: duplicate key \"a\" (first at line 1, column 2)")
    let many = "{" + (0..<100).map { "\"k\($0)\":0," }.joined() + "\n\"k0\":1}"
    #expect(JSONSupport.fault(many)?.hasPrefix("line 2, column 1: duplicate key \"k0\" (first") ?? false)
    // Swift dictionaries treat these two as one key.
    #expect(
      JSONSupport.fault("{\"\u{E9}\":1,\"e\u{301}\":2}")?.contains(", in another Unicode normalization)")
        ?? false)
  }

  @Test("reports the position as a byte offset too")
  func offset() {
    let error = #expect(throws: JSONParseError.self) { try JSONSupport.parse("\u{FEFF}[\n\"é\" x]", .json5) }
    #expect(error?.offset == 10)
    #expect(error?.position == SourcePosition(line: 2, column: 5))
    #expect(error?.found == "'x'")
    #expect(error?.expected == "',' or ']'")
    #expect(error?.fix == nil)
  }

  @Test(
    "in another encoding is rejected with the name of the encoding",
    arguments: [
      ([0xFF, 0xFE, 0x31, 0], "UTF-16"), ([0xFE, 0xFF, 0, 0x31], "UTF-16"),
      ([0xFF, 0xFE, 0, 0, 0x31, 0, 0, 0], "UTF-32"), ([0, 0, 0xFE, 0xFF, 0, 0, 0, 0x31], "UTF-32"),
      ([0x31, 0], "UTF-16 (little-endian)"), ([0, 0x31], "UTF-16 (big-endian)"),
      ([0x5B, 0, 0x5D, 0], "UTF-16 (little-endian)"), ([0, 0x5B, 0, 0x5D], "UTF-16 (big-endian)"),
      ([0x31, 0, 0, 0], "UTF-32 (little-endian)"), ([0, 0, 0, 0x31], "UTF-32 (big-endian)"),
    ] as [([UInt8], String)])
  func encodings(bytes: [UInt8], name: String) {
    let expected = "line 1, column 1: found \(name); expected a UTF-8 file. Save the file as UTF-8"
    #expect(JSONSupport.fault(bytes) == expected)
    #expect(JSONSupport.fault(bytes, .json5) == expected)
  }

  @Test(
    "with bytes that are not UTF-8 reports the first one and the reason",
    arguments: [
      ([0x80], "0x80", "an unexpected continuation byte"),
      ([0xC0, 0x80], "0xC0", "an overlong encoding"), ([0xC1, 0xBF], "0xC1", "an overlong encoding"),
      ([0xE0, 0x9F, 0xBF], "0xE0", "an overlong encoding"),
      ([0xF0, 0x8F, 0xBF, 0xBF], "0xF0", "an overlong encoding"),
      ([0xED, 0xA0, 0x80], "0xED", "half of a surrogate pair"),
      ([0xED, 0xBF, 0xBF], "0xED", "half of a surrogate pair"),
      ([0xF4, 0x90, 0x80, 0x80], "0xF4", "a character beyond U+10FFFF"),
      ([0xF5, 0x80, 0x80, 0x80], "0xF5", "an invalid byte"), ([0xFE], "0xFE", "an invalid byte"),
      ([0xC3], "0xC3", "a truncated character"),
      ([0xE2, 0x82], "0xE2", "a truncated character"),
      ([0xF0, 0x9F, 0x98], "0xF0", "a truncated character"),
    ] as [([UInt8], String, String)])
  func invalidUTF8(bytes: [UInt8], byte: String, reason: String) {
    let expected =
      "found byte \(byte) at offset 7, which is invalid in UTF-8: \(reason); expected a UTF-8 file. Save the file as UTF-8"
    let start = Array("[\n \"é".utf8) + [0x61]
    for end in [Array("\"]".utf8), []] {
      #expect(JSONSupport.fault(start + bytes + end) == "line 2, column 5: \(expected)")
    }
  }
}
