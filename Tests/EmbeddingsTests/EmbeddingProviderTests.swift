import Embeddings
import Postgres
import Testing
import TraceStore

@Suite("The result of an embedding provider")
struct EmbeddingProviderTests {
  private struct StubProvider: EmbeddingProvider {
    let model = EmbeddingModel(id: "stub", version: "1")
    let answer: [PostgresVector]

    func embed(_ texts: [EmbeddingText]) async throws -> [PostgresVector] { answer }
  }

  private static func vector(_ first: Float, _ others: Float = 0, count: Int = 1536) -> PostgresVector {
    PostgresVector([first] + [Float](repeating: others, count: count - 1))
  }

  private func check(_ vectors: PostgresVector..., texts: Int? = nil) async throws -> [PostgresVector] {
    try await StubProvider(answer: vectors)
      .vectors(for: [EmbeddingText](repeating: .query("q"), count: texts ?? vectors.count))
  }

  @Test("is accepted if each vector has 1,536 finite components and length 1")
  func good() async throws {
    #expect(try await check(Self.vector(1), Self.vector(-1)).count == 2)
    #expect(try await check(Self.vector(1.0005)).count == 1, "as near as single precision makes it")
    #expect(try await check().isEmpty)
  }

  @Test("is rejected if there are more or fewer vectors than texts", arguments: [1, 3])
  func count(texts: Int) async throws {
    await #expect(throws: EmbeddingError.wrongCount(model: "stub", found: 2, expected: texts)) {
      try await check(Self.vector(1), Self.vector(1), texts: texts)
    }
  }

  private static let bad: [(PostgresVector, EmbeddingFault)] = [
    (vector(1, count: 1535), .dimensions(1535)), (vector(1, count: 3072), .dimensions(3072)),
    (PostgresVector([]), .dimensions(0)), (vector(.nan), .notFinite(1)),
    (vector(.infinity, 0), .notFinite(1)),
    (vector(1, -.infinity), .notFinite(1535)), (vector(0), .zero), (vector(-0.0), .zero),
    (vector(2), .norm(2)), (vector(0.5), .norm(0.5)),
  ]

  @Test("is rejected as a whole if one vector is invalid, and the error names it", arguments: bad.indices)
  func fault(index: Int) async throws {
    let (vector, fault) = Self.bad[index]
    let error = await #expect(throws: EmbeddingError.self) { try await check(Self.vector(1), vector) }
    #expect(error == .badVector(model: "stub", index: 1, fault))
    #expect(error?.description.contains("returned an invalid vector for text 2: \(fault). Nothing") == true)
  }

  @Test("is rejected if squares of its components overflow or underflow in single precision")
  func extremes() async throws {
    await #expect(throws: EmbeddingError.self) { try await check(Self.vector(.leastNonzeroMagnitude)) }
    await #expect(throws: EmbeddingError.self) { try await check(Self.vector(.greatestFiniteMagnitude)) }
  }
}
