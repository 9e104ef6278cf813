/// What the catalog says about a generator. The parser, the documentation and the scaffold use it.
package struct GeneratorEntry: Sendable {
  /// The name in definitions, such as `person.name`.
  package let name: String
  /// The version of the values. It increases with every change to them.
  package let version: Int
  /// What the values are, in one sentence without a final point.
  package let summary: String
  /// How the values are written in JSON, unless the options decide it.
  package let kind: ValueKind
  /// The options.
  package let options: [GeneratorOption]
  /// The option that a value other than an object sets: `{"sequence": 5}` is `{"sequence": {"start": 5}}`.
  package let shortForm: String?
  /// Whether an object sets the option ``shortForm``, too, so that the generator has only this option.
  package let takesAnyValue: Bool
  /// A definition for the gallery.
  package let example: GeneratorValue

  /// Creates an entry.
  package init(
    _ name: String, version: Int = 1, _ summary: String, kind: ValueKind = .text,
    options: [GeneratorOption] = [], shortForm: String? = nil, takesAnyValue: Bool = false,
    example: GeneratorValue? = nil
  ) {
    self.name = name
    self.version = version
    self.summary = summary
    self.kind = kind
    self.options = options
    self.shortForm = shortForm
    self.takesAnyValue = takesAnyValue
    self.example = example ?? .string(name)
  }
}

/// An option of a generator.
package struct GeneratorOption: Sendable {
  /// The key.
  package let name: String
  /// What the value must be.
  package let type: OptionType
  /// The value if the option is absent; nil if the option is required or has no effect when absent.
  package let standard: GeneratorValue?
  /// Whether the option must be given.
  package let isRequired: Bool
  /// What the option does, in one sentence without a final point.
  package let summary: String

  /// Creates an option.
  package init(
    _ name: String, _ type: OptionType, default standard: GeneratorValue? = nil, isRequired: Bool = false,
    _ summary: String
  ) {
    self.name = name
    self.type = type
    self.standard = standard
    self.isRequired = isRequired
    self.summary = summary
  }
}

/// The type of an option.
package enum OptionType: Sendable, Equatable {
  /// `true` or `false`
  case boolean
  /// A whole number in a range.
  case integer(ClosedRange<Int>)
  /// A number in a range.
  case number(ClosedRange<Double>)
  /// A string.
  case string
  /// One of these strings.
  case oneOf([String])
  /// An array with a number of numbers.
  case numbers(count: Int)
  /// A whole number, or an array with the lowest and the highest one, within a range.
  case count(ClosedRange<Int>)
  /// An array with the lowest and the highest value, both numbers.
  case numberBounds
  /// An array with the lowest and the highest value, both strings such as dates.
  case textBounds
  /// An array of strings.
  case strings
  /// A duration such as `90 minutes` or `1 day 12 hours`.
  case interval
  /// A generator: its name, or an object with its name and options.
  case generator
  /// Any value.
  case any

  /// The type for messages: `expected a number from 0 to 1`.
  package var description: String {
    switch self {
    case .boolean: "true or false"
    case .integer(let range) where range.upperBound == .max && range.lowerBound == .min: "a whole number"
    case .integer(let range) where range.upperBound == .max: "a whole number of at least \(range.lowerBound)"
    case .integer(let range): "a whole number from \(range.lowerBound) to \(range.upperBound)"
    case .number(let range) where range.upperBound.isInfinite && range.lowerBound.isInfinite: "a number"
    case .number(let range) where range.upperBound.isInfinite:
      "a number of at least \(Self.short(range.lowerBound))"
    case .number(let range):
      "a number from \(Self.short(range.lowerBound)) to \(Self.short(range.upperBound))"
    case .string: "a string"
    case .oneOf(let names): "one of \(names.map { "\"\($0)\"" }.joined(separator: ", "))"
    case .numbers(let count): "an array of \(count) numbers"
    case .count(let range):
      "a whole number from \(range.lowerBound) to \(range.upperBound), or an array of two such numbers"
    case .numberBounds: "an array of two numbers: the lowest and the highest"
    case .textBounds: "an array of two strings: the first and the last"
    case .strings: "an array of strings"
    case .interval: "a duration such as \"90 minutes\" or \"1 day 12 hours\""
    case .generator: "a generator: its name, or an object with its name and options"
    case .any: "a value"
    }
  }

  /// Whole numbers without `.0`.
  private static func short(_ number: Double) -> String {
    Int(exactly: number)?.description ?? number.description
  }
}
