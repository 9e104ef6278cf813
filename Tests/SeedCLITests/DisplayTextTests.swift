import SeedTesting
import Testing

@testable import SeedCLI

@Suite("Text on a terminal")
struct DisplayTextTests {
  @Test(
    "has the width that terminals use",
    arguments: [
      ("", 0), ("users", 5), ("é", 1), ("e\u{301}", 1), ("日本語", 6), ("한국어", 6), ("ｱｲｳ", 3), ("Ａ", 2),
      ("✓✗·…⠋█░", 7), ("🙂", 2), ("👩‍👩‍👧", 2), ("❤\u{FE0F}", 2), ("a\u{200B}b", 2), ("שלום", 4),
      ("\u{1F1F3}\u{1F1F4}", 2),
    ])
  func width(text: String, columns: Int) {
    #expect(DisplayText.width(of: text) == columns)
  }

  @Test("has the width that the C library computes, for characters of many scripts")
  func widthsAgree() {
    var different: [String] = []
    // Only characters that the library's older Unicode version knows.
    let ranges: [ClosedRange<UInt32>] = [
      0x20...0x7E, 0xA0...0xAC, 0xAE...0x36F, 0x370...0x52F, 0x1100...0x115F, 0x2010...0x2027,
      0x2190...0x22FF,
      0x2500...0x25FF, 0x2800...0x28FF, 0x3041...0x3096, 0x30A1...0x30FF, 0x4E00...0x4FFF, 0xAC00...0xADFF,
      0xFF01...0xFF60, 0xFFE0...0xFFE6, 0x20000...0x200FF,
    ]
    for value in ranges.joined() {
      // Tables differ for unassigned code points.
      guard let scalar = Unicode.Scalar(value), scalar.properties.generalCategory != .unassigned else {
        continue
      }
      let text = String(Character(scalar))
      if DisplayText.width(of: text) != TerminalScreen.width(of: text) {
        different.append(String(value, radix: 16))
      }
    }
    #expect(different == [])
  }

  @Test("cannot move the cursor, clear the screen or change the writing direction")
  func isHarmless() {
    #expect(
      DisplayText.line("a\u{1B}[2Jb\r\nc\u{9B}31m\u{7}\u{202E}d\te")
        == "a\\x1b[2Jb  c\\x9b31m\\x07\\u{202e}d e")
    #expect(DisplayText.lines("a\u{1B}\nb") == "a\\x1b\nb")
    #expect(DisplayText.line("nothing to do") == "nothing to do")
    #expect(DisplayText.line("\u{200F}\u{061C}\u{2066}x\u{2069}") == "\\u{200f}\\u{61c}\\u{2066}x\\u{2069}")
    #expect(DisplayText.lines("a\r\nb") == "a \nb")
  }

  @Test("is truncated between characters, including the ellipsis")
  func truncation() {
    #expect(DisplayText.truncated("curated-traces", to: 14) == "curated-traces")
    #expect(DisplayText.truncated("curated-traces", to: 8) == "curated…")
    #expect(DisplayText.truncated("日本語", to: 5) == "日本…")
    #expect(DisplayText.truncated("日本語", to: 4) == "日…")
    #expect(DisplayText.truncated("abcdef", to: 2, ellipsis: "...") == "..")
    #expect(DisplayText.truncated("abcdef", to: 0) == "")
  }

  @Test("is wrapped between words, preferably after a comma")
  func wrapping() {
    #expect(
      DisplayText.wrapped("tags 34 unchanged, traces 12 inserted, trace_tags 50 inserted", to: 40) == [
        "tags 34 unchanged, traces 12 inserted,", "trace_tags 50 inserted",
      ])
    #expect(DisplayText.wrapped("one two three", to: 8) == ["one two", "three"])
    #expect(
      DisplayText.wrapped("/a/path/without/blanks is long", to: 10) == ["/a/path/without/blanks", "is long"])
    #expect(DisplayText.wrapped("", to: 10) == [""])
  }

  @Test("is live only on a terminal that can redraw lines, and not in CI")
  func capabilities() {
    func terminal(_ variables: [String: String], isTerminal: Bool = true) -> Terminal {
      Terminal(isTerminal: isTerminal, environment: variables)
    }
    let usual = ["TERM": "xterm-256color", "LANG": "en_GB.UTF-8"]
    #expect(terminal(usual).isLive && terminal(usual).hasColour && terminal(usual).hasUnicode)
    #expect(!terminal(usual, isTerminal: false).isLive && !terminal(usual, isTerminal: false).hasColour)
    for (name, value, isLive, hasColour) in [
      ("TERM", "dumb", false, false), ("TERM", "", false, false), ("CI", "true", false, true),
      ("CI", "false", true, true), ("CI", "", true, true), ("NO_COLOR", "1", true, false),
      ("NO_COLOR", "", true, true),
    ] {
      let found = terminal(usual.merging([name: value]) { $1 })
      #expect(found.isLive == isLive && found.hasColour == hasColour, "\(name)=\(value)")
    }
    #expect(!terminal(usual.merging(["LC_ALL": "C"]) { $1 }).hasUnicode)
  }
}
