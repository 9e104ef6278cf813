import FoundationEssentials
import Glibc
import Basics
import SeedKit
import Testing

@testable import SeedCLI

@Suite("The page of a run")
struct RunPageTests {
  private let html = RunPage(record: RunSample.record).html

  private func parts(_ text: String, from start: String, to end: String) -> [Substring] {
    text.split(separator: start, omittingEmptySubsequences: false).dropFirst().compactMap { part in
      part.firstRange(of: end).map { part[..<$0.lowerBound] }
    }
  }

  @Test("escapes text from files and servers")
  func escapes() {
    #expect(!html.contains("<script"))
    #expect(html.contains("&lt;script&gt;alert(1)&lt;/script&gt;&amp;&quot;&#39;\\x1b[31m"))
    #expect(!html.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" })
    #expect(!html.contains("\u{202E}"))
    // One title that is not ended early. The others belong to parts of the chart.
    #expect(html.contains("<title>seed-runner ci failed, "))
  }

  @Test("allows only its own style sheet, by digest, and loads nothing else")
  func policy() throws {
    let policy = try #require(
      parts(html, from: "http-equiv=\"Content-Security-Policy\" content=\"", to: "\"").first)
    let sheet = try #require(parts(html, from: "<style>", to: "</style>").first)
    let digest = Data(Digest.sha256(Array(sheet.utf8))).base64EncodedString()
    #expect(policy == "default-src 'none'; style-src 'sha256-\(digest)'; base-uri 'none'; form-action 'none'")
    for forbidden in [
      " style=\"", "<script", "javascript:", "http://", "https://", " onclick", "<img", "<link", "url(",
    ] {
      #expect(!html.contains(forbidden), "\(forbidden)")
    }
  }

  @Test("is well-formed: tags are closed in order, links have targets, ids are unique")
  func isWellFormed() {
    var open: [Substring] = []
    for tag in parts(html, from: "<", to: ">") where !tag.hasPrefix("!") && !tag.hasSuffix("/") {
      let name = tag.prefix { $0.isLetter || $0.isNumber || $0 == "/" }
      if name == "meta" { continue }
      if name.hasPrefix("/") {
        let last = open.popLast()
        #expect(last == name.dropFirst())
      } else {
        open.append(name)
      }
    }
    #expect(open == [])
    let names = parts(html, from: " id=\"", to: "\"")
    #expect(Set(names).count == names.count)
    for link in parts(html, from: " href=\"#", to: "\"") { #expect(names.contains(link), "\(link)") }
  }

  @Test("has a lane and a row for each seeder, and a row for each span, retry and fault")
  func isComplete() {
    for seeder in RunSample.seeders {
      #expect(html.contains("<a href=\"#seeder-\(seeder.id)\">"))
      #expect(html.contains("<tr id=\"seeder-\(seeder.id)\">"))
    }
    let spans = parts(html, from: "id=\"spans\"", to: "</table>").first ?? ""
    #expect(
      parts(String(spans), from: "<tr>", to: "</tr>").count == 1 + RunSample.seeders.flatMap(\.spans).count)
    #expect(html.contains("40001"))
    #expect(html.contains("record 2, field &#39;email&#39;"))
    #expect(html.contains("waited 20 ms for preparation"))
    #expect(html.contains("connections 1–2"))
    #expect(html.contains("connection 3"))
  }

  @Test(
    "has phase colors with a contrast of at least 3:1 to the page, in light and dark mode",
    arguments: RunPage.colors)
  func contrast(phase: SeedPhase, light: String, dark: String) {
    func luminance(_ colour: String) -> Double {
      let value = Int(colour.dropFirst(), radix: 16) ?? 0
      let parts = [value >> 16, value >> 8 & 255, value & 255].map { (part: Int) -> Double in
        let share = Double(part) / 255
        return share <= 0.03928 ? share / 12.92 : pow((share + 0.055) / 1.055, 2.4)
      }
      return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]
    }
    func contrast(_ one: String, _ other: String) -> Double {
      let values = [luminance(one), luminance(other)].sorted()
      return (values[1] + 0.05) / (values[0] + 0.05)
    }
    #expect(contrast(light, "#ffffff") >= 3)
    #expect(contrast(dark, "#0d1117") >= 3)
  }

  @Test("is also written for a run that ended before its first seeder")
  func empty() {
    var record = RunRecord(command: "run", runID: UUID(), environment: .dev, startedAt: Date())
    record.failure = RunSample.failure
    let html = RunPage(record: record).html
    #expect(html.contains("<h2>Errors</h2>") && html.contains("1 error in the data"))
  }

  @Test(
    "has a time axis with a few round labels",
    arguments: [1, 7, 45, 999, 1_000, 61_100, 3_600_000, 40_000_000])
  func ticks(milliseconds: Int) {
    var record = RunSample.record
    record.duration = .milliseconds(milliseconds)
    let ticks = RunPage(record: record).ticks
    #expect((3...7).contains(ticks.count), "\(ticks)")
  }
}
