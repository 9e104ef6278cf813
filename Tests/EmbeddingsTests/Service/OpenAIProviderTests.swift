import FoundationEssentials
import Glibc
import HTTPServer
import Postgres
import SeedKit
import Testing
import Threads
import TraceStore

@testable import Embeddings

@Suite("A service with OpenAI's API")
struct OpenAIProviderTests {
  private static func texts(_ count: Int) -> [EmbeddingText] { (0..<count).map { .query("text \($0)") } }

  @Test("receives batches, and each text gets its vector, whatever the order of the response")
  func order() async throws {
    try await FakeService.with { service, options in
      var options = options
      options.batchSize = 3
      let provider = try OpenAIEmbeddingProvider(options)
      let vectors = try await provider.vectors(for: Self.texts(8))
      #expect(service.asked.map(\.texts.count) == [3, 3, 2])
      #expect(service.asked.allSatisfy { $0.model == FakeService.model && $0.dimensions == nil })
      for (index, vector) in vectors.enumerated() {
        let raw = FakeService.vector("text \(index)")
        let norm = raw.map { $0 * $0 }.reduce(0, +).squareRoot()
        #expect(zip(vector.components, raw).allSatisfy { abs(Double($0) - $1 / norm) < 1e-6 })
        #expect(vector.components.count == 1536 && vector.components.dropFirst(8).allSatisfy { $0 == 0 })
      }
      #expect(try await provider.vectors(for: []).isEmpty)
    }
  }

  @Test("returns vectors whose cosines are preserved")
  func cosine() async throws {
    try await FakeService.with { _, options in
      let vectors = try await OpenAIEmbeddingProvider(options).vectors(for: Self.texts(2))
      func cosine(_ left: [Double], _ right: [Double]) -> Double {
        func dot(_ left: [Double], _ right: [Double]) -> Double { zip(left, right).map(*).reduce(0, +) }
        return dot(left, right) / (dot(left, left) * dot(right, right)).squareRoot()
      }
      let padded = vectors.map { $0.components.map(Double.init) }
      let raw = ["text 0", "text 1"].map(FakeService.vector)
      #expect(abs(cosine(padded[0], padded[1]) - cosine(raw[0], raw[1])) < 1e-6)
    }
  }

  @Test("receives the API key, the dimensions, and texts cut to the limit")
  func request() async throws {
    try await FakeService.with { service, options in
      var options = options
      options.apiKey = Secret("key-1")
      options.asksForDimensions = true
      options.textLimit = 5
      _ = try await OpenAIEmbeddingProvider(options).embed([.query("äöüßé and more"), .query("\"\\\n\u{1}")])
      let asked = try #require(service.asked.first)
      #expect(asked.headers["Authorization"] == "Bearer key-1" && asked.dimensions == 8)
      #expect(asked.texts == ["äöüßé", "\"\\\n\u{1}"])
      options.apiKey = nil
      _ = try await OpenAIEmbeddingProvider(options).embed(Self.texts(1))
      #expect(service.asked.last?.headers["Authorization"] == nil)
    }
  }

