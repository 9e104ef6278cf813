import SeedKit
import Testing

@Suite("The linter")
struct LinterTests {
  /// A seeder with texts, one on each line: title, then text.
  private struct TextsSeeder: Seeder, FixtureSeeder {
    let id: SeederID
    let summary = "for tests"
    let fixtures: [String] = []
    let texts: [(title: String, text: String)]
    var error: FixtureError?

    func validate(_ fixtures: FixtureStore) throws -> FixtureInspection {
      if let error { throw error }
      let documents = texts.enumerated().map { index, text in
        FixtureInspection.Document(
          place: FixturePlace(file: "Seeders/\(id).json", record: index + 1, line: index + 1),
          title: text.title, text: text.text)
      }
      return FixtureInspection(records: texts.count, documents: documents)
    }

    func seed(in context: SeedContext) async throws {}
  }

  private static let prose = """
    A request waits for a connection because every worker holds one open while it calls another service, \
    and the pool is no larger than the number of workers, so that under load all of them wait for each other.
    """
  private let nothing = FixtureStore(files: [:])

  private func findings(_ seeders: [TextsSeeder], alongside others: [TextsSeeder] = []) -> [String] {
    Linter.run(
      seeders.map(RegisteredSeeder.init), alongside: others.map(RegisteredSeeder.init), fixtures: nothing
    ).seeders.flatMap(\.findings).map(\.description)
  }

  @Test("finds a text that was copied and slightly changed, and names the original")
  func nearCopy() {
    let copy = Self.prose.replacing("another service", with: "some other service")
    let found = findings([
      TextsSeeder(
        id: "a", texts: [("The pool runs dry under load", Self.prose), ("Something else entirely", copy)])
    ])
    #expect(found.count == 1)
    #expect(
      found.first?.hasPrefix("Seeders/a.json:2: record 2, field 'text': ") == true
        && found.first?.contains("% similar to 'The pool runs dry under load' (Seeders/a.json:1: record 1)")
          == true,
      "\(found)")
  }

  @Test("finds titles that differ only in one word or in case")
  func titles() {
    let found = findings([
      TextsSeeder(
        id: "a",
        texts: [
          ("FastAPI pool runs dry under heavy load", "one two three"),
          ("fastapi POOL runs dry under high load", "four five six"),
          ("Nginx drops websockets after a minute", "seven eight nine"),
        ])
    ])
    #expect(found.count == 1)
    #expect(found.first?.contains("record 2, field 'title': 75% similar") == true, "\(found)")
  }

  @Test("accepts independent texts about one subject")
  func unlike() {
    let other = """
      The pool of connections is exhausted when each worker keeps its connection during a call to another \
      service; give the connection back first, or make the pool larger than the number of workers.
      """
    #expect(findings([TextsSeeder(id: "a", texts: [("One", Self.prose), ("Two", other)])]) == [])
  }

  @Test("compares with texts of seeders that are not selected, without reporting their faults")
  func alongside() {
    let chosen = TextsSeeder(id: "a", texts: [("One", Self.prose)])
    let other = TextsSeeder(id: "b", texts: [("Two", Self.prose), ("Three", Self.prose)])
    let found = findings([chosen], alongside: [other])
    #expect(found.count == 2)
    #expect(found.allSatisfy { $0.hasPrefix("Seeders/a.json") })
    #expect(findings([], alongside: [other]) == [])
  }

  @Test("reports faults of one seeder and continues with the others")
  func faults() {
    let fault = FixtureFault(file: "x.json", found: "nothing", expected: "something")
    var broken = TextsSeeder(id: "a", texts: [])
    broken.error = FixtureError([fault])
    let report = Linter.run(
      [broken, TextsSeeder(id: "b", texts: [("One", Self.prose)])].map(RegisteredSeeder.init), alongside: [],
      fixtures: nothing)
    #expect(report.seeders.map(\.findings) == [[fault], []])
    #expect(report.seeders.map(\.records) == [0, 1])
    #expect(!report.isClean)
  }
}
