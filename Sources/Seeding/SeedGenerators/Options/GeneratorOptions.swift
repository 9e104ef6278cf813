/// The options of a generator, checked against its entry in the catalog.
package struct GeneratorOptions: Sendable {
  /// The entry of the generator.
  package let entry: GeneratorEntry
  private let values: [String: GeneratorValue]

  /// Checks the names and types of options.
  package init(_ entry: GeneratorEntry, _ members: [GeneratorMember] = []) throws(GeneratorFault) {
    self.entry = entry
    var values: [String: GeneratorValue] = [:]
    for member in members {
      guard let option = entry.options.first(where: { $0.name == member.key }) else {
        let names = entry.options.map { "'\($0.name)'" }.joined(separator: ", ")
        let known = names.isEmpty ? "it has none" : "its options are \(names)"
        throw GeneratorFault(path: [member.key], "'\(entry.name)' has no option '\(member.key)': \(known)")
      }
      guard Self.matches(member.value, option.type) else {
        throw GeneratorFault(
          path: [member.key], "expected \(option.type.description), found \(member.value.found)")
      }
      values[member.key] = member.value
    }
    for option in entry.options {
      if values[option.name] == nil { values[option.name] = option.standard }
      if option.isRequired && values[option.name] == nil {
        throw GeneratorFault("the option '\(option.name)' of '\(entry.name)' is missing: \(option.summary)")
      }
    }
    self.values = values
  }

  /// The value of an option as written, or its default.
  package subscript(name: String) -> GeneratorValue? { values[name] }

  /// A flag; false if it is absent.
  package func bool(_ name: String) -> Bool { values[name] == .bool(true) }

  /// A string.
  package func string(_ name: String) -> String? {
    if case .string(let text) = values[name] { text } else { nil }
  }

  /// A whole number.
  package func integer(_ name: String) -> Int? {
    if case .number(let digits) = values[name] { Int(digits) } else { nil }
  }

  /// A number.
  package func number(_ name: String) -> Double? {
    if case .number(let digits) = values[name] { Double(digits) } else { nil }
  }

  /// The elements of an array.
  package func list(_ name: String) -> [GeneratorValue]? {
    if case .list(let elements) = values[name] { elements } else { nil }
  }

  /// The strings of an array.
  package func strings(_ name: String) -> [String]? {
    list(name)?.compactMap { if case .string(let text) = $0 { text } else { nil } }
  }

  /// The digits of the numbers of an array.
  package func digits(_ name: String) -> [String]? {
    list(name)?.compactMap { if case .number(let digits) = $0 { digits } else { nil } }
  }

  /// The lowest and the highest number of a `count`.
  package func count(_ name: String) throws(GeneratorFault) -> ClosedRange<Int>? {
    if let single = integer(name) { return single...single }
    guard let ends = digits(name)?.compactMap({ Int($0) }), ends.count == 2 else { return nil }
    guard ends[0] <= ends[1] else {
      throw GeneratorFault(path: [name], "the lowest number \(ends[0]) is above the highest \(ends[1])")
    }
    return ends[0]...ends[1]
  }

  /// A duration in microseconds.
  package func interval(_ name: String) -> Int? {
    string(name).flatMap(Interval.parse)
  }

  /// The distribution of the options `distribution`, `mean`, `deviation` and `exponent`.
  ///
  /// - Parameters:
  ///   - lower: the lowest number, to convert a mean.
  ///   - width: the width of the range, to convert a mean and a deviation.
  ///   - count: the number of values; nil if there is no such number, so that `zipf` is refused.
  package func distribution(
    lower: Double = 0, width: Double = 1, count: Int?
  ) throws(GeneratorFault) -> Distribution {
    let width = max(width, .leastNormalMagnitude)
    switch string("distribution") {
    case "normal":
      let mean = number("mean").map { ($0 - lower) / width } ?? 0.5
      return .normal(mean: mean, deviation: number("deviation").map { $0 / width } ?? 1.0 / 6)
    case "exponential":
      return .exponential(mean: number("mean").map { ($0 - lower) / width } ?? 0.25)
    case "zipf":
      guard let count else {
        throw GeneratorFault(path: ["distribution"], "'\(entry.name)' does not support \"zipf\"")
      }
      return .zipf(ZipfSampler(count: count, exponent: number("exponent") ?? 1))
    default: return .uniform
    }
  }

  private static func matches(_ value: GeneratorValue, _ type: OptionType) -> Bool {
    switch (type, value) {
    case (.any, _), (.boolean, .bool), (.string, .string), (.generator, .string), (.generator, .object): true
    case (.integer(let range), .number(let digits)), (.count(let range), .number(let digits)):
      Int(digits).map(range.contains) ?? false
    case (.number(let range), .number(let digits)): Double(digits).map(range.contains) ?? false
    case (.oneOf(let names), .string(let text)): names.contains(text)
    case (.count(let range), .list(let items)):
      items.count == 2 && items.allSatisfy { matches($0, .integer(range)) }
    case (.numbers(let count), .list(let items)): items.count == count && items.allSatisfy(isNumber)
    case (.numberBounds, .list(let items)): items.count == 2 && items.allSatisfy(isNumber)
    case (.textBounds, .list(let items)): items.count == 2 && items.allSatisfy { matches($0, .string) }
    case (.strings, .list(let items)): items.allSatisfy { matches($0, .string) }
    case (.interval, .string(let text)): Interval.parse(text) != nil
    default: false
    }
  }

  private static func isNumber(_ value: GeneratorValue) -> Bool {
    if case .number(let digits) = value { Double(digits)?.isFinite ?? false } else { false }
  }
}

extension [GeneratorOption] {
  /// The options that select a distribution of numbers.
  package static func distribution(_ names: [String] = Distribution.names) -> Self {
    distribution(
      names, mean: "Mean of `normal` and `exponential`; by default the middle, and a quarter of the range",
      deviation: "Standard deviation of `normal`; by default a sixth of the range")
  }

  /// The options that select a distribution of times.
  static func distributionOfTimes() -> Self {
    distribution(
      ["uniform", "normal", "exponential"],
      mean: "Mean of `normal` and `exponential` as a fraction of the range; by default 0.5 and 0.25",
      deviation: "Standard deviation of `normal` as a fraction of the range; by default a sixth")
  }

  private static func distribution(_ names: [String], mean: String, deviation: String) -> Self {
    [
      GeneratorOption("distribution", .oneOf(names), default: "uniform", "How the values are distributed"),
      GeneratorOption("mean", .number(-.infinity ... .infinity), mean),
      GeneratorOption("deviation", .number(0 ... .infinity), deviation),
    ]
      + (names.contains("zipf")
        ? [GeneratorOption("exponent", .number(0.01...20), default: 1, "Exponent of `zipf`")] : [])
  }
}
