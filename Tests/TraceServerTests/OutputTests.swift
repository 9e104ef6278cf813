import FoundationEssentials
import SeedKit
import Testing

@testable import TraceServer

@Suite("Response output")
struct OutputTests {
  @Test("formats dates like the library")
  func instants() {
    let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
    var generator = SystemRandomNumberGenerator()
    var dates = [0, -1, -0.25, 951_782_400, 4_107_542_399.875, -62_135_596_800, 253_402_300_799].map {
      Date(timeIntervalSince1970: $0)
    }
    // Eighths of a second are exact in a double.
    for _ in 0..<2000 {
      let eighths = Int.random(in: -12_000_000_000 * 8...100_000_000_000 * 8, using: &generator)
      dates.append(Date(timeIntervalSince1970: Double(eighths) / 8))
    }
    for date in dates { #expect(TimestampText.of(date) == date.formatted(style)) }
  }

  @Test("is valid JSON whatever the text contains", arguments: 1..<128)
  func escapes(code: UInt8) throws {
    let one = String(UnicodeScalar(code))
    for text in [one, "a\(one)", "\(one)b", "ä\(one)€\(one)\(one)", ""] {
      let bytes = JSONOutput.text(text).bytes()
      #expect(try JSONParser.parse(bytes).string() == text)
      #expect(!bytes.contains(UInt8(ascii: "<")) && !bytes.contains { $0 < 0x20 || $0 == 0x7F })
    }
  }

  @Test("has durations with at most three decimals")
  func durations() {
    #expect(JSONOutput.milliseconds(64.256317).description == "64.256")
    #expect(JSONOutput.milliseconds(1.0 / 3).description == "0.333")
  }

  @Test(
    "has no surrounding whitespace after trimming",
    arguments: ["", " ", "a", " a", "a\t", "\u{3000} a b \n", "\r\n"])
  func trimmed(text: String) {
    let trimmed = text.trimmed
    #expect(trimmed.first?.isWhitespace != true && trimmed.last?.isWhitespace != true)
    #expect(text.contains(trimmed) && trimmed.filter { !$0.isWhitespace } == text.filter { !$0.isWhitespace })
  }
}
