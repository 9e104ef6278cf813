/// A counter-based random number generator. A number depends only on its position, so it is the same on every
/// machine, in any order, and for any number of workers.
///
/// It uses the mixing function of SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number
/// generators", 2014), whose output for a counter passes the standard tests of randomness.
package struct CounterRandom: Sendable {
  @usableFromInline package let key: UInt64

  /// Creates a stream of numbers.
  ///
  /// - Parameters:
  ///   - seed: selects a data set.
  ///   - stream: the purpose of the numbers, so that a row's words and its vector are independent.
  ///   - index: the row or the cluster.
  @inlinable
  package init(seed: UInt64, stream: UInt64, index: UInt64) {
    key = Self.mix(Self.mix(seed &+ stream &* Self.increment) &+ index &* Self.increment)
  }

  /// Creates the stream with a key.
  @inlinable
  package init(key: UInt64) {
    self.key = key
  }

  /// An independent stream for a part of a value, such as an element of an array.
  @inlinable
  package func part(_ number: UInt64) -> CounterRandom {
    CounterRandom(key: Self.mix(~key &+ Self.mix(number &+ Self.increment)))
  }

  /// The stream of a row, for the stream of a column.
  @inlinable
  package func part(row: Int) -> CounterRandom {
    CounterRandom(key: self[row])
  }

  /// The number at a position of the stream.
  @inlinable
  package subscript(place: Int) -> UInt64 {
    Self.mix(key &+ UInt64(truncatingIfNeeded: place) &* Self.increment)
  }

  /// A number below a limit. The bias of at most limit / 2⁶⁴ is negligible.
  @inlinable
  package func below(_ limit: Int, at place: Int) -> Int {
    Int(self[place].multipliedFullWidth(by: UInt64(limit)).high)
  }

  /// 2⁶⁴ divided by the golden ratio.
  @inlinable static var increment: UInt64 { 0x9E37_79B9_7F4A_7C15 }

  /// A bijection of the 64-bit numbers whose results look random.
  @inlinable
  package static func mix(_ value: UInt64) -> UInt64 {
    var z = value
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
