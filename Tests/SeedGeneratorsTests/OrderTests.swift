import SeedGenerators
import Testing

@Suite("Orders of unique values")
struct OrderTests {
  @Test("are bijections for every small number of values")
  func small() {
    for count in 0...300 {
      let permutation = Permutation(count: count, key: 7)
      #expect(Set((0..<count).map { permutation[$0] }) == Set(0..<count), "\(count)")
    }
  }

  @Test("are bijections", arguments: [1023, 1024, 1025, 4097, 65_537, 250_000])
  func large(count: Int) {
    let permutation = Permutation(count: count, key: UInt64(count))
    var isKnown = [Bool](repeating: false, count: count)
    for position in 0..<count { isKnown[permutation[position]] = true }
    #expect(!isKnown.contains(false))
  }

  @Test(
    "have no duplicates and stay in range in the largest domains", arguments: [1 << 40, 1 << 62, Int.max])
  func largest(count: Int) {
    let permutation = Permutation(count: count, key: 1)
    let values = (0..<10_000).map { permutation[$0] } + (1...10_000).map { permutation[count - $0] }
    #expect(Set(values).count == 20_000)
    #expect(values.allSatisfy { $0 >= 0 && $0 < count })
  }

  @Test("differ between keys, and look random")
  func keys() {
    let first = Permutation(count: 1000, key: 1)
    let second = Permutation(count: 1000, key: 2)
    let same = (0..<1000).filter { first[$0] == second[$0] }.count
    #expect(same < 10)
    // A random permutation has one fixed point on average, and neighbors are not neighbors afterwards.
    #expect((0..<1000).filter { first[$0] == $0 }.count < 10)
    #expect((1..<1000).filter { abs(first[$0] - first[$0 - 1]) == 1 }.count < 15)
  }

  @Test("use all values of a tier before those of the next one")
  func tiers() {
    let order = UniqueOrder(ValueDomain(tiers: [10, 0, 90, 900]), key: 3)
    #expect(order.size == 1000)
    #expect(Set((0..<10).map { order[$0] }) == Set(0..<10))
    #expect(Set((10..<100).map { order[$0] }) == Set(10..<100))
    #expect(Set((0..<1000).map { order[$0] }).count == 1000)
  }

  @Test("of several domains have no duplicate combination")
  func composite() {
    let order = CompositeOrder(sizes: [7, 1, 12, 5], key: 5)
    #expect(order.size == 420)
    let combinations = (0..<420).map { row in (0..<4).map { order.value(order[row], of: $0) } }
    #expect(Set(combinations).count == 420)
    for (domain, size) in order.sizes.enumerated() {
      #expect(Set(combinations.map { $0[domain] }) == Set(0..<size))
    }
  }

  @Test("of several domains that are too large leave out values of the first ones")
  func compositeOverflow() {
    let order = CompositeOrder(sizes: [1 << 40, 1 << 40], key: 5)
    let combinations = (0..<1000).map { row in (0..<2).map { order.value(order[row], of: $0) } }
    #expect(Set(combinations).count == 1000)
    #expect(combinations.allSatisfy { $0[0] < 1 << 23 && $0[1] < 1 << 40 })
    #expect(CompositeOrder(sizes: [5, 0], key: 1).size == 0)
    #expect(ValueDomain(tiers: [Int.max, 5]).size == Int.max)
  }
}
