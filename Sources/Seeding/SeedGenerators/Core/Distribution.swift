/// How the numbers of a range are distributed.
///
/// All distributions use integers and the functions of ``FixedMath``, so that their results are the same on every
/// machine. They return numbers inside the range: draws outside are repeated. If eight draws are outside, the number is
/// drawn uniformly, so that no numbers pile up at the limits.
package enum Distribution: Sendable, Equatable {
  /// All numbers are equally likely.
  case uniform
  /// A bell curve. The parameters are fractions of the range: 0.5 is its middle.
  case normal(mean: Double, deviation: Double)
  /// Small numbers are likely: the density falls by a factor e with each `mean`, as a fraction of the range.
  case exponential(mean: Double)
  /// The number k, counted from 1, has a probability in proportion to 1 / k^exponent.
  case zipf(ZipfSampler)

  /// The names of the distributions in options.
  package static let names = ["uniform", "normal", "exponential", "zipf"]

  /// A number below `count`, which must be positive.
  @inline(__always)
  package func index(below count: Int, _ random: CounterRandom, at place: Int = 0) -> Int {
    switch self {
    case .uniform: random.below(count, at: place)
    case .zipf(let sampler): sampler.rank(random.part(UInt64(place))) - 1
    default: min(Int(fraction(random, at: place) * Double(count)), count - 1)
    }
  }

  /// A number from 0 to below 1. The distribution `zipf` has none, and returns 0.
  package func fraction(_ random: CounterRandom, at place: Int = 0) -> Double {
    switch self {
    case .uniform: Self.unit(random[place])
    case .normal(let mean, let deviation):
      Self.draw(random, at: place) { random in mean + deviation * Self.normal(random) }
    case .exponential(let mean):
      // 1 − u is above 0.
      Self.draw(random, at: place) { random in -mean * FixedMath.log(1 - Self.unit(random[0])) }
    case .zipf: 0
    }
  }

  /// The 53 highest bits as a number from 0 to below 1.
  @inline(__always)
  static func unit(_ bits: UInt64) -> Double { Double(bits >> 11) * 0x1p-53 }

  /// A standard normal number: the sum of twelve uniform draws, which has the variance 1. It is within ±6, and its
  /// distribution function differs from the normal one by less than 0.003.
  private static func normal(_ random: CounterRandom) -> Double {
    var sum: UInt64 = 0
    for place in 0..<6 {
      let bits = random[place]
      sum &+= (bits >> 32) &+ (bits & 0xFFFF_FFFF)
    }
    // The mean of one draw is 2³¹ − ½.
    return Double(Int64(sum) - 25_769_803_770) * 0x1p-32
  }

  private static func draw(
    _ random: CounterRandom, at place: Int, _ body: (CounterRandom) -> Double
  ) -> Double {
    for attempt in 0..<8 {
      let value = body(random.part(UInt64(place * 8 + attempt)))
      if value >= 0 && value < 1 { return value }
    }
    return unit(random[place])
  }
}

/// Draws ranks from 1 to `count` with probabilities in proportion to 1 / rank^exponent, in constant memory.
///
/// The method is rejection-inversion (Hörmann and Derflinger, "Rejection-inversion to generate variates from monotone
/// discrete distributions", 1996). It needs 1.1 draws on average at most.
package struct ZipfSampler: Sendable, Equatable {
  /// The highest rank.
  package let count: Int
  /// The exponent, above 0.
  package let exponent: Double
  private let highest: Double
  private let lowest: Double
  private let shortcut: Double

  /// Creates a sampler. `count` must be positive.
  package init(count: Int, exponent: Double) {
    self.count = count
    self.exponent = exponent
    highest = Self.integral(Double(count) + 0.5, exponent)
    lowest = Self.integral(1.5, exponent) - 1
    shortcut = 2 - Self.inverse(Self.integral(2.5, exponent) - Self.density(2, exponent), exponent)
  }

  /// A rank from 1 to `count`.
  package func rank(_ random: CounterRandom) -> Int {
    // A draw is rejected with a probability of less than 0.3, so 64 draws always suffice in practice.
    for place in 0..<64 {
      let u = highest + Distribution.unit(random[place]) * (lowest - highest)
      let x = Self.inverse(u, exponent)
      let k = min(max((x + 0.5).rounded(.down), 1), Double(count))
      if k - x <= shortcut || u >= Self.integral(k + 0.5, exponent) - Self.density(k, exponent) {
        // The double next to the largest count is above the largest integer.
        return min(Int(exactly: k) ?? count, count)
      }
    }
    return 1
  }

  private static func density(_ x: Double, _ exponent: Double) -> Double {
    exponent == 1 ? 1 / x : FixedMath.exp(-exponent * FixedMath.log(x))
  }

  /// The integral of the density from 1 to x.
  private static func integral(_ x: Double, _ exponent: Double) -> Double {
    let log = FixedMath.log(x)
    return exponent == 1 ? log : (FixedMath.exp((1 - exponent) * log) - 1) / (1 - exponent)
  }

  private static func inverse(_ y: Double, _ exponent: Double) -> Double {
    guard exponent != 1 else { return FixedMath.exp(y) }
    // Not below the smallest normal number, for the logarithm.
    return FixedMath.exp(FixedMath.log(max(1 + (1 - exponent) * y, 0x1p-1000)) / (1 - exponent))
  }
}