  @Test("is identified by model name and dimensions, so that models are never mixed up")
  func identity() throws {
    var options = OpenAIOptions()
    options.dimensions = 384
    #expect(
      try OpenAIEmbeddingProvider(options).model
        == EmbeddingModel(id: "text-embedding-3-small", version: "384"))
    options.model = "local"
    #expect(throws: EmbeddingServiceError.self) { try OpenAIEmbeddingProvider(options) }
  }

  @Test("may fail for a while: transient errors are retried", arguments: [429, 500, 502, 503, 504, 408])
  func retries(status: Int) async throws {
    try await FakeService.with({ $0.number <= 2 ? FakeService.refusal(status, "not now") : nil }) {
      service, options in
      let vectors = try await OpenAIEmbeddingProvider(options).vectors(for: Self.texts(2))
      #expect(vectors.count == 2 && service.asked.count == 3)
    }
  }

  @Test("is not called again before the time in Retry-After, in seconds or as a date")
  func retryAfter() async throws {
    for value in ["100", Self.httpDate(secondsFromNow: 100)] {
      try await FakeService.with({ _ in
        FakeService.refusal(429, "slow down", headers: ["Retry-After": value])
      }) { service, options in
        let error = await #expect(throws: EmbeddingServiceError.self) {
          try await OpenAIEmbeddingProvider(options).embed(Self.texts(1))
        }
        let seconds = error?.retryAfter?.components.seconds ?? 0
        // The date is relative to now, and some seconds may have passed.
        #expect((40...100).contains(seconds), "\(value): \(seconds)")
        // Longer than the retry budget, so the request fails.
        #expect(error?.kind == .busy && service.asked.count == 1)
      }
    }
  }

  private static func httpDate(secondsFromNow seconds: Int) -> String {
    var moment = time(nil) + seconds
    var parts = tm()
    gmtime_r(&moment, &parts)
    var buffer = [CChar](repeating: 0, count: 64)
    let count = strftime(&buffer, buffer.count, "%a, %d %b %Y %H:%M:%S GMT", &parts)
    return String(decoding: buffer.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  @Test("is retried with increasing pauses, not before Retry-After, and within the retry budget")
  func schedule() throws {
    func error(_ kind: EmbeddingServiceError.Kind, _ after: Duration? = nil) -> EmbeddingServiceError {
      EmbeddingServiceError(kind, "no", retryAfter: after)
    }
    var retries = ServiceRetries(budget: .seconds(1_000_000))
    let pauses = (0..<30).compactMap { _ in retries.pause(after: error(.failed)) }
    #expect(pauses.count == 30 && pauses.allSatisfy { $0 <= .seconds(20) && $0 >= .milliseconds(125) })
    #expect(pauses[29] >= .seconds(10))
    let asked = retries.pause(after: error(.busy, .seconds(77)))
    #expect(try #require(asked) >= .seconds(77))
    let tooLong = retries.pause(after: error(.busy, .seconds(2_000_000)))
    #expect(tooLong == nil)
    var none = ServiceRetries(budget: .zero)
    let never = none.pause(after: error(.failed))
    #expect(never == nil)
    var bad = ServiceRetries(budget: .seconds(1_000_000))
    let badPauses = (0..<5).compactMap { _ in bad.pause(after: error(.badAnswer)) }
    #expect(badPauses.count == 2)
    for kind in [EmbeddingServiceError.Kind.rejected, .misconfigured] {
      let pause = bad.pause(after: error(kind))
      #expect(pause == nil)
    }
  }

  @Test("is not waited for after cancellation")
  func cancellation() async throws {
    let (stream, continuation) = AsyncStream<Void>.makeStream()
    try await FakeService.with({ _ in
      continuation.yield()
      // Keep the request open until the server stops.
      try await Task.sleep(for: .seconds(3600))
      return nil
    }) { _, options in
      let provider = try OpenAIEmbeddingProvider(options)
      let asking = Task { try await provider.embed(Self.texts(1)) }
      for await _ in stream { break }
      asking.cancel()
      await #expect(throws: CancellationError.self) { try await asking.value }
      let late = Task { try await provider.embed(Self.texts(1)) }
      late.cancel()
      await #expect(throws: CancellationError.self) { try await late.value }
    }
  }

  @Test("handles concurrent requests")
  func parallel() async throws {
    try await FakeService.with { service, options in
      let provider = try OpenAIEmbeddingProvider(options)
      try await withThrowingTaskGroup(of: Bool.self) { group in
        for number in 0..<50 {
          group.addTask {
            let vectors = try await provider.vectors(for: [.query("q\(number)")])
            let raw = FakeService.vector("q\(number)")
            return vectors[0].components[0].sign == Float(raw[0]).sign
          }
        }
        for try await isRight in group { #expect(isRight) }
      }
      #expect(service.asked.count == 50)
    }
  }
}
