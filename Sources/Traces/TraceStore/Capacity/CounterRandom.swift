/// Random numbers that are a function of their place: the same for a place on every machine, in any
/// order, by any number of workers. No state is carried from one to the next.
///
/// The mixing is that of SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number
/// generators", 2014), whose output for a counter passes the usual batteries of tests.
package struct CounterRandom: Sendable {
  @usableFromInline package let key: UInt64

  /// A stream of numbers.
  ///
  /// - Parameters:
  ///   - seed: what distinguishes one data set from another.
  ///   - stream: what the numbers are for, so that a row's words say nothing of its vector.
  ///   - index: the row or cluster.
  @inlinable
  package init(seed: UInt64, stream: UInt64, index: UInt64) {
    key = Self.mix(Self.mix(seed &+ stream &* Self.increment) &+ index &* Self.increment)
  }

  /// The number at a place of the stream.
  @inlinable
  package subscript(place: Int) -> UInt64 {
    Self.mix(key &+ UInt64(truncatingIfNeeded: place) &* Self.increment)
  }

  /// A number below a limit. The bias, limit / 2⁶⁴, is far below what any test could see.
  @inlinable
  package func below(_ limit: Int, at place: Int) -> Int {
    Int(self[place].multipliedFullWidth(by: UInt64(limit)).high)
  }

  /// 2⁶⁴ divided by the golden ratio.
  @inlinable static var increment: UInt64 { 0x9E37_79B9_7F4A_7C15 }

  @inlinable
  static func mix(_ value: UInt64) -> UInt64 {
    var z = value
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
