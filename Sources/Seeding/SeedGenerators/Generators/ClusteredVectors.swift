/// Generates unit vectors in clusters. Each depends only on the seed and the row number.
///
/// The center of a cluster is a random direction. The vector of a row is the unit center plus noise with norm
/// √(1/c² − 1), scaled to norm 1. In many dimensions, noise is almost orthogonal to the center, so the cosine of the
/// two is 1 / √(1 + norm²) = c. In few dimensions the cosine varies more.
///
/// Components are drawn from a uniform distribution instead of a normal one. Sums of many of them are normally
/// distributed anyway, and with integers every machine computes the same bits.
package struct ClusteredVectors: Sendable {
  /// The number of components.
  package let dimensions: Int
  /// The size of a vector in pgvector's binary format: the dimensions, an unused number, and the components.
  package var encodedSize: Int { 4 + 4 * dimensions }

  let seed: UInt64
  let clusters: Int
  let noiseScale: Float

  /// Creates a generator.
  ///
  /// - Parameters:
  ///   - seed: selects a data set.
  ///   - dimensions: the number of components, at least 1.
  ///   - clusters: the number of clusters, at least 1.
  ///   - similarity: the expected cosine of a vector and its center, above 0, at most 1.
  package init(seed: UInt64, dimensions: Int, clusters: Int, similarity: Double) {
    self.seed = seed
    self.dimensions = dimensions
    self.clusters = clusters
    let norm = (1 / (similarity * similarity) - 1).squareRoot()
    noiseScale = Float(norm / (Double(dimensions).squareRoot() * Self.deviation))
  }

  /// The cluster of a row.
  package func cluster(of row: Int) -> Int { row % clusters }

  /// Writes the vector of a row in pgvector's binary format into ``encodedSize`` bytes.
  package func write(row: Int, to bytes: UnsafeMutableRawBufferPointer) {
    withVector(row: row) { vector in
      bytes.storeBytes(of: UInt16(dimensions).bigEndian, toByteOffset: 0, as: UInt16.self)
      bytes.storeBytes(of: 0, toByteOffset: 2, as: UInt16.self)
      for (index, component) in vector.enumerated() {
        bytes.storeBytes(of: component.bitPattern.bigEndian, toByteOffset: 4 + 4 * index, as: UInt32.self)
      }
    }
  }

  /// Passes the vector of a row to a closure.
  package func withVector(row: Int, _ body: (UnsafeBufferPointer<Float>) -> Void) {
    let center = CounterRandom(seed: seed, stream: Stream.center.rawValue, index: UInt64(cluster(of: row)))
    let noise = CounterRandom(seed: seed, stream: Stream.noise.rawValue, index: UInt64(row))
    withFilled(center: center, noise: noise, noiseScale: noiseScale, body)
  }

  /// Passes the center of a cluster, with norm 1, to a closure.
  package func withCenter(_ cluster: Int, _ body: (UnsafeBufferPointer<Float>) -> Void) {
    let random = CounterRandom(seed: seed, stream: Stream.center.rawValue, index: UInt64(cluster))
    withFilled(center: random, noise: random, noiseScale: 0, body)
  }

  @usableFromInline
  enum Stream: UInt64 {
    case center = 1
    case noise = 2
  }

  /// The standard deviation of a uniform draw from −32768…32767: √((2³² − 1) / 12).
  private static let deviation = ((4_294_967_296.0 - 1) / 12).squareRoot()

  func withFilled(
    center: CounterRandom, noise: CounterRandom, noiseScale: Float,
    _ body: (UnsafeBufferPointer<Float>) -> Void
  ) {
    // Four components are computed at a time. The last group is filled with zeros.
    let groups = (dimensions + 3) / 4
    withUnsafeTemporaryAllocation(of: SIMD4<Float>.self, capacity: groups) { vector in
      fill(vector, from: center, noise: noise, noiseScale: noiseScale)
      vector.withMemoryRebound(to: Float.self) { components in
        body(UnsafeBufferPointer(rebasing: UnsafeBufferPointer(components)[..<dimensions]))
      }
    }
  }

  func fill(
    _ vector: UnsafeMutableBufferPointer<SIMD4<Float>>, from center: CounterRandom, noise: CounterRandom,
    noiseScale: Float
  ) {
    let last = vector.count - 1
    let rest = dimensions - 4 * last
    // The squared norm of the center as an integer, which is exact in any order of addition.
    var squares: Int64 = 0
    for group in 0...last {
      let draws = Self.draws(center[group], count: group == last ? rest : 4)
      let wide = SIMD4<Int64>(truncatingIfNeeded: draws)
      squares &+= (wide &* wide).wrappedSum()
      vector.initializeElement(at: group, to: SIMD4<Float>(draws))
    }
    let centerScale = Float(1 / Double(max(squares, 1)).squareRoot())
    var sum = SIMD4<Double>.zero
    for group in 0...last {
      let draws = SIMD4<Float>(Self.draws(noise[group], count: group == last ? rest : 4))
      let value = vector[group] * centerScale + draws * noiseScale
      vector[group] = value
      let wide = SIMD4<Double>(value)
      sum += wide * wide
    }
    // Add in this fixed order, because rounding depends on it.
    let norm = ((sum[0] + sum[1]) + (sum[2] + sum[3])).squareRoot()
    let scale = Float(1 / max(norm, .leastNormalMagnitude))
    for group in 0...last { vector[group] *= scale }
  }

  /// Four numbers from −32768 to 32767. Those from `count` on are zero.
  @inline(__always)
  static func draws(_ bits: UInt64, count: Int) -> SIMD4<Int32> {
    let bits = count == 4 ? bits : bits & (1 << UInt64(16 * count) - 1)
    return SIMD4(
      Int32(Int16(truncatingIfNeeded: bits)), Int32(Int16(truncatingIfNeeded: bits >> 16)),
      Int32(Int16(truncatingIfNeeded: bits >> 32)), Int32(Int16(truncatingIfNeeded: bits >> 48)))
  }
}
