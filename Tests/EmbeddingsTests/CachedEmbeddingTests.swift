import Embeddings
import Postgres
import Testing
import Threads
import TraceStore

@Suite("Cached embeddings")
struct CachedEmbeddingTests {
  private struct Refused: Error {}

  /// Returns a distinct vector for each text and records the requests.
  private final class CountingProvider: EmbeddingProvider {
    let model = EmbeddingModel(id: "counting", version: "7")
    let asked = Lock<[[EmbeddingText]]>([])

    func embed(_ texts: [EmbeddingText]) async throws -> [PostgresVector] {
      let count = asked.withLock { asked in
        asked.append(texts)
        return asked.count
      }
      return try texts.map { text in
        if text == .query("fails once"), count == 1 { throw Refused() }
        return Self.vector(text)
      }
    }

    static func vector(_ text: EmbeddingText) -> PostgresVector {
      var components = [Float](repeating: 0, count: TraceIndex.dimensions)
      components[text.plain.utf8.reduce(0) { ($0 * 31 + Int($1)) % TraceIndex.dimensions }] = 1
      return PostgresVector(components)
    }

    var texts: [String] { asked.withLock { $0.joined().map(\.plain) } }
  }

  private let counting = CountingProvider()

  @Test("are requested from the provider once")
  func once() async throws {
    let provider = CachedEmbeddingProvider(counting)
    #expect(provider.model == counting.model)
    for _ in 0..<3 {
      let texts = ["a", "b"].map(EmbeddingText.query)
      #expect(try await provider.vectors(for: texts) == texts.map(CountingProvider.vector))
    }
    #expect(counting.texts == ["a", "b"])
  }

  @Test("are combined with new ones in the order of the texts, with one request for all new ones")
  func mixed() async throws {
    let provider = CachedEmbeddingProvider(counting)
    _ = try await provider.vectors(for: [.query("b")])
    let texts = ["a", "b", "c", "b"].map(EmbeddingText.query)
    #expect(try await provider.vectors(for: texts) == texts.map(CountingProvider.vector))
    #expect(counting.asked.withLock { $0.map { $0.map(\.plain) } } == [["b"], ["a", "c"]])
    #expect(try await provider.vectors(for: []).isEmpty)
    #expect(counting.asked.withLock { $0.count } == 2)
  }

  @Test("distinguish a query from a document with the same words")
  func kinds() async throws {
    let provider = CachedEmbeddingProvider(counting)
    _ = try await provider.vectors(for: [.query("a\n\nb")])
    _ = try await provider.vectors(for: [.document(title: "a", body: "b")])
    #expect(counting.texts.count == 2)
  }

  @Test("do not include results of failed requests")
  func failure() async throws {
    let provider = CachedEmbeddingProvider(counting)
    let texts = [EmbeddingText.query("good"), .query("fails once")]
    await #expect(throws: Refused.self) { try await provider.vectors(for: texts) }
    #expect(try await provider.vectors(for: texts).count == 2)
    #expect(counting.texts == ["good", "fails once", "good", "fails once"])
  }

  @Test("never exceed twice the capacity; recently used entries stay")
  func bounded() async throws {
    let provider = CachedEmbeddingProvider(counting, capacity: 10)
    for number in 0..<200 { _ = try await provider.vectors(for: [.query("used"), .query("\(number)")]) }
    #expect(counting.texts.count { $0 == "used" } == 1)
    let before = counting.texts.count
    for number in 0..<200 { _ = try await provider.vectors(for: [.query("\(number)")]) }
    #expect(counting.texts.count - before >= 180)
  }

  @Test("are consistent under concurrent access")
  func together() async throws {
    let provider = CachedEmbeddingProvider(counting, capacity: 5)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for task in 0..<50 {
        group.addTask {
          let text = EmbeddingText.query("\(task % 8)")
          let vectors = try await provider.vectors(for: [text])
          #expect(vectors == [CountingProvider.vector(text)])
        }
      }
      try await group.waitForAll()
    }
  }
}
