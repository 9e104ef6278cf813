/// The generators and the parser of their definitions.
package enum GeneratorCatalog {
  /// The generators, in the order of the documentation.
  package static let generators: [any Generator.Type] = [
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

  /// The settings that every generator accepts next to its name, with their types.
  package static let settings: [GeneratorOption] = [
    GeneratorOption("null", .number(0...1), default: 0, "Probability of NULL"),
    GeneratorOption("unique", .boolean, "Make all values distinct"),
    GeneratorOption("version", .integer(1...Int.max), "Version of the generator"),
    GeneratorOption("locale", .oneOf(GeneratorLocale.allCases.map(\.rawValue)), "Language of the values"),
  ]

  private static let byName = Dictionary(
    generators.map { ($0.entry.name, $0) }, uniquingKeysWith: { first, _ in first })

  private static let names = generators.map { $0.entry.name }

  /// The generator with a name.
  package static func generator(_ name: String) -> (any Generator.Type)? { byName[name] }

  /// Creates a generator from its definition: a name, or an object with one generator and settings.
  ///
  /// ```json
  /// "email"
  /// {"integer": {"between": [1, 10], "distribution": "zipf"}, "null": 0.1}
  /// {"sequence": 100}
  /// {"between": ["2024-01-01", "2024-12-31"]}
  /// ```
  ///
  /// `between` stands for `integer`, `decimal`, `double`, `date`, `time`, `timestamp`, `timestamptz` or `interval`,
  /// depending on ``GeneratorContext/type``.
  package static func parse(
    _ value: GeneratorValue, context: GeneratorContext
  ) throws(GeneratorFault) -> GeneratorSpec {
    switch value {
    case .string(let name): return GeneratorSpec(try make(name, options: [], context))
    case .object(let members): return try parse(members, context)
    default: throw GeneratorFault("expected \(OptionType.generator.description), found \(value.found)")
    }
  }

  private static func parse(
    _ members: [GeneratorMember], _ context: GeneratorContext
  ) throws(GeneratorFault) -> GeneratorSpec {
    let names = Set(settings.map(\.name))
    let settings = try GeneratorOptions(
      GeneratorEntry("settings", "", options: settings), members.filter { names.contains($0.key) })
    let definitions = members.filter { !names.contains($0.key) }
    guard let definition = definitions.first else {
      throw GeneratorFault("expected the name of a generator as a key")
    }
    guard definitions.count == 1 else {
      throw GeneratorFault(
        path: [definitions[1].key],
        "expected one generator, found '\(definition.key)' and '\(definitions[1].key)'")
    }
    var context = context
    if let locale = settings.string("locale").flatMap(GeneratorLocale.init(rawValue:)) {
      context.locale = locale
    }
    let generator: any Generator
    do {
      let name =
        definition.key == "between"
        ? try BetweenResolver.generator(definition.value, type: context.type) : definition.key
      generator = try make(name, value: definition.value, context)
    } catch {
      throw error.inside(definition.key)
    }
    let version = type(of: generator).entry.version
    if let pinned = settings.integer("version"), pinned != version {
      throw GeneratorFault(
        path: ["version"], "'\(definition.key)' has no version \(pinned): this program has version \(version)"
      )
    }
    return GeneratorSpec(
      generator, isUnique: settings.bool("unique"), nullProbability: settings.number("null") ?? 0)
  }

  private static func make(
    _ name: String, value: GeneratorValue, _ context: GeneratorContext
  ) throws(GeneratorFault) -> any Generator {
    let entry = try known(name).entry
    if case .object(let members) = value, !entry.takesAnyValue {
      return try make(name, options: members, context)
    }
    if let option = entry.shortForm {
      do {
        return try make(name, options: [GeneratorMember(option, value)], context)
      } catch {
        // The user did not write the name of the option.
        throw error.path.first == option
          ? GeneratorFault(path: Array(error.path.dropFirst()), error.problem) : error
      }
    }
    // `{"email": {}}` and `{"email": true}` are the same.
    guard value == .bool(true) else {
      throw GeneratorFault("expected an object with the options of '\(name)', found \(value.found)")
    }
    return try make(name, options: [], context)
  }

  private static func make(
    _ name: String, options: [GeneratorMember], _ context: GeneratorContext
  ) throws(GeneratorFault) -> any Generator {
    let type = try known(name)
    return try type.init(options: GeneratorOptions(type.entry, options), context: context)
  }

  private static func known(_ name: String) throws(GeneratorFault) -> any Generator.Type {
    if let type = byName[name] { return type }
    let similar = names.filter { $0.hasSuffix("." + name) || $0.hasPrefix(name + ".") }
    let hint = similar.isEmpty ? "" : ": did you mean \(similar.map { "'\($0)'" }.joined(separator: " or "))?"
    throw GeneratorFault("unknown generator '\(name)'\(hint)")
  }
}
