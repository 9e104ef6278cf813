import Testing

@testable import SeedKit

@Suite("Randomly damaged JSON documents")
struct JSONParserFuzzTests {
  private static let documents = [
    #"[{"id":1,"name":"Ada \"L\"","tags":["a","b\u00e9\ud83d\ude00"],"score":-12.50e+3,"ok":true,"none":null},{}]"#,
    "\u{FEFF}// c\r\n{a: 'x\\\ny', $b: [0x1F, +.5, 5.,], /* d */ \"é😀\": {'k': -0}, }\n",
    #"{"deep":[[[[[[{"a":[[]]}]]]]]],"e":"","long":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}"#,
  ]

  /// What mutations insert: bytes with a meaning in the grammar, and bytes that are invalid in UTF-8.
  private static let fragments: [[UInt8]] =
    [
      "{", "}", "[", "]", ",", ":", "\"", "'", "\\", "/", "//", "/*", "*/", "\n", "\r", "\0", "-", "+", ".",
      "e", "0",
      "0x", "9", "true", "null", "NaN", "\\u", "\\uD83D", "\\uDE00", "\\u0000", "\u{2028}", "\u{FEFF}", "é",
      "😀",
    ].map { Array($0.utf8) } + [[0x80], [0xC0], [0xE2, 0x80], [0xED, 0xA0, 0x80], [0xF0], [0xFF, 0xFE]]

  private func mutate(_ bytes: inout [UInt8], _ random: inout SplitMix) {
    let place = Int.random(in: 0...bytes.count, using: &random)
    switch Int.random(in: 0..<5, using: &random) {
    case 0 where place < bytes.count: bytes[place] = UInt8.random(in: 0...255, using: &random)
    case 1 where place < bytes.count:
      bytes.removeSubrange(place..<min(bytes.count, place + Int.random(in: 1...4, using: &random)))
    case 2: bytes.removeSubrange(place...)
    case 3:
      let end = Int.random(in: place...bytes.count, using: &random)
      bytes.insert(contentsOf: Array(bytes[place..<end]), at: place)
    default: bytes.insert(contentsOf: Self.fragments.randomElement(using: &random) ?? [], at: place)
    }
  }

  @Test("give a value or an error with a position inside the document", arguments: 0..<documents.count)
  func mutations(document: Int) throws {
    var random = SplitMix(state: UInt64(document))
    var accepted = 0
    var refused = 0
    for _ in 0..<4000 {
      var bytes = Array(Self.documents[document].utf8)
      for _ in 0..<Int.random(in: 1...4, using: &random) { mutate(&bytes, &random) }
      for dialect in [JSONParser.Dialect.json, .json5] {
        do {
          let node = try JSONParser.parse(bytes, dialect: dialect)
          // An accepted document can be written and parsed again with the same result.
          let text = JSONSupport.text(node)
          #expect(JSONSupport.text(try JSONSupport.parse(text, dialect)) == text)
          // JSON is a subset of JSON5.
          if dialect == .json { #expect(try JSONParser.parse(bytes, dialect: .json5) == node) }
          accepted += 1
        } catch let error as JSONParseError {
          #expect((0...bytes.count).contains(error.offset))
          #expect(error.position.line >= 1 && error.position.column >= 1)
          #expect(!error.found.isEmpty && error.expected.isEmpty == error.isDuplicateKey)
          refused += 1
        }
      }
    }
    #expect(
      accepted > 50 && refused > 50, "the mutations are too weak or too strong: \(accepted), \(refused)")
  }

  @Test("include every truncation of a document")
  func truncations() {
    for document in Self.documents {
      let bytes = Array(document.utf8)
      for count in 0..<bytes.count - 1 {
        #expect(throws: JSONParseError.self) { try JSONParser.parse(Array(bytes[..<count]), dialect: .json5) }
      }
    }
  }
}
