import FoundationEssentials

extension Settings {
  /// Reads the configuration.
  ///
  /// - Parameters:
  ///   - flags: values by the flag's name without hyphens.
  ///   - environment: the variables; an empty one counts as unset.
  ///   - configDirectory: the folder with `default.json` and `<environment>.json`, each of which may
  ///     be missing. Nil reads no file.
  /// - Throws: ``ConfigurationError`` with every fault.
  public static func load(
    flags: [String: String], environment: [String: String], configDirectory: String?
  ) throws -> Settings {
    var loader = SettingsLoader(flags: flags, environment: environment)
    let chosen = loader.environmentName()
    if let configDirectory {
      loader.read(folder: configDirectory, file: "default.json")
      loader.read(folder: configDirectory, file: "\(chosen.rawValue).json")
    }
    for key in AnySettingKey.all { loader.readVariable(key) }
    for key in AnySettingKey.all { loader.readFlag(key) }
    guard loader.faults.isEmpty else { throw ConfigurationError(faults: loader.faults) }
    return Settings(values: loader.values)
  }
}

/// Collects values from the weakest source to the strongest, and all faults.
struct SettingsLoader {
  let flags: [String: String]
  let environment: [String: String]
  private(set) var values: [String: (value: any Sendable, source: Settings.Source)] = [:]
  private(set) var faults: [String] = []

  init(flags: [String: String], environment: [String: String]) {
    self.flags = flags
    self.environment = environment
  }

  private func variable(_ name: String) -> String? {
    environment[name].flatMap { $0.isEmpty ? nil : $0 }
  }

  /// The environment decides which file is read, so it comes first. A faulty name is reported when
  /// its variable or flag is read.
  mutating func environmentName() -> SeedEnvironment {
    if let given = flags["env"] ?? variable("SEED_ENV") { return SeedEnvironment(rawValue: given) ?? .dev }
    guard variable("CI")?.lowercased() == "true" else { return .dev }
    values["environment"] = (SeedEnvironment.ci, .impliedByCI)
    return .ci
  }

  mutating func readVariable(_ key: AnySettingKey) {
    guard let text = variable(key.variable) else { return }
    // A flag that goes before it makes the variable moot, but a wrong one is still wrong.
    store(text, for: key, source: .variable(key.variable))
  }

  mutating func readFlag(_ key: AnySettingKey) {
    guard let flag = key.flag, let text = flags[flag] else { return }
    store(text, for: key, source: .flag(flag))
  }

  private mutating func store(_ text: String, for key: AnySettingKey, source: Settings.Source) {
    if let value = key.parse(text) {
      values[key.name] = (value, source)
    } else {
      let found = key.isSecret ? "the value, which is not shown," : "'\(text)'"
      let near =
        key.name == "environment"
        ? Suggestion.nearest(to: text, in: SeedEnvironment.allCases.map(\.rawValue)).first : nil
      let hint = near.map { ". Did you mean '\($0)'?" } ?? ""
      faults.append("\(source): \(found) is not usable for \(key.name); expected \(key.expected)\(hint)")
    }
  }

  mutating func read(folder: String, file: String) {
    let path = "\(folder)/\(file)"
    guard FileManager.default.fileExists(atPath: path) else { return }
    let shown = "Config/\(file)"
    do {
      let data = try Data(contentsOf: URL(filePath: path))
      let root = try JSONParser.parse(Array(data), dialect: .json5)
      read(root, path: [], file: shown)
    } catch let error as JSONParseError {
      faults.append("\(shown):\(error.position): found \(error.found); expected \(error.expected)")
    } catch {
      faults.append("\(shown): cannot be read: \(error)")
    }
  }

  private mutating func read(_ node: JSONNode, path: [String], file: String) {
    guard case .object(let members) = node.value else {
      faults.append("\(file):\(node.position): found \(node.foundDescription); expected an object")
      return
    }
    for member in members {
      let name = (path + [member.key]).joined(separator: ".")
      let place = "\(file):\(member.position)"
      if let key = AnySettingKey.all.first(where: { $0.name == name && name != "environment" }) {
        guard let text = Self.text(of: member.value) else {
          faults.append(
            "\(place): found \(member.value.foundDescription) for \(name); expected \(key.expected)")
          continue
        }
        guard let text = text else { continue }
        store(text, for: key, source: .file(file, line: member.position.line))
      } else if AnySettingKey.all.contains(where: { $0.name.hasPrefix(name + ".") }) {
        read(member.value, path: path + [member.key], file: file)
      } else {
        let known = AnySettingKey.all.map(\.name).filter { $0 != "environment" }
        let near = Suggestion.nearest(to: name, in: known).first
        faults.append("\(place): unknown key '\(name)'" + (near.map { ". Did you mean '\($0)'?" } ?? ""))
      }
    }
  }

  /// A scalar as text; nil for a list or an object; an inner nil for null, which sets nothing.
  private static func text(of node: JSONNode) -> String?? {
    switch node.value {
    case .null: .some(nil)
    case .bool(let value): "\(value)"
    case .number(let literal): literal
    case .string(let text): text
    case .array, .object: nil
    }
  }
}
