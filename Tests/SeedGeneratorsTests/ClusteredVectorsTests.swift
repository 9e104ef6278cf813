import Testing

@testable import SeedGenerators

@Suite("Clustered vectors")
struct ClusteredVectorsTests {
  private func vectors(seed: UInt64, clusters: Int, similarity: Double) -> ClusteredVectors {
    ClusteredVectors(
      seed: seed, dimensions: 1536, clusters: clusters, similarity: similarity)
  }

  private func cosine(_ left: [Float], _ right: [Float]) -> Double {
    let dot = zip(left, right).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
    return dot / (norm(left) * norm(right))
  }

  private func norm(_ vector: [Float]) -> Double {
    vector.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
  }

  @Test(
    "have the requested similarity to the center of their cluster", arguments: [0.3, 0.5, 0.8, 0.95, 1])
  func similarity(asked: Double) {
    let vectors = self.vectors(seed: 1, clusters: 50, similarity: asked)
    let cosines = (0..<400).map { cosine(vectors.vector(row: $0), vectors.center(vectors.cluster(of: $0))) }
    let mean = cosines.reduce(0, +) / Double(cosines.count)
    // The standard deviation of one cosine is about 0.01, and that of the mean of 400 a twentieth of it.
    #expect(abs(mean - asked) < 0.005, "measured \(mean)")
    #expect(cosines.allSatisfy { abs($0 - asked) < 0.1 })
  }

  @Test(
    "have norm 1; the cosine within a cluster is that to the center squared, and between clusters near zero"
  )
  func spread() {
    let vectors = self.vectors(seed: 1, clusters: 100, similarity: 0.8)
    let list = (0..<200).map { vectors.vector(row: $0) }
    #expect(list.allSatisfy { abs(norm($0) - 1) < 1e-5 })
    // Row 0 and row 100 share a cluster: their cosine is the product of their cosines with the center.
    #expect(abs(cosine(list[0], list[100]) - 0.64) < 0.06)
    #expect(abs(cosine(list[0], list[1])) < 0.15)
  }

  @Test("depend only on the seed and the row, bit by bit, on every machine")
  func deterministic() {
    let vectors = self.vectors(seed: 42, clusters: 1_000, similarity: 0.8)
    let forwards = (0..<20).map { vectors.vector(row: $0) }
    let backwards = (0..<20).reversed().map {
      self.vectors(seed: 42, clusters: 1_000, similarity: 0.8).vector(row: $0)
    }
    #expect(forwards == backwards.reversed())
    #expect(self.vectors(seed: 43, clusters: 1_000, similarity: 0.8).vector(row: 0) != forwards[0])
    // Pinned values: if they change, increase the number of the generator.
    let digest = vectors.vector(row: 99_999).reduce(UInt64(0)) { ($0 &* 31) &+ UInt64($1.bitPattern) }
    #expect(digest == 9_405_413_298_339_697_915)
  }
}

extension ClusteredVectors {
  fileprivate func vector(row: Int) -> [Float] {
    var result: [Float] = []
    withVector(row: row) { result = Array($0) }
    return result
  }

  fileprivate func center(_ cluster: Int) -> [Float] {
    var result: [Float] = []
    withCenter(cluster) { result = Array($0) }
    return result
  }
}
