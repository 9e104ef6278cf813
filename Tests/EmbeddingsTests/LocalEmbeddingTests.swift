import Embeddings
import Basics
import Postgres
import Testing
import TraceStore

@Suite("The local embedding model")
struct LocalEmbeddingTests {
  private let provider = LocalEmbeddingProvider()

  private func similarity(_ first: EmbeddingText, _ second: EmbeddingText) -> Float {
    zip(provider.vector(for: first).components, provider.vector(for: second).components)
      .reduce(0) { $0 + $1.0 * $1.1 }
  }

  @Test(
    "gives every text a vector of length 1, whatever it contains",
    arguments: [
      "", " ", "\n\n", "???", "```", "a", "7", "the", "how do I do it", "0", "\u{0}", "\u{FFFD}", "e\u{301}",
      "'", "don't", "--", "::", "a.b.c", "x/y", "ÄÖÜ straße", "接続が切れる", "한국어", "🙂", "🙂🙂 🙂",
      "SELECT * FROM t WHERE a = 'b'", "clientIDs", "URLs", "HTTPServer", "A", "AB", "ABc",
    ])
  func anyText(text: String) async throws {
    let texts: [EmbeddingText] = [
      .query(text), .document(title: text, body: text), .document(title: "", body: text),
    ]
    // The check throws if a vector is invalid.
    #expect(try await provider.vectors(for: texts).count == 3)
  }

  @Test("embeds long texts, also of a single word or of a hundred thousand words")
  func longTexts() async throws {
    let words = (0..<100_000).map { "w\($0)" }.joined(separator: " ")
    let texts = [
      words, String(repeating: "x", count: 1_000_000), String(repeating: "index ", count: 100_000),
    ]
    for text in texts {
      _ = try await provider.vectors(for: [.query(text), .document(title: "t", body: text)])
    }
  }

  @Test("returns no vector for no text, and the vectors of several texts in order")
  func order() async throws {
    #expect(try await provider.vectors(for: []).isEmpty)
    let texts = ["one", "two", "three"].map { EmbeddingText.query($0) }
    let together = try await provider.vectors(for: texts)
    #expect(together == texts.map(provider.vector))
    #expect(Set(together).count == 3)
  }

  @Test("computes the same bits as version 3 on every machine")
  func bits() throws {
    let texts: [EmbeddingText] = [
      .query("Why does asyncpg.exceptions.InvalidCachedStatementError come behind pgbouncer?"),
      .query(""), .query("接続が切れる"), .query("how do I do it"),
      .document(
        title: "TypeError: fetch failed (ECONNREFUSED 127.0.0.1:5432)",
        body:
          "The client isn't connected.\n\n```ts\nconst clientId = await getClientID(\"x\")\n```\nRetries helped."
      ),
    ]
    let bytes = texts.flatMap { text in
      provider.vector(for: text).components.flatMap { component in
        (0..<4).map { UInt8(truncatingIfNeeded: component.bitPattern >> (8 * UInt32($0))) }
      }
    }
    #expect(provider.model == EmbeddingModel(id: "local", version: "3"))
    // If these bits change, increase the version of EmbeddingModel.local, so that stored embeddings are computed
    // again, and update the values here.
    #expect(
      Digest.sha256Hex(bytes) == "ec8cf707626c96111c053aec04f077acd46665b2eb79d4c29eae49262c518cf4")
  }

  @Test("matches inflected forms, parts of identifiers, abbreviations and related words")
  func words() {
    let other = EmbeddingText.query("zebra")
    for (first, second) in [
      ("indexes", "indexed"), ("querying", "queries"), ("stopped", "stops"), ("paginate", "pagination"),
      ("InvalidCachedStatementError", "cached"),
      ("max_connections", "connection"), ("k8s", "Kubernetes"), ("Postgres", "PostgreSQL"), ("PR", "PRs"),
      ("throttled", "quota"), ("FastAPI", "fastapi"), ("httpServer", "HTTPServer"), ("接続が", "接続"),
    ] {
      let near = similarity(.query(first), .query(second))
      #expect(near > 0.2, "\(first), \(second)")
      #expect(near > similarity(.query(first), other), "\(first), \(second)")
    }
  }

  @Test("does not match synonyms that are not in the word list: it is lexical")
  func lexical() {
    #expect(similarity(.query("automobile"), .query("vehicle")) < 0.1)
  }

  @Test("ignores no common word")
  func common() {
    let trace = EmbeddingText.document(title: "Rows are stale after a commit", body: "Read them again.")
    #expect(
      similarity(.query("stale after commit"), trace) > similarity(.query("stale before commit"), trace))
  }

  @Test("weights words in the title more than words in the text, and words in code less")
  func places() {
    let question = EmbeddingText.query("deadlock")
    let filler = "Rows are written by several workers"
    let title = similarity(question, .document(title: "deadlock", body: filler))
    let prose = similarity(question, .document(title: "writers", body: "deadlock\n\(filler)"))
    let code = similarity(question, .document(title: "writers", body: "```\ndeadlock\n```\n\(filler)"))
    #expect(title > prose && prose > code && code > 0)
  }
}
