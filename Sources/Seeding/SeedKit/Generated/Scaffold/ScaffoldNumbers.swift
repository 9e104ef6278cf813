import SeedGenerators

/// Limits of a numeric column, from its type, its constraints and its name.
struct ScaffoldNumbers {
  /// A range with a generator. The limits are multiples of 10 to the power of −scale.
  struct Limits {
    let generator: String
    let low: Int
    let high: Int
    let scale: Int
    /// The number that divides all values.
    var step = 1

    var value: GeneratorValue { range(low, high) }

    func range(_ low: Int, _ high: Int) -> GeneratorValue {
      if step > 1, generator == "integer" {
        let first = low + (step - low % step) % step
        return [
          "integer": ["between": [.number("\(first)"), .number("\(high)")], "step": .number("\(step)")]
        ]
      }
      let ends = GeneratorValue.list([.number(text(low)), .number(text(high))])
      return generator == "decimal" && scale != 2
        ? ["decimal": ["between": ends, "scale": .number("\(scale)")]]
        : .object([GeneratorMember(generator, ends)])
    }

    private func text(_ number: Int) -> String {
      guard scale > 0 else { return "\(number)" }
      let digits = "\(number.magnitude)"
      let padded = String(repeating: "0", count: max(0, scale + 1 - digits.count)) + digits
      var fraction = padded.suffix(scale)
      while fraction.last == "0" { fraction.removeLast() }
      let whole = padded.dropLast(scale)
      return (number < 0 ? "-" : "") + whole + (fraction.isEmpty ? "" : "." + fraction)
    }
  }

  let column: LiveTable.Column
  let facts: ColumnFacts
  let name: ColumnName

  /// The limits; nil for a type that is not a number.
  var generator: Limits? {
    let generator: String
    var scale = 0
    var range: ClosedRange<Double>
    switch column.baseType {
    case "smallint": (generator, range) = ("integer", -32_768...32_767)
    case "integer": (generator, range) = ("integer", -2_147_483_648...2_147_483_647)
    case "bigint": (generator, range) = ("integer", -9e15...9e15)
    case "real", "double precision": (generator, range, scale) = ("double", -1e9...1e9, 3)
    case "money": (generator, range, scale) = ("decimal", -1e9...1e9, 2)
    case "numeric":
      let modifiers = ScaffoldColumn.modifiers(column.storedType)
      scale = modifiers.isEmpty ? 2 : modifiers.count == 2 ? min(max(modifiers[1], 0), 6) : 0
      let digits = modifiers.isEmpty ? 9 : max(modifiers[0] - (modifiers.count == 2 ? modifiers[1] : 0), 0)
      // The largest number is all nines.
      let unit = Self.power(scale)
      let largest = Self.power(min(digits, 9)) - 1 / unit
      (generator, range) = ("decimal", -largest...largest)
    default: return nil
    }
    let unit = Self.power(scale)
    func steps(_ limit: ColumnFacts.Limit?, isLower: Bool) -> Double? {
      guard let limit, let number = Double(limit.text) else { return nil }
      let steps = number * unit
      let near = steps.rounded()
      let isExact = (steps - near).magnitude < 1e-6
      if isExact { return near + (limit.isStrict ? (isLower ? 1 : -1) : 0) }
      return isLower ? steps.rounded(.up) : steps.rounded(.down)
    }
    let wanted = guess(scale)
    let least = steps(facts.lower, isLower: true)
    let most = steps(facts.upper, isLower: false)
    var low = least ?? min(wanted.lowerBound * unit, most.map { $0 - 100 } ?? .infinity)
    var high = most ?? max(wanted.upperBound * unit, least.map { $0 + 100 * unit } ?? -.infinity)
    // The name narrows a wider range of the constraints.
    if least != nil, wanted.lowerBound * unit > low, wanted.lowerBound * unit < high {
      low = wanted.lowerBound * unit
    }
    if most != nil, wanted.upperBound * unit < high, wanted.upperBound * unit > low {
      high = wanted.upperBound * unit
    }
    low = max(low, (range.lowerBound * unit).rounded(.up))
    high = min(high, (range.upperBound * unit).rounded(.down))
    if low > high { low = high }
    guard let first = Int(exactly: low.rounded()), let last = Int(exactly: high.rounded()) else { return nil }
    var limits = Limits(generator: generator, low: first, high: last, scale: scale)
    if facts.excluded.contains("0"), first <= 0, last > 0 {
      limits = Limits(generator: generator, low: 1, high: last, scale: scale)
    }
    limits.step = facts.step
    return limits
  }

  static func power(_ exponent: Int) -> Double {
    (0..<max(exponent, 0)).reduce(1) { result, _ in result * 10 }
  }

  private func guess(_ scale: Int) -> ClosedRange<Double> {
    let isWhole = scale == 0
    if name.has("year") { return 1990...2025 }
    if name.has("month") { return 1...12 }
    if name.has("day", "day of month") { return 1...28 }
    if name.has("hour") { return 0...23 }
    if name.has("minute", "second") { return 0...59 }
    if name.has("age") { return 18...90 }
    if name.has("lat", "latitude") { return -90...90 }
    if name.has("lon", "lng", "long", "longitude") { return -180...180 }
    if name.has("rating", "stars", "score", "grade") { return 1...5 }
    if name.has("percent", "percentage", "pct") { return 0...100 }
    if name.has("discount", "tax", "tax rate", "vat", "probability", "ratio") {
      return isWhole ? 0...30 : 0...0.3
    }
    if name.has("rate") { return isWhole ? 1...100 : 0.5...5 }
    if name.has(
      "price", "amount", "cost", "total", "subtotal", "fee", "balance", "value", "budget", "freight", "msrp",
      "cents")
    {
      return isWhole ? 100...50_000 : 1...500
    }
    if name.has("salary", "income", "revenue", "population") { return 20_000...90_000 }
    if name.has("quantity", "qty", "count", "seats", "units", "stock") { return 1...100 }
    if name.has("position", "sort", "rank", "ordinal", "sequence", "level", "priority", "order") {
      return 1...100
    }
    if name.has("version", "revision") { return 1...20 }
    if name.has("bytes", "size", "milliseconds") { return 1...1_000_000 }
    return isWhole ? 1...1_000 : 0...100
  }
}
