import Embeddings
import FoundationEssentials
import HTTPServer
import Postgres
import RateLimiter
import Testing
import TraceStore

@testable import TraceServer

@Suite("The page", .serialized)
struct PageTests {
  private static let folder = URL(filePath: #filePath, directoryHint: .notDirectory)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Sources/Traces/TraceServer/Page")

  @Test("consists of all files of its folder, embedded unchanged")
  func files() throws {
    let names = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path)
    #expect(names.count > 5)
    for name in names {
      let file = try #require(
        PageFile.named(name, .init(searchNeedsToken: true)), "\(name) is not in Sources/Resources/files.c")
      #expect(try Array(Data(contentsOf: Self.folder.appending(path: name))) == file.body, "\(name)")
    }
  }

  @Test("refers only to existing files, and contains nothing inline that its policy would block")
  func references() throws {
    for name in try FileManager.default.contentsOfDirectory(atPath: Self.folder.path) {
      let file = try #require(PageFile.named(name, .init(searchNeedsToken: true)))
      let text = String(decoding: file.body, as: UTF8.self)
      #expect(!text.contains("innerHTML") && !text.contains("insertAdjacentHTML"), "\(name)")
      for match in text.matches(of: /(?:from "\.|(?:src|href)="page)\/([a-z.]+)"/) {
        #expect(PageFile.named(String(match.1), .init(searchNeedsToken: true)) != nil, "\(name): \(match.0)")
      }
    }
    let page = String(
      decoding: try #require(PageFile.named("index.html", .init(searchNeedsToken: true))).body, as: UTF8.self)
    #expect(page.matches(of: /<script(?![^>]* src=)|<style|\sstyle=|\son[a-z]+=/).isEmpty)
  }

  @Test("has a strict content security policy, and is cached until it changes")
  func headers() async throws {
    try await Service.with { service in
      let page = try await service.get("/").response
      #expect(page.status == 200 && page.headers["Content-Type"] == "text/html; charset=utf-8")
      let policy = try #require(page.headers["Content-Security-Policy"])
      for part in [
        "default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'", "frame-ancestors 'none'",
      ] { #expect(policy.contains(part)) }
      #expect(!policy.contains("unsafe") && !policy.contains("*"))
      #expect(page.headers["X-Content-Type-Options"] == "nosniff")
      #expect(page.headers["Referrer-Policy"] == "no-referrer")
      #expect(page.headers["Cache-Control"] == "no-cache")

      let etag = try #require(page.headers["ETag"])
      for known in [etag, "W/\(etag)", "\"other\", \(etag)", "*"] {
        let again = try await service.send(.get, "/", [], headers: ["If-None-Match": known]).response
        #expect(again.status == 304 && again.body.isEmpty && again.headers["ETag"] == etag, "\(known)")
      }
      let changed = try await service.send(.get, "/", [], headers: ["If-None-Match": "\"other\""]).response
      #expect(changed.status == 200 && changed.body == page.body)

      let script = try await service.get("/page/main.js").response
      #expect(script.headers["Content-Type"] == "text/javascript; charset=utf-8")
      #expect(script.headers["ETag"] != etag)
      for path in ["/page/none.js", "/page/", "/page/..%2Findex.html", "/page/main.js/"] {
        #expect(try await service.get(path).status == 404, "\(path)")
      }
      #expect(try await service.post("/", "{}").status == 405)
    }
  }

  @Test("knows whether search requires a token")
  func tokenNeeded() async throws {
    for (isNeeded, mark) in [(true, "data-search=\"token\""), (false, "data-search=\"open\"")] {
      try await Service.with(options: { $0.searchNeedsToken = isNeeded }) { service in
        let page = try await service.get("/")
        #expect(String(decoding: page.response.body, as: UTF8.self).contains(mark))
        #expect(
          try await service.post("/api/v1/traces/search", #"{"q": "x"}"#).status == (isNeeded ? 401 : 200))
        // Writes require a token in any case, and an invalid one is rejected.
        #expect(try await service.post("/api/v1/traces", "{}").status == 401)
        let wrong = try await service.post("/api/v1/traces/search", #"{"q": "x"}"#, token: "ct_wrong")
        #expect(wrong.status == 401)
      }
    }
  }

  @Test("says that traces are found by meaning only if the embedding model is not the local one")
  func ranking() async throws {
    let providers: [(any EmbeddingProvider, String)] = [
      (LocalEmbeddingProvider(), "words"), (NeuralProvider(), "meaning"),
      (CachedEmbeddingProvider(LocalEmbeddingProvider()), "words"),
    ]
    for (provider, ranking) in providers {
      try await Service.with(provider: provider) { service in
        let page = String(decoding: try await service.get("/").response.body, as: UTF8.self)
        #expect(page.contains("<html lang=\"en\" data-search=\"token\" data-ranking=\"\(ranking)\">"))
      }
    }
  }

  /// Stands for a model that compares the meanings of texts.
  private struct NeuralProvider: EmbeddingProvider {
    let model = EmbeddingModel(id: "neural", version: "1")

    func embed(_ texts: [EmbeddingText]) async throws -> [PostgresVector] {
      try await LocalEmbeddingProvider().embed(texts)
    }
  }

  @Test("a search without a token is limited by address, like other reads")
  func limits() async throws {
    try await Service.with(options: { options in
      options.searchNeedsToken = false
      options.limits = try RateLimitPolicy(readsPerMinute: 10, writesPerMinute: 5)
    }) { service in
      var allowed = 0
      var answer = try await service.post("/api/v1/traces/search", #"{"q": "x"}"#, from: "10.0.0.1")
      // The limit is so low that no token is refilled, even on a slow machine.
      while answer.status == 200 {
        allowed += 1
        answer = try await service.post("/api/v1/traces/search", #"{"q": "x"}"#, from: "10.0.0.1")
      }
      #expect(allowed >= 10 && answer.status == 429 && answer.response.headers["Retry-After"] != nil)
      #expect(
        try await service.post("/api/v1/traces/search", #"{"q": "x"}"#, from: "10.0.0.2").status == 200)
      let token = try await service.register("a@example.com")
      #expect(
        try await service.post("/api/v1/traces/search", #"{"q": "x"}"#, token: token, from: "10.0.0.1").status
          == 200)
      for _ in 0..<30 { #expect(try await service.get("/", from: "10.0.0.1").status == 200) }
    }
  }
}
