/// Values of a list.
package struct PickGenerator: CatalogGenerator {
  package static let entry = GeneratorEntry(
    "pick", "One of the values of an array, or one of the keys of an object whose values are weights",
    options: [GeneratorOption("values", .any, isRequired: true, "Values, or values with weights")]
      + .distribution(),
    shortForm: "values", takesAnyValue: true, example: ["pick": ["free": 8, "pro": 2]])

  package let kind: ValueKind
  private let values: WordList
  /// Which values are NULL; empty if none is.
  private let nulls: [Bool]
  /// The sums of the weights up to each value; empty if all weights are equal.
  private let sums: [Int]
  private let distribution: Distribution
  package let uniqueness: Uniqueness

  package init(options: GeneratorOptions, context: GeneratorContext) throws(GeneratorFault) {
    switch options["values"] {
    case .list(let elements):
      var kinds: Set<String> = []
      var values: [String?] = []
      for (index, element) in elements.enumerated() {
        switch element {
        case .string(let text): values.append(text)
        case .number(let digits): values.append(digits)
        case .bool(let flag): values.append(flag ? "true" : "false")
        case .null: values.append(nil)
        default:
          throw GeneratorFault(
            path: ["values", "\(index)"], "expected a string, number, Boolean or null, found \(element.found)"
          )
        }
        if case .number = element { kinds.insert("number") }
        if case .bool = element { kinds.insert("boolean") }
        if case .string = element { kinds.insert("text") }
      }
      let count = Double(max(elements.count, 1))
      try self.init(
        values: values,
        distribution: options.distribution(width: count, count: max(elements.count, 1)),
        kind: kinds == ["number"] ? .number : kinds == ["boolean"] ? .boolean : .text)
    case .object(let members):
      guard options.string("distribution") == "uniform" else {
        throw GeneratorFault(path: ["distribution"], "values with weights have no other distribution")
      }
      var weights: [String] = []
      for member in members {
        guard case .number(let weight) = member.value else {
          throw GeneratorFault(
            path: ["values", member.key], "expected a weight as a number, found \(member.value.found)")
        }
        weights.append(weight)
      }
      try self.init(values: members.map(\.key), weights: weights)
    default: throw GeneratorFault(path: ["values"], "expected an array of values or an object with weights")
    }
  }

  /// Creates a generator for values that the caller has read, for example from a file or with a query.
  ///
  /// - Parameters:
  ///   - values: the values in PostgreSQL's text format; nil is NULL.
  ///   - weights: decimal numbers of at least 0 with at most six digits after the point; nil for equal weights.
  ///   - distribution: how the positions are distributed, for equal weights.
  ///   - kind: how the values are written in JSON.
  package init(
    values: [String?], weights: [String]? = nil, distribution: Distribution = .uniform,
    kind: ValueKind = .text
  ) throws(GeneratorFault) {
    guard !values.isEmpty else { throw GeneratorFault(path: ["values"], "the list of values is empty") }
    self.values = WordList(values.map { $0 ?? "" })
    nulls = values.contains(nil) ? values.map { $0 == nil } : []
    self.kind = kind
    self.distribution = distribution
    var sums: [Int] = []
    for (index, weight) in (weights ?? []).enumerated() {
      guard let scaled = DecimalGenerator.scaled(weight, 6), scaled >= 0, scaled <= 1_000_000_000_000_000
      else {
        throw GeneratorFault(
          path: ["values", values[index] ?? "null"],
          "expected a weight from 0 to 1000000000 with at most six digits after the point, found \(weight)")
      }
      let (sum, overflow) = (sums.last ?? 0).addingReportingOverflow(scaled)
      guard !overflow else { throw GeneratorFault(path: ["values"], "the sum of the weights is too large") }
      sums.append(sum)
    }
    if let total = sums.last, total == 0 {
      throw GeneratorFault(path: ["values"], "at least one weight must be above 0")
    }
    self.sums = sums
    let isDistinct = nulls.isEmpty && Set(values).count == values.count
    uniqueness = isDistinct ? .domain(ValueDomain(size: values.count)) : .none
  }

  package func longest(below end: Int) -> Int? { values.longest }

  package func append(_ row: borrowing GeneratedRow, to text: inout [UInt8]) -> Bool {
    let index = sums.isEmpty ? distribution.index(below: values.count, row.random) : weighted(row.random)
    if !nulls.isEmpty && nulls[index] { return false }
    values.append(index, to: &text)
    return true
  }

  package func append(nth number: Int, to text: inout [UInt8]) {
    values.append(number, to: &text)
  }

  /// The first value whose sum is above a random number.
  private func weighted(_ random: CounterRandom) -> Int {
    let number = random.below(sums.last ?? 1, at: 0)
    var low = 0
    var high = sums.count - 1
    while low < high {
      let middle = (low + high) / 2
      if sums[middle] > number { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
