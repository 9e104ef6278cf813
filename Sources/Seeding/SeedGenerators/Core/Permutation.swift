/// A pseudorandom permutation of the numbers from 0 to `count - 1`, in constant memory.
///
/// A column with unique values uses it to map the row number to a position in the generator's domain. No two rows get
/// the same value, no row is tried twice, and the value of a row does not depend on the number of rows.
///
/// It is a Feistel network over the smallest sufficient number of bits. A result outside the range is permuted again
/// until it is inside ("cycle walking"; Black and Rogaway, "Ciphers with arbitrary finite domains", 2002), which takes
/// two rounds of the network on average at most.
package struct Permutation: Sendable {
  /// The number of elements: 0 to 2⁶³ − 1.
  package let count: Int
  private let key: UInt64
  private let leftShift: UInt64
  private let leftMask: UInt64
  private let rightMask: UInt64

  /// Creates a permutation. Different keys select different permutations.
  package init(count: Int, key: UInt64) {
    self.count = max(count, 0)
    self.key = key
    let bits = max(2, UInt64.bitWidth - UInt64(max(count - 1, 0)).leadingZeroBitCount)
    let right = UInt64(bits / 2)
    leftShift = right
    rightMask = (1 << right) - 1
    leftMask = (1 << (UInt64(bits) - right)) - 1
  }

  /// The element at a position, which must be in `0..<count`.
  @inline(__always)
  package subscript(position: Int) -> Int {
    precondition(position >= 0 && position < count, "The position is outside the permutation.")
    var value = UInt64(position)
    repeat { value = permute(value) } while value >= UInt64(count)
    return Int(value)
  }

  private func permute(_ value: UInt64) -> UInt64 {
    var left = value >> leftShift
    var right = value & rightMask
    var key = key
    // Each half is changed three times by a function of the other one. Four changes already make a permutation that is
    // hard to tell from a random one (Luby and Rackoff, 1988).
    for _ in 0..<3 {
      left ^= Self.round(right, key) & leftMask
      key &+= 0x9E37_79B9_7F4A_7C15
      right ^= Self.round(left, key) & rightMask
      key &+= 0x9E37_79B9_7F4A_7C15
    }
    return left << leftShift | right
  }

  private static func round(_ value: UInt64, _ key: UInt64) -> UInt64 {
    var z = (value ^ key) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 32)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
