/// The generators.
package enum GeneratorCatalog {
  /// The generators, in the order of the documentation.
  package static let generators: [any CatalogGenerator.Type] = [
    SequenceGenerator.self, IntegerGenerator.self, DecimalGenerator.self, DoubleGenerator.self,
    BooleanGenerator.self, PickGenerator.self,
    UUID4Generator.self, UUID7Generator.self, PatternGenerator.self, TemplateGenerator.self,
    FirstNameGenerator.self, LastNameGenerator.self, FullNameGenerator.self, EmailGenerator.self,
    UsernameGenerator.self, PhoneGenerator.self,
    StreetGenerator.self, AddressLineGenerator.self, CityGenerator.self, PostcodeGenerator.self,
    RegionGenerator.self, CountryGenerator.self,
    CompanyGenerator.self, ProductGenerator.self, ColorGenerator.self, CurrencyGenerator.self,
    SlugGenerator.self, DomainGenerator.self, URLGenerator.self, FilenameGenerator.self,
    IPv4Generator.self, IPv6Generator.self, MACGenerator.self, UserAgentGenerator.self,
    WordGenerator.self, WordsGenerator.self, SentenceGenerator.self, ParagraphGenerator.self,
    TextGenerator.self, MarkdownGenerator.self,
    DateGenerator.self, TimeGenerator.self, TimestampGenerator.self, TimestampTZGenerator.self,
    AfterGenerator.self, IntervalGenerator.self,
    JSONGenerator.self, ArrayGenerator.self, RangeGenerator.self, ByteaGenerator.self, VectorGenerator.self,
  ]

  /// The settings that every generator accepts next to its name.
  package static let settings: [GeneratorOption] = [
    GeneratorOption("null", .number(0...1), default: 0, "Probability of NULL"),
    GeneratorOption("when", .any, "Columns and their values; otherwise the value is NULL"),
    GeneratorOption("unique", .boolean, "Make all values distinct"),
    GeneratorOption("version", .integer(1...Int.max), "Version of the generator"),
    GeneratorOption("locale", .oneOf(GeneratorLocale.allCases.map(\.rawValue)), "Language of the values"),
  ]

  /// The names of the settings.
  static let settingNames = Set(settings.map(\.name))

  private static let byName = Dictionary(
    generators.map { ($0.entry.name, GeneratorFactory($0)) }, uniquingKeysWith: { first, _ in first })

  private static let names = generators.map { $0.entry.name }

  /// The generator with a name, also one of the context; nil if there is none.
  package static func factory(_ name: String, _ context: GeneratorContext) -> GeneratorFactory? {
    context.factories.first { $0.entry.name == name } ?? byName[name]
  }

  /// The generator with a name.
  static func known(_ name: String, _ context: GeneratorContext) throws(GeneratorFault) -> GeneratorFactory {
    if let factory = factory(name, context) { return factory }
    let similar = names.filter { $0.hasSuffix("." + name) || $0.hasPrefix(name + ".") }
    let hint = similar.isEmpty ? "" : ": did you mean \(similar.map { "'\($0)'" }.joined(separator: " or "))?"
    throw GeneratorFault("unknown generator '\(name)'\(hint)")
  }
}

/// Makes generators from options. An engine adds its own generators with it, such as references to other tables.
package struct GeneratorFactory: Sendable {
  /// The name and the options of the generator.
  package let entry: GeneratorEntry
  /// Creates a generator from checked options.
  package let make: @Sendable (GeneratorOptions, GeneratorContext) throws(GeneratorFault) -> any Generator

  /// Creates a factory.
  package init(
    _ entry: GeneratorEntry,
    make: @escaping @Sendable (GeneratorOptions, GeneratorContext) throws(GeneratorFault) -> any Generator
  ) {
    self.entry = entry
    self.make = make
  }

  /// Creates the factory of a generator of the catalog.
  init(_ type: any CatalogGenerator.Type) {
    self.init(type.entry) { options, context throws(GeneratorFault) in
      try type.init(options: options, context: context)
    }
  }
}
