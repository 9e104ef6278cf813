/// The distinct values of a generator, as numbered values: for each number from 0 to `size - 1` there is one value, and
/// no two numbers have the same one.
///
/// A domain has one or more tiers. A unique column uses all values of a tier before those of the next one. For example,
/// the first tier of `email` has the addresses without a number. The tiers do not depend on the number of rows, so
/// adding rows keeps the values of the others.
package struct ValueDomain: Sendable, Equatable {
  /// The number of the first value after each tier, in ascending order.
  package let ends: [Int]

  /// The number of values.
  package var size: Int { ends.last ?? 0 }

  /// Creates a domain with one tier.
  package init(size: Int) {
    ends = [max(size, 0)]
  }

  /// Creates a domain from the sizes of its tiers. Values beyond 2⁶³ − 1 are not used.
  package init(tiers: [Int]) {
    var ends: [Int] = []
    for tier in tiers {
      let (end, overflow) = (ends.last ?? 0).addingReportingOverflow(max(tier, 0))
      ends.append(overflow ? Int.max : end)
    }
    self.ends = ends.isEmpty ? [0] : ends
  }
}

/// Maps row numbers to the values of a domain, so that no two rows get the same value.
package struct UniqueOrder: Sendable {
  private let tiers: [(start: Int, permutation: Permutation)]
  /// The number of rows that can be made.
  package let size: Int

  /// Creates an order. Different keys select different orders.
  package init(_ domain: ValueDomain, key: UInt64) {
    var start = 0
    var tiers: [(start: Int, permutation: Permutation)] = []
    for (index, end) in domain.ends.enumerated() where end > start {
      let key = CounterRandom.mix(key &+ UInt64(index))
      tiers.append((start, Permutation(count: end - start, key: key)))
      start = end
    }
    self.tiers = tiers
    size = domain.size
  }

  /// The number of the value of a row, which must be in `0..<size`.
  @inline(__always)
  package subscript(row: Int) -> Int {
    for (start, permutation) in tiers where row - start < permutation.count {
      return start + permutation[row - start]
    }
    // A programming error: a table with more rows than the domain has values is refused before its first row.
    preconditionFailure("The row is outside the domain.")
  }
}

/// Distributes the rows over the combinations of several domains, so that no two rows get the same combination.
///
/// The combinations are numbered in mixed radix: the last domain varies fastest. A permutation of all combinations
/// then selects one for each row.
package struct CompositeOrder: Sendable {
  /// The sizes of the domains.
  package let sizes: [Int]
  private let permutation: Permutation
  /// `divisors[i]` is the product of the sizes after the domain i.
  private let divisors: [Int]

  /// The number of combinations: the number of rows that can be made.
  package var size: Int { permutation.count }

  /// Creates an order. With more than 2⁶³ − 1 combinations, only the last values of the first domains are unused.
  package init(sizes: [Int], key: UInt64) {
    self.sizes = sizes
    var divisors: [Int] = []
    var product = 1
    for size in sizes.reversed() {
      divisors.append(product)
      let (next, overflow) = product.multipliedReportingOverflow(by: max(size, 0))
      product = overflow ? product * (Int.max / product) : next
    }
    self.divisors = divisors.reversed()
    permutation = Permutation(count: product, key: key)
  }

  /// The number of the combination of a row, which must be in `0..<size`. Take it apart with ``value(_:of:)``.
  @inline(__always)
  package subscript(row: Int) -> Int { permutation[row] }

  /// The number of the value that a combination has in a domain.
  @inline(__always)
  package func value(_ combination: Int, of domain: Int) -> Int {
    combination / divisors[domain] % sizes[domain]
  }
}
