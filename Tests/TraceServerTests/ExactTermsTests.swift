import Catalog
import FoundationEssentials
import Migrations
import Postgres
import SeedKit
import SeedTesting
import Testing

@testable import TraceStore

@Suite("Exact terms")
struct ExactTermsTests {
  @Test(
    "are error codes, identifiers and versions, but no ordinary words and small numbers",
    arguments: [
      ("what does ERR_REQUIRE_ESM mean", ["ERR_REQUIRE_ESM"]),
      ("sqlalchemy.exc.MissingGreenlet: greenlet_spawn", ["MissingGreenlet", "greenlet_spawn"]),
      ("SQLSTATE 55P03. in v1.4.1 and 3.12", ["SQLSTATE", "v1.4.1", "55P03", "3.12"]),
      ("HTTP 413 after 20 s in S3", ["HTTP", "S3", "413"]),
      ("I have a problem with Docker, please help", []),
      ("größe __ _ 7", []),
      ("", []),
    ])
  func ofQuestion(question: String, expected: [String]) {
    let terms = ExactTerms(of: question).spellings
    #expect(terms.count == expected.count && zip(terms, expected).allSatisfy { $0.contains($1) }, "\(terms)")
  }

  @Test("match in the spelling of the question, in capitals and in small letters")
  func spellings() {
    #expect(ExactTerms(of: "Err_Require").spellings == [["ERR_REQUIRE", "Err_Require", "err_require"]])
  }

  @Test("are at most eight for a pasted log, and names are preferred to numbers")
  func limit() {
    let log = (1000..<1100).map { "pid \($0) at 12:00:\($0)" }.joined(separator: "\n") + " DeadlockDetected"
    let terms = ExactTerms(of: log).spellings
    #expect(terms.count == 8)
    #expect(terms.first?.contains("DeadlockDetected") == true)
  }

  /// Texts with every kind of border between terms.
  private static let texts = [
    "asyncio.timeout(5) of v1.4.1, 0.8.5 17.2 3.12. useEffect & ERR_REQUIRE_ESM: a.B.c1.2.d (HTTP 413) /var/lib/x_y",
    "0.1.dev1+g5d __init__ _ 10.0.0.1 1.2.3.4.5.6.7 100_000 -x 12 libpq.so.5 S3 größe Ähm 1.é 1é.2 a1.1a",
    String(repeating: "1.", count: 40) + " " + String(repeating: "aB", count: 32) + " "
      + String(repeating: "aB", count: 33),
    "..1..2.3 .5 5. x.5 5.x A Bc CD eF g1 1g\r\n\tI i I' 1'000", "\u{1F680}A1\u{1F680}b\u{301}C2 ÀB3 日本語JP4語",
    "",
  ]

  @Test("are the same in Swift and in the index, for the built-in traces and for every kind of border")
  func sameAsIndex() async throws {
    try await TemporaryDatabase.with { database in
      try await database.withConnection { connection in
        let names = ["python-fastapi", "databases", "testing"].map { "CuratedTraces/Fixtures/\($0).json" }
        let traces = try TraceImport.read(Catalog.fixtures.files(names)).map(\.trace)
        for (title, context, solution) in traces.map({ ($0.title, $0.context, $0.solution) })
          + Self.texts.map({ ($0, "", "") })
        {
          let found = try await connection.queryOne(
            """
            SELECT \(ExactTerms.expression)
            FROM (SELECT \(title)::text AS title, \(context)::text AS context_text, \(solution)::text AS solution_text) AS t
            """
          ).decode([String].self)
          #expect(found == ExactTerms.all(in: "\(title) \(context) \(solution)"), "\(title.prefix(80))")
        }
      }
    }
  }

  @Test("of encoded data and endless numbers do not exceed the size of an index key")
  func hugeTokens() async throws {
    try await TemporaryDatabase.with { database in
      try await database.withPool(maximumConnections: 2) { pool in
        _ = try await Migrator(sets: TraceSchema.migrations()).apply(on: pool)
        try await pool.withConnection { connection in
          try await connection.query("INSERT INTO users (email, display_name) VALUES ('a@b.c', 'A')")
          var generator = SystemRandomNumberGenerator()
          let letters = Array("ABCDEFabcdef0123456789_.")
          let random = String((0..<40_000).map { _ in letters.randomElement(using: &generator) ?? "a" })
          for text in [
            random, String(repeating: "1.", count: 20_000), String(repeating: "aB1.2", count: 8_000),
          ] {
            try await connection.query(
              """
              INSERT INTO traces (title, context_text, solution_text, contributor_id)
              SELECT 't', \(text), \(text), id FROM users
              """)
          }
          #expect(try await connection.queryOne("SELECT count(*) FROM traces").decode(Int.self) == 3)
        }
      }
    }
  }
}
