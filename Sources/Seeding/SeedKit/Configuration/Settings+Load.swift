import FoundationEssentials

extension Settings {
  /// Reads the settings.
  ///
  /// All given values are checked, even those that are overridden.
  ///
  /// - Parameters:
  ///   - flags: values by flag without hyphens, such as `["jobs": "8"]`.
  ///   - environment: the environment variables. An empty one counts as unset.
  ///   - configDirectory: the folder with `default.json` and `<environment>.json`. The folder must exist; each file
  ///     is optional. With nil, no file is read.
  ///   - keys: all settings. By default those of the framework.
  /// - Throws: ``ConfigurationError`` with every fault; ``SettingConflictError`` if two settings have the same key,
  ///   variable or flag.
  public static func load(
    flags: [String: String], environment: [String: String], configDirectory: String?,
    keys: [AnySettingKey] = AnySettingKey.framework
  ) throws -> Settings {
    try keys.checkConflicts()
    let (settings, faults) = read(
      flags: flags, environment: environment, configDirectory: configDirectory, keys: keys)
    guard faults.isEmpty else { throw ConfigurationError(faults: faults) }
    return settings
  }

  /// Reads settings from the environment variables of the process, without files.
  ///
  /// - Throws: as ``load(flags:environment:configDirectory:keys:)``.
  public static func fromEnvironment(keys: [AnySettingKey] = AnySettingKey.seeding) throws -> Settings {
    try load(
      flags: [:], environment: ProcessInfo.processInfo.environment, configDirectory: nil, keys: keys)
  }

  /// Like ``load(flags:environment:configDirectory:keys:)``, but returns faults together with the settings that
  /// could be read.
  package static func read(
    flags: [String: String], environment: [String: String], configDirectory: String?,
    keys: [AnySettingKey] = AnySettingKey.framework
  ) -> (settings: Settings, faults: [ConfigurationFault]) {
    var loader = SettingsLoader(
      keys: keys, flags: flags, variables: environment.filter { !$0.value.isEmpty })
    // The environment decides which files are read.
    let chosen = loader.chosenEnvironment()
    if let configDirectory { loader.readFiles(in: configDirectory, for: chosen) }
    loader.readVariables()
    loader.readFlags()
    return (Settings(keys: keys, values: loader.values), loader.faults)
  }
}

/// Collects values, lowest precedence first, and all faults.
struct SettingsLoader {
  let keys: [AnySettingKey]
  let flags: [String: String]
  /// The environment variables that are not empty.
  let variables: [String: String]
  private(set) var values: [String: Settings.Stored] = [:]
  var faults: [ConfigurationFault] = []

  init(keys: [AnySettingKey], flags: [String: String], variables: [String: String]) {
    self.keys = keys
    self.flags = flags
    self.variables = variables
  }

  /// The environment of the flag or variable, or `ci` for `CI=true`; nil if the name is invalid, which is reported
  /// when the flag or variable is read.
  mutating func chosenEnvironment() -> SeedEnvironment? {
    let key = SettingKey<SeedEnvironment>.environment
    let named = key.flag.flatMap { flags[$0] } ?? key.variables.compactMap { variables[$0] }.first
    if let named { return SeedEnvironment(rawValue: named) }
    guard variables["CI"]?.lowercased() == "true" else { return key.defaultValue }
    values[key.name] = Settings.Stored(value: SeedEnvironment.ci, source: .impliedByCI)
    return .ci
  }

  mutating func readVariables() {
    for key in keys {
      // Highest precedence last, so that it overrides the others.
      for name in key.variables.reversed() {
        guard let text = variables[name] else { continue }
        store(text, for: key, source: .variable(name), place: name)
      }
    }
  }

  mutating func readFlags() {
    for key in keys {
      guard let flag = key.flag, let text = flags[flag] else { continue }
      store(text, for: key, source: .flag(flag), place: "--\(flag)")
    }
    let known = keys.compactMap(\.flag)
    for name in flags.keys.sorted() where !known.contains(name) {
      faults.append(
        ConfigurationFault(
          place: "--\(name)", found: "an unknown flag", expected: "one that sets a value",
          suggestion: Suggestion.nearest(to: name, in: known).first.map { "--\($0)" }))
    }
  }

  /// Stores a value or its fault.
  mutating func store(_ text: String, for key: AnySettingKey, source: Settings.Source, place: String) {
    do {
      values[key.name] = Settings.Stored(value: try key.parse(text), source: source)
    } catch {
      let shown = key.isSecret ? "a value (not shown)" : ConfigurationFault.quoted(text)
      fault(place, key, found: error.found ?? shown, suggestion: error.suggestion)
    }
  }

  /// Stores that a file sets a key to null.
  mutating func storeUnset(_ key: AnySettingKey, source: Settings.Source) {
    values[key.name] = Settings.Stored(value: key.defaultValue, source: source)
  }

  mutating func fault(_ place: String, _ key: AnySettingKey, found: String, suggestion: String? = nil) {
    faults.append(
      ConfigurationFault(
        place: place, key: key.name, found: found, expected: key.expected, suggestion: suggestion))
  }
}
