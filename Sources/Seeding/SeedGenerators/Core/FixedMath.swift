/// Logarithm, exponential function and power with the same bits on every machine.
///
/// The functions of libm differ in the last bit between systems. These use only addition, subtraction, multiplication
/// and division, whose results IEEE 754 defines exactly. Swift does not fuse multiplications and additions. The
/// relative error is below 10⁻¹³, which is more than enough for random numbers.
package enum FixedMath {
  static let ln2 = 0.693_147_180_559_945_3

  /// The natural logarithm of a positive normal number.
  package static func log(_ x: Double) -> Double {
    let exponent = x.exponent
    // From 1 to 2, moved to √½…√2, where the series converges fast.
    var mantissa = x.significand
    var power = Double(exponent)
    if mantissa > 1.414_213_562_373_095_1 {
      mantissa *= 0.5
      power += 1
    }
    // ln m = 2 (s + s³/3 + s⁵/5 + …) with s = (m − 1) / (m + 1), at most 0.172.
    let s = (mantissa - 1) / (mantissa + 1)
    let square = s * s
    var sum = 1.0 / 19
    sum = sum * square + 1.0 / 17
    sum = sum * square + 1.0 / 15
    sum = sum * square + 1.0 / 13
    sum = sum * square + 1.0 / 11
    sum = sum * square + 1.0 / 9
    sum = sum * square + 1.0 / 7
    sum = sum * square + 1.0 / 5
    sum = sum * square + 1.0 / 3
    sum = sum * square + 1
    return power * ln2 + 2 * s * sum
  }

  /// e to a power from −700 to 700. Powers outside are moved to these limits.
  package static func exp(_ x: Double) -> Double {
    let x = min(max(x, -700), 700)
    let power = (x / ln2).rounded()
    let r = x - power * ln2
    // The Taylor series for |r| ≤ 0.347.
    var sum = 1.0 / 6_227_020_800
    sum = sum * r + 1.0 / 479_001_600
    sum = sum * r + 1.0 / 39_916_800
    sum = sum * r + 1.0 / 3_628_800
    sum = sum * r + 1.0 / 362_880
    sum = sum * r + 1.0 / 40_320
    sum = sum * r + 1.0 / 5_040
    sum = sum * r + 1.0 / 720
    sum = sum * r + 1.0 / 120
    sum = sum * r + 1.0 / 24
    sum = sum * r + 1.0 / 6
    sum = sum * r + 0.5
    sum = sum * r + 1
    sum = sum * r + 1
    // Multiplies by 2 to the power, without a function of libm.
    return sum * Double(bitPattern: UInt64(Int64(power) + 1023) << 52)
  }
}
