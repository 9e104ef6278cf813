import SeedGenerators

/// Generates unit vectors in clusters. Each depends only on the seed and the row number.
///
/// The center of a cluster is a random direction. The vector of a row is the unit center plus noise with norm √(1/c²
/// − 1), scaled to norm 1. In many dimensions, noise is almost orthogonal to the center, so the cosine of the two is
/// 1 / √(1 + norm²) = c. (The script that this replaces used noise of 0.05 in each of 1,536 dimensions. Its norm is
/// 1.96, so the cosine was always 0.45.)
///
/// Components are drawn from a uniform distribution instead of a normal one. Sums of 1,536 of them are normally
/// distributed anyway, and with integers every machine computes the same bits.
struct CapacityVectors: Sendable {
  /// The dimensions of the column `traces.embedding`.
  static let dimensions = 1536
  /// The size of a vector in pgvector's binary format: the dimensions, an unused number, and the components.
  static let encodedSize = 4 + 4 * dimensions

  private let seed: UInt64
  private let clusters: Int
  private let noiseScale: Float

  /// - Parameters:
  ///   - seed: selects a data set.
  ///   - clusters: the number of clusters, at least 1.
  ///   - similarity: the expected cosine of a vector and its center, above 0, at most 1.
  init(seed: UInt64, clusters: Int, similarity: Double) {
    self.seed = seed
    self.clusters = clusters
    let norm = (1 / (similarity * similarity) - 1).squareRoot()
    noiseScale = Float(norm / (Double(Self.dimensions).squareRoot() * Self.deviation))
  }

  /// The cluster of a row.
  func cluster(of row: Int) -> Int { row % clusters }

  /// Writes the vector of a row in pgvector's binary format.
  func write(row: Int, to bytes: UnsafeMutableRawBufferPointer) {
    withUnsafeTemporaryAllocation(of: Float.self, capacity: Self.dimensions) { vector in
      let center = CounterRandom(seed: seed, stream: Stream.center.rawValue, index: UInt64(cluster(of: row)))
      let noise = CounterRandom(seed: seed, stream: Stream.noise.rawValue, index: UInt64(row))
      Self.fill(vector, from: center, noise: noise, noiseScale: noiseScale)
      bytes.storeBytes(of: UInt16(Self.dimensions).bigEndian, toByteOffset: 0, as: UInt16.self)
      bytes.storeBytes(of: 0, toByteOffset: 2, as: UInt16.self)
      for (index, component) in vector.enumerated() {
        bytes.storeBytes(of: component.bitPattern.bigEndian, toByteOffset: 4 + 4 * index, as: UInt32.self)
      }
    }
  }

  /// The vector of a row.
  func vector(row: Int) -> [Float] {
    decode { write(row: row, to: $0) }
  }

  /// The center of a cluster, with norm 1.
  func center(_ cluster: Int) -> [Float] {
    let random = CounterRandom(seed: seed, stream: Stream.center.rawValue, index: UInt64(cluster))
    return [Float](unsafeUninitializedCapacity: Self.dimensions) { vector, count in
      Self.fill(vector, from: random, noise: random, noiseScale: 0)
      count = Self.dimensions
    }
  }

  private enum Stream: UInt64 {
    case center = 1
    case noise = 2
  }

  /// The standard deviation of a uniform draw from −32768…32767: √((2³² − 1) / 12).
  private static let deviation = ((4_294_967_296.0 - 1) / 12).squareRoot()

  private static func fill(
    _ vector: UnsafeMutableBufferPointer<Float>, from center: CounterRandom, noise: CounterRandom,
    noiseScale: Float
  ) {
    // The squared norm of the center as an integer, which is exact in any order of addition.
    var squares: Int64 = 0
    for group in 0..<(dimensions / 4) {
      let draws = SIMD4<Int32>(truncatingIfNeeded: unpack(center[group]))
      let wide = SIMD4<Int64>(truncatingIfNeeded: draws)
      squares &+= (wide &* wide).wrappedSum()
      (UnsafeMutableRawPointer(vector.baseAddress)?.advanced(by: group * 16))?.storeBytes(
        of: SIMD4<Float>(draws), as: SIMD4<Float>.self)
    }
    let centerScale = Float(1 / Double(squares).squareRoot())
    var sum = SIMD4<Double>.zero
    vector.withMemoryRebound(to: SIMD4<Float>.self) { groups in
      for group in 0..<(dimensions / 4) {
        let draws = SIMD4<Float>(SIMD4<Int32>(truncatingIfNeeded: unpack(noise[group])))
        let value = groups[group] * centerScale + draws * noiseScale
        groups[group] = value
        let wide = SIMD4<Double>(value)
        sum += wide * wide
      }
      // Add in this fixed order, because rounding depends on it.
      let norm = ((sum[0] + sum[1]) + (sum[2] + sum[3])).squareRoot()
      let scale = Float(1 / norm)
      for group in 0..<(dimensions / 4) { groups[group] *= scale }
    }
  }

  private static func unpack(_ bits: UInt64) -> SIMD4<Int16> {
    SIMD4(
      Int16(truncatingIfNeeded: bits), Int16(truncatingIfNeeded: bits >> 16),
      Int16(truncatingIfNeeded: bits >> 32), Int16(truncatingIfNeeded: bits >> 48))
  }

  private func decode(_ body: (UnsafeMutableRawBufferPointer) -> Void) -> [Float] {
    withUnsafeTemporaryAllocation(byteCount: Self.encodedSize, alignment: 8) { bytes in
      body(bytes)
      return (0..<Self.dimensions).map { index in
        Float(
          bitPattern: UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: 4 + 4 * index, as: UInt32.self)))
      }
    }
  }
}
