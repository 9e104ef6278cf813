import TraceStore

/// Makes unit vectors that lie in clusters, each a function of the seed and of its row.
///
/// A cluster's centre is a direction without preference. A row's vector is the unit centre plus noise
/// whose norm is √(1/c² − 1), scaled to norm 1: noise in many dimensions is almost at right angles to
/// the centre, so the cosine between the two is 1 / √(1 + norm²) = c. (The noise of the script that
/// this replaces, 0.05 in each of 1,536 dimensions, has norm 1.96, and its cosine is 0.45 whatever one
/// asks for.)
///
/// Components are drawn evenly from an interval, not from a bell curve: sums of 1,536 of them are
/// normal all the same, and integers make every machine compute the same bits.
struct CapacityVectors: Sendable {
  /// The dimensions of the column `traces.embedding`.
  static let dimensions = 1536
  /// Bytes of a vector as pgvector sends and receives it: its dimensions, an unused number, components.
  static let encodedSize = 4 + 4 * dimensions

  private let seed: UInt64
  private let clusters: Int
  private let noiseScale: Float

  /// - Parameters:
  ///   - seed: what distinguishes one data set from another.
  ///   - clusters: how many, at least 1.
  ///   - similarity: the expected cosine of a vector and its centre, above 0, at most 1.
  init(seed: UInt64, clusters: Int, similarity: Double) {
    self.seed = seed
    self.clusters = clusters
    let norm = (1 / (similarity * similarity) - 1).squareRoot()
    noiseScale = Float(norm / (Double(Self.dimensions).squareRoot() * Self.deviation))
  }

  /// The cluster of a row.
  func cluster(of row: Int) -> Int { row % clusters }

  /// Writes a row's vector in the form in which pgvector receives it.
  func write(row: Int, to bytes: UnsafeMutableRawBufferPointer) {
    withUnsafeTemporaryAllocation(of: Float.self, capacity: Self.dimensions) { vector in
      let centre = CounterRandom(seed: seed, stream: Stream.centre.rawValue, index: UInt64(cluster(of: row)))
      let noise = CounterRandom(seed: seed, stream: Stream.noise.rawValue, index: UInt64(row))
      Self.fill(vector, from: centre, noise: noise, noiseScale: noiseScale)
      bytes.storeBytes(of: UInt16(Self.dimensions).bigEndian, toByteOffset: 0, as: UInt16.self)
      bytes.storeBytes(of: 0, toByteOffset: 2, as: UInt16.self)
      for (index, component) in vector.enumerated() {
        bytes.storeBytes(of: component.bitPattern.bigEndian, toByteOffset: 4 + 4 * index, as: UInt32.self)
      }
    }
  }

  /// A row's vector.
  func vector(row: Int) -> [Float] {
    decode { write(row: row, to: $0) }
  }

  /// A cluster's centre, with norm 1.
  func centre(_ cluster: Int) -> [Float] {
    let random = CounterRandom(seed: seed, stream: Stream.centre.rawValue, index: UInt64(cluster))
    return [Float](unsafeUninitializedCapacity: Self.dimensions) { vector, count in
      Self.fill(vector, from: random, noise: random, noiseScale: 0)
      count = Self.dimensions
    }
  }

  private enum Stream: UInt64 {
    case centre = 1
    case noise = 2
  }

  /// The standard deviation of an even draw from −32768…32767: √((2³² − 1) / 12).
  private static let deviation = ((4_294_967_296.0 - 1) / 12).squareRoot()

  private static func fill(
    _ vector: UnsafeMutableBufferPointer<Float>, from centre: CounterRandom, noise: CounterRandom,
    noiseScale: Float
  ) {
    // The norm of the centre from integers: exact, in whatever order they are added.
    var squares: Int64 = 0
    for group in 0..<(dimensions / 4) {
      let draws = SIMD4<Int32>(truncatingIfNeeded: unpack(centre[group]))
      let wide = SIMD4<Int64>(truncatingIfNeeded: draws)
      squares &+= (wide &* wide).wrappedSum()
      (UnsafeMutableRawPointer(vector.baseAddress)?.advanced(by: group * 16))?.storeBytes(
        of: SIMD4<Float>(draws), as: SIMD4<Float>.self)
    }
    let centreScale = Float(1 / Double(squares).squareRoot())
    var sum = SIMD4<Double>.zero
    vector.withMemoryRebound(to: SIMD4<Float>.self) { groups in
      for group in 0..<(dimensions / 4) {
        let draws = SIMD4<Float>(SIMD4<Int32>(truncatingIfNeeded: unpack(noise[group])))
        let value = groups[group] * centreScale + draws * noiseScale
        groups[group] = value
        let wide = SIMD4<Double>(value)
        sum += wide * wide
      }
      // In this order and no other, or the last bits would depend on the machine.
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
