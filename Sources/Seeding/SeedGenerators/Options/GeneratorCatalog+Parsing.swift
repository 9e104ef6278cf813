extension GeneratorCatalog {
  /// Creates a generator from its definition: a name, or an object with a generator, its options and settings.
  ///
  /// ```json
  /// "email"
  /// {"integer": {"between": [1, 10], "distribution": "zipf"}, "null": 0.1}
  /// {"integer": [1, 10], "distribution": "zipf", "null": 0.1}
  /// {"sequence": 100}
  /// {"between": ["2024-01-01", "2024-12-31"]}
  /// ```
  ///
  /// The first key that is not a setting is the generator. Its value is an object with options, its main option, or
  /// `true`. The other keys are options, too.
  ///
  /// `between` stands for `integer`, `decimal`, `double`, `date`, `time`, `timestamp`, `timestamptz` or `interval`,
  /// depending on ``GeneratorContext/type``.
  ///
  /// - Throws: ``GeneratorFault`` with the path to the wrong value.
  package static func parse(
    _ value: GeneratorValue, context: GeneratorContext
  ) throws(GeneratorFault) -> GeneratorSpec {
    switch value {
    case .string(let name):
      let factory = try known(name, context)
      return GeneratorSpec(try factory.make(GeneratorOptions(factory.entry), context))
    case .object(let members): return try parse(members, context)
    default: throw GeneratorFault("expected \(OptionType.generator.description), found \(value.found)")
    }
  }

  private static func parse(
    _ members: [GeneratorMember], _ context: GeneratorContext
  ) throws(GeneratorFault) -> GeneratorSpec {
    let settings = try GeneratorOptions(
      GeneratorEntry("settings", "", options: settings), members.filter { settingNames.contains($0.key) })
    var options = members.filter { !settingNames.contains($0.key) }
    guard let definition = options.first else {
      throw GeneratorFault("expected the name of a generator as a key")
    }
    options.removeFirst()
    var context = context
    if let locale = settings.string("locale").flatMap(GeneratorLocale.init(rawValue:)) {
      context.locale = locale
    }
    let generator: any Generator
    do {
      generator = try make(definition, options: options, context)
    } catch {
      // An option next to the generator is not inside of its value.
      let isNext = options.contains { $0.key == error.path.first }
      throw isNext ? error : error.inside(definition.key)
    }
    let version = type(of: generator).entry.version
    if let pinned = settings.integer("version"), pinned != version {
      throw GeneratorFault(
        path: ["version"], "'\(definition.key)' has no version \(pinned): this program has version \(version)"
      )
    }
    let spec = GeneratorSpec(
      generator, isUnique: settings.bool("unique"), nullProbability: settings.number("null") ?? 0)
    guard let conditions = settings["when"] else { return spec }
    return spec.when(try ConditionalGenerator.conditions(conditions, context))
  }

  private static func make(
    _ definition: GeneratorMember, options: [GeneratorMember], _ context: GeneratorContext
  ) throws(GeneratorFault) -> any Generator {
    let name =
      definition.key == "between"
      ? try BetweenResolver.generator(definition.value, type: context.type) : definition.key
    let factory = try known(name, context)
    if let other = options.first(where: { option in !factory.entry.options.contains { $0.name == option.key }
    }),
      self.factory(other.key, context) != nil
    {
      throw GeneratorFault(
        path: [other.key], "expected one generator, found '\(definition.key)' and '\(other.key)'")
    }
    switch definition.value {
    case .object(let members) where !factory.entry.takesAnyValue:
      return try factory.make(GeneratorOptions(factory.entry, members + options), context)
    case .bool(true) where !factory.entry.takesAnyValue:
      return try factory.make(GeneratorOptions(factory.entry, options), context)
    default: break
    }
    guard let main = factory.entry.shortForm else {
      throw GeneratorFault(
        "expected an object with the options of '\(name)', or true, found \(definition.value.found)")
    }
    do {
      let options = [GeneratorMember(main, definition.value)] + options
      return try factory.make(GeneratorOptions(factory.entry, options), context)
    } catch {
      // The user did not write the name of the option.
      throw error.path.first == main
        ? GeneratorFault(path: Array(error.path.dropFirst()), error.problem) : error
    }
  }
}
