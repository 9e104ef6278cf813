import SeedKit
import SeedTesting
import Testing

@testable import SeedCLI

@Suite("The table at the end of a run")
struct RunFormatterTests {
  private func lines(_ columns: Int?) -> [String] {
    RunFormatter(record: RunRecord(RunSample.report)).lines(columns: columns).map(\.text)
  }

  @Test("matches the expected lines at 80 columns")
  func narrow() {
    #expect(
      lines(80).prefix(3).joined(separator: "\n") == """
        seeded     tags                      tags 235 inserted; after 1           480 ms
                                             failed attempt
        failed     users                     1 error in the data [SR-301]           3 ms
        """)
  }

  @Test("fits terminals of usual widths, except a name that is longer than a line", arguments: 60...160)
  func fits(columns: Int) {
    for line in lines(columns) where !line.contains(RunSample.longID.rawValue) && !line.contains("Seeders/") {
      #expect(TerminalScreen.width(of: line) <= columns, "\(line)")
    }
  }

  @Test("has one line per seeder without a terminal, with the same content as on a terminal")
  func plain() {
    let heads = lines(nil).filter { line in
      ["seeded", "failed", "skipped", "unchanged"].contains { line.hasPrefix($0) }
    }
    #expect(heads.count == 4)
    func words(_ lines: [String]) -> Set<Substring> { Set(lines.flatMap { $0.split { " ,;".contains($0) } }) }
    #expect(words(lines(nil)) == words(lines(80)))
    #expect(!lines(nil).joined().contains("\u{1B}"))
  }
}
