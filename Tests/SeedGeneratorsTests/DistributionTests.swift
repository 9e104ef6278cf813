import FoundationEssentials
import Testing

@testable import SeedGenerators

@Suite("Distributions")
struct DistributionTests {
  private let random = CounterRandom(seed: 1, stream: 1, index: 1)

  private func sample(_ distribution: Distribution, below count: Int, _ size: Int = 20_000) -> [Int] {
    (0..<size).map { distribution.index(below: count, random.part(row: $0)) }
  }

  private func mean(_ values: [Int]) -> Double { Double(values.reduce(0, +)) / Double(values.count) }

  private func deviation(_ values: [Int]) -> Double {
    let mean = mean(values)
    return (values.reduce(0.0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / Double(values.count))
      .squareRoot()
  }

  @Test("are uniform by default: the mean is the middle, and every value occurs equally often")
  func uniform() {
    let values = sample(.uniform, below: 10)
    let counts = (0..<10).map { value in values.filter { $0 == value }.count }
    // Four standard deviations of a binomial distribution.
    #expect(counts.allSatisfy { abs($0 - 2000) < 170 }, "\(counts)")
    #expect(abs(mean(values) - 4.5) < 0.1)
  }

  @Test("are normal with the given mean and deviation, cut at the limits")
  func normal() {
    let values = sample(.normal(mean: 0.5, deviation: 0.1), below: 1_000_000)
    #expect(abs(mean(values) - 500_000) < 3_000)
    #expect(abs(deviation(values) - 100_000) < 2_000)
    let within = values.filter { abs($0 - 500_000) < 100_000 }.count
    // 68.3 % are within one deviation.
    #expect(abs(Double(within) / Double(values.count) - 0.683) < 0.01)
    let cut = sample(.normal(mean: 0.5, deviation: 2), below: 100)
    #expect(cut.allSatisfy { (0..<100).contains($0) })
    #expect(cut.filter { $0 == 99 }.count < 500, "draws outside are not moved to the limit")
  }

  @Test("are exponential with the given mean")
  func exponential() {
    let values = sample(.exponential(mean: 0.05), below: 1_000_000)
    #expect(abs(mean(values) - 50_000) < 1_500)
    let belowMean = values.filter { $0 < 50_000 }.count
    // 1 − 1/e.
    #expect(abs(Double(belowMean) / Double(values.count) - 0.632) < 0.015)
  }

  @Test("follow Zipf's law", arguments: [0.5, 1, 1.5, 2.5])
  func zipf(exponent: Double) {
    let count = 50
    let values = sample(.zipf(ZipfSampler(count: count, exponent: exponent)), below: count, 50_000)
    let weights = (1...count).map { FixedMath.exp(-exponent * FixedMath.log(Double($0))) }
    let total = weights.reduce(0, +)
    for rank in [0, 1, 2, 9, 49] {
      let expected = weights[rank] / total * 50_000
      let found = Double(values.filter { $0 == rank }.count)
      #expect(abs(found - expected) < 5 * expected.squareRoot() + 1, "rank \(rank + 1)")
    }
  }

  @Test("of Zipf stay in range for large and small numbers of values", arguments: [1, 2, 1 << 40, Int.max])
  func zipfRange(count: Int) {
    for exponent in [0.01, 1, 1.0001, 20] {
      let values = sample(.zipf(ZipfSampler(count: count, exponent: exponent)), below: count, 200)
      #expect(values.allSatisfy { $0 >= 0 && $0 < count })
    }
  }

  @Test("of values of the caller keep NULLs and duplicates")
  func values() throws {
    let list = try PickGenerator(
      values: ["a", nil, "b", "a"], distribution: .zipf(ZipfSampler(count: 4, exponent: 1)))
    let column = try GeneratedColumn(table: "t", column: "c", seed: 1, spec: GeneratorSpec(list))
    let found = (0..<200).map { row -> String? in
      var text: [UInt8] = []
      return column.append(row: row, to: &text) ? String(decoding: text, as: UTF8.self) : nil
    }
    #expect(Set(found) == ["a", nil, "b"])
    #expect(found.filter { $0 == "a" }.count > 100)
    #expect(list.uniqueness == .none)
  }

  @Test("compute logarithms and powers of e without functions of the system")
  func math() {
    for step in 1...2000 {
      let x = Double(step * step) * 0.137
      let log = FixedMath.log(x)
      #expect(abs(FixedMath.exp(log) / x - 1) < 1e-13)
    }
    #expect(FixedMath.log(1) == 0)
    #expect(FixedMath.exp(0) == 1)
    // Pinned bits: if they change, all values of the distributions change.
    #expect(FixedMath.log(10).bitPattern == 0x4002_6BB1_BBB5_5515)
    #expect(FixedMath.exp(1).bitPattern == 0x4005_BF0A_8B14_576A)
    #expect(abs(FixedMath.log(10) - 2.302585092994046) < 1e-15)
  }

  @Test("of picks follow the weights")
  func weights() throws {
    let column = try TestColumn([
      "pick": ["free": 8, "pro": .number("1.5"), "none": 0, "team": .number("0.5")]
    ])
    let values = column.values(20_000)
    let counts = Dictionary(grouping: values) { $0 }.mapValues(\.count)
    #expect(abs((counts["free"] ?? 0) - 16_000) < 250)
    #expect(abs((counts["pro"] ?? 0) - 3_000) < 220)
    #expect(abs((counts["team"] ?? 0) - 1_000) < 130)
    #expect(counts["none"] == nil)
  }

  @Test("of numbers use the limits, which both occur")
  func limits() throws {
    #expect(Set(try TestColumn(["integer": [1, 6]]).values(200)) == Set((1...6).map(String.init)))
    #expect(
      Set(try TestColumn(["decimal": ["between": [0, .number("0.3")], "scale": 1]]).values(100)).count == 4)
    let full = try TestColumn(["integer": [.number("-4611686018427387904"), .number("4611686018427387902")]])
    #expect(full.values(1000).allSatisfy { (Int($0) ?? .max) <= 4_611_686_018_427_387_902 })
    let doubles = try TestColumn(["double": [.number("-1.5"), .number("2.5")]]).values(1000).compactMap(
      Double.init)
    #expect(doubles.count == 1000 && doubles.allSatisfy { $0 >= -1.5 && $0 < 2.5 })
  }
}
