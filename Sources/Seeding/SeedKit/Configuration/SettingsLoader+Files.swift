import FoundationEssentials

extension SettingsLoader {
  /// The maximum size of a settings file. 1 MiB, far more than needed.
  private static let sizeLimit = 1 << 20

  /// Reads `default.json` and the environment's file.
  mutating func readFiles(in folder: String, for environment: SeedEnvironment?) {
    var isDirectory = false
    let isThere = FileManager.default.fileExists(atPath: folder, isDirectory: &isDirectory)
    guard isDirectory else {
      faults.append(
        ConfigurationFault(
          place: folder, found: isThere ? "a file" : "no folder",
          expected: "the settings folder"))
      return
    }
    read(folder, file: "default.json")
    if let environment { read(folder, file: "\(environment.rawValue).json") }
  }

  private mutating func read(_ folder: String, file: String) {
    let path = folder.hasSuffix("/") ? folder + file : "\(folder)/\(file)"
    let shown = Self.shown(path)
    do {
      let file = try RegularFile.read(path, sizeLimit: Self.sizeLimit, purpose: "a settings file")
      guard let bytes = file else { return }
      read(try JSONParser.parse(bytes, dialect: .json5), path: [], file: shown)
    } catch let error as JSONParseError {
      faults.append(
        ConfigurationFault(
          place: "\(shown):\(error.position)", found: error.found,
          expected: error.expected + (error.fix.map { ". \($0)" } ?? "")))
    } catch let error as RegularFile.Failure {
      faults.append(ConfigurationFault(place: shown, found: error.found, expected: error.expected))
    } catch {
      faults.append(ConfigurationFault(place: shown, found: "\(error)", expected: "a readable file"))
    }
  }

  /// The path relative to the current folder, for messages.
  private static func shown(_ path: String) -> String {
    let current = FileManager.default.currentDirectoryPath
    var shown = path[...]
    for prefix in [current.hasSuffix("/") ? current : current + "/", "./"] where shown.hasPrefix(prefix) {
      shown.removeFirst(prefix.count)
    }
    return String(shown)
  }

  /// Reads an object in a file.
  private mutating func read(_ node: JSONNode, path: [String], file: String) {
    guard case .object(let members) = node.value else {
      let name = path.joined(separator: ".")
      let inner = keys.inFiles.map(\.name).filter { $0.hasPrefix(name + ".") }
      faults.append(
        ConfigurationFault(
          place: "\(file):\(node.position)", key: path.isEmpty ? nil : name, found: node.kindDescription,
          expected: path.isEmpty ? "an object" : "an object that sets " + inner.joined(separator: ", ")))
      return
    }
    for member in members {
      let name = (path + [member.key]).joined(separator: ".")
      if path.isEmpty, member.key == "$schema", case .string = member.value.value { continue }
      // A key with a dot would be a second spelling of nested objects.
      let isPlain = !member.key.contains(".")
      if isPlain, let key = keys.first(where: { $0.name == name }) {
        read(member, as: key, file: file)
      } else if isPlain, keys.inFiles.contains(where: { $0.name.hasPrefix(name + ".") }) {
        read(member.value, path: path + [member.key], file: file)
      } else {
        faults.append(unknown(member, name: name, file: file))
      }
    }
  }

  /// Reads a value in a file.
  private mutating func read(_ member: JSONMember, as key: AnySettingKey, file: String) {
    let place = "\(file):\(member.value.position)"
    guard key.isAllowedInFiles else {
      let ways = key.variables + (key.flag.map { ["--\($0)"] } ?? [])
      faults.append(
        ConfigurationFault(
          place: "\(file):\(member.position)", key: key.name, found: "the key in a file",
          expected: ways.joined(separator: " or ") + ", because it decides which file is read"))
      return
    }
    let source = Settings.Source.file(file, line: member.position.line)
    do {
      guard let text = try key.fileText(member.value) else { return storeUnset(key, source: source) }
      store(text, for: key, source: source, place: place)
    } catch {
      fault(place, key, found: error.found ?? member.value.kindDescription)
    }
  }

  private func unknown(_ member: JSONMember, name: String, file: String) -> ConfigurationFault {
    let names = keys.inFiles.map(\.name)
    let sections = Set(names.compactMap { $0.split(separator: ".").dropLast().first.map(String.init) })
    // A key in the wrong object is as likely as a mistyped one.
    let elsewhere = names.first { $0.hasSuffix(".\(member.key)") || $0.lowercased() == name.lowercased() }
    let isFlattened = member.key.contains(".") && names.contains(name)
    let near = isFlattened ? nil : elsewhere ?? Suggestion.nearest(to: name, in: sections.union(names)).first
    return ConfigurationFault(
      place: "\(file):\(member.position)", key: String(name.prefix(60)),
      found: isFlattened ? "a key with a dot" : "an unknown key",
      expected: isFlattened
        ? "nested objects, as in default.json" : "a setting from 'seed-runner config'",
      suggestion: near)
  }
}
