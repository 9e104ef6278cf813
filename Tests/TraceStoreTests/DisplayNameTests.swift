import Testing
import TraceStore

@Suite("A display name")
struct DisplayNameTests {
  @Test(
    "is kept, with single spaces", arguments: ["---", "Ada", "Zoë  Ünal ", "李小龍", "O'Neil-Smith", "ada_99"])
  func valid(text: String) {
    #expect(DisplayName(text)?.description == text.split(separator: " ").joined(separator: " "))
  }

  @Test(
    "has no control, direction or invisible characters, and not only spaces",
    arguments: [
      "", " ", "\u{3000}", "a\u{202E}b", "a\u{2066}b", "a\u{200F}", "a\u{200B}b", "a\u{FEFF}", "a\u{0}",
      "a\u{1B}[31m",
      "a\u{2028}b\u{7F}", "\u{3164}", "a\u{E0041}", "a\u{FE0F}", "a\tb", "a\nb", "\u{AD}",
      String(repeating: "a", count: 201),
    ])
  func invalid(text: String) { #expect(DisplayName(text) == nil, "\(text.debugDescription)") }

  @Test(
    "is like another one that looks the same",
    arguments: [
      ("CommonTrace Seeds", true), ("commontrace seeds", true), ("Common-Trace.Seeds", true),
      ("Соmmоntrасе Ѕееds", true), ("Cοmmontrace Seeds", true), ("ＣｏｍｍｏｎＴｒａｃｅ　Ｓｅｅｄｓ", true),
      ("C0mmontrace Seeds", true), ("Cömmontrace Séeds", true), ("𝐂ommontrace Seeds", true),
      ("CommonTrace", false), ("Ada", false),
    ])
  func likeness(text: String, isLike: Bool) throws {
    #expect(try #require(DisplayName(text)).isLike("CommonTrace Seeds") == isLike)
  }
}
