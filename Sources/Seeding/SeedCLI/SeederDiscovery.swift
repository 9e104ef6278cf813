import FoundationEssentials
import SeedKit

/// Finds declarative seeders in `Seeders/` of the working directory and of the project, and in the folders of
/// `--seeders-path` or `SEEDERS_PATH`.
struct SeederDiscovery: Sendable {
  /// The seeders. Those with faulty definitions are `FaultySeeder`s.
  private(set) var seeders: [any SeederProtocol] = []
  /// The error if a given path does not exist.
  private(set) var failure: CommandFailure?
  /// The folders to search, whether they exist or not.
  private(set) var searched: [String] = []
  /// The resolved paths of the folders that were read.
  private var folders: Set<String> = []
  /// The index and the definition file of each id.
  private var places: [SeederID: (index: Int, file: String)] = [:]
  /// Whether to include the built-in seeders.
  let includesBuiltIn: Bool
  private let options: DeclarativeSeeder.Options

  /// Searches the folders. This happens before the command line is parsed, because each seeder becomes a flag.
  ///
  /// - Parameter hasDemoSeeders: whether the built-in seeders are an example, which `init` leaves out of a new project.
  init(arguments: [String], environment: [String: String], hasDemoSeeders: Bool = false) {
    func value(of option: String) -> String? {
      for (index, argument) in arguments.enumerated() {
        if argument == "--" { return nil }
        if argument == option { return index + 1 < arguments.count ? arguments[index + 1] : nil }
        if argument.hasPrefix(option + "=") { return String(argument.dropFirst(option.count + 1)) }
      }
      return nil
    }
    func variable(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
    let flag = value(of: "--seeders-path")
    let given = flag ?? variable("SEEDERS_PATH")
    let verb = arguments.first { !$0.hasPrefix("-") }
    let project = ProjectDirectory(
      explicit: value(of: "--project-path"), environment: environment, searchesParents: verb != "init")
    let configDirectory = value(of: "--config-path") ?? project.configDirectory
    let settings = Self.settings(
      arguments, environment: CICommand.variables(for: verb, environment),
      values: [
        "env": value(of: "--env") ?? value(of: "-e"), "now": value(of: "--now"),
        "rows": value(of: "--rows"), "scale": value(of: "--scale"),
      ], configDirectory: configDirectory)
    let isNew = hasDemoSeeders && verb == "init" && configDirectory == nil
    includesBuiltIn =
      isNew && settings.source(of: .builtInSeeders) == .default ? false : settings[.builtInSeeders]
    var options = DeclarativeSeeder.Options()
    options.allowsCommands = settings[.allowCommands]
    options.now = settings[.now].flatMap(MovingDates.time)
    options.rowCounts = RowCountOptions(settings)
    self.options = options
    var paths = given.map { $0.split(separator: ":").map(String.init) } ?? []
    let missing = paths.filter { !Self.isDirectory($0) }
    if !missing.isEmpty {
      let names = missing.map { "'\($0)'" }.joined(separator: ", ")
      failure = CommandFailure(
        code: flag == nil ? .badConfiguration : .usage,
        errorCode: .unusablePath,
        message: "\(flag == nil ? "SEEDERS_PATH" : "--seeders-path"): no such folder: \(names)",
        fix: "name existing folders, separated by ':'")
    }
    // The working directory may be a subfolder of the project.
    let isHere = project.path == FileManager.default.currentDirectoryPath
    paths += ["Seeders"] + (isHere ? [] : ["\(project.path)/Seeders"])
    searched = paths
    for path in paths where Self.isDirectory(path) { search(path) }
  }

  /// The settings that the seeders need, and the environment, which decides which files are read. Their errors are
  /// reported when all settings are read.
  private static func settings(
    _ arguments: [String], environment: [String: String], values: [String: String?], configDirectory: String?
  ) -> Settings {
    var flags = values.compactMapValues { $0 }
    for argument in arguments.prefix(while: { $0 != "--" }) {
      if argument == "--built-in" { flags["built-in"] = "true" }
      if argument == "--no-built-in" { flags["built-in"] = "false" }
      if argument == "--allow-commands" { flags["allow-commands"] = "true" }
    }
    return Settings.read(
      flags: flags, environment: environment, configDirectory: configDirectory,
      keys: [
        AnySettingKey(.environment), AnySettingKey(.builtInSeeders), AnySettingKey(.now),
        AnySettingKey(.allowCommands), AnySettingKey(.rows), AnySettingKey(.scale),
      ]
    ).settings
  }

  /// Adds the folder itself if it contains a definition, otherwise each subfolder that contains one.
  private mutating func search(_ path: String) {
    if has(path) {
      add(path)
      return
    }
    let (names, unreadable) = FolderNames.read(path, holding: DeclarativeSeeder.fileName)
    for name in names.sorted() where !name.hasPrefix(".") { add("\(path)/\(name)") }
    for name in unreadable.sorted() {
      let folder = "\(path)/\(name)"
      let fault = FixtureFault(
        file: folder, found: "a folder whose name is not UTF-8",
        expected: "a name in UTF-8; rename the folder")
      add(
        FaultySeeder(directory: folder, error: FixtureError([fault]), isTaken: { places[$0] != nil }),
        from: folder)
    }
  }

  private func has(_ folder: String) -> Bool {
    FileManager.default.fileExists(atPath: "\(folder)/\(DeclarativeSeeder.fileName)")
  }

  private mutating func add(_ folder: String) {
    // The same folder may be reached by several paths.
    guard folders.insert(RegularFile.resolve(folder) ?? folder).inserted else { return }
    let file = "\(folder)/\(DeclarativeSeeder.fileName)"
    let seeder: any SeederProtocol
    do {
      seeder = try DeclarativeSeeder.read(directory: folder, options: options)
    } catch {
      let faults = FixtureFault(file: file, found: "\(error)", expected: "a definition that can be read")
      seeder = FaultySeeder(
        directory: folder, error: error as? FixtureError ?? FixtureError([faults]),
        isTaken: { places[$0] != nil })
    }
    add(seeder, from: file)
  }

  private mutating func add(_ seeder: any SeederProtocol, from file: String) {
    guard let other = places[seeder.id] else {
      places[seeder.id] = (seeders.count, file)
      seeders.append(seeder)
      return
    }
    // The id is ambiguous, so neither seeder runs.
    func fault(_ file: String, like other: String) -> FixtureFault {
      FixtureFault(
        .duplicateSeeder, file: file, field: "id", found: "'\(seeder.id)', which is also the id of \(other)",
        expected: "a unique id")
    }
    let before = (seeders[other.index] as? FaultySeeder)?.error.faults ?? [fault(other.file, like: file)]
    let own = (seeder as? FaultySeeder)?.error.faults ?? []
    seeders[other.index] = FaultySeeder(
      id: seeder.id, error: FixtureError(before + own + [fault(file, like: other.file)]))
  }

  /// Rejects a plan without seeders. In the wrong folder, a command that checks nothing would otherwise pass.
  ///
  /// - Parameter known: the seeders among which the plan selects.
  /// - Throws: `CommandFailure` that names the searched folders, or the seeders that were left out.
  func checkNotEmpty(_ plan: SeedPlan, of known: SeederRegistry) throws {
    guard plan.steps.isEmpty else { return }
    guard known.seeders.isEmpty else {
      throw CommandFailure(
        code: .usage, errorCode: .nothingSelected,
        message: "no seeder is selected in the environment '\(plan.environment)'; "
          + "available: \(known.ids.map(\.rawValue).joined(separator: ", "))",
        fix: "name seeders, or correct the environment; 'seed-runner list' shows where each may run")
    }
    let places = searched.map { "\($0)/*/\(DeclarativeSeeder.fileName)" }.joined(separator: ", ")
    throw CommandFailure(
      code: .usage, errorCode: .nothingSelected,
      message: "no seeders found in \(places)"
        + (includesBuiltIn ? "" : "; the built-in seeders are disabled"),
      fix: "run it in the folder of the project, or name the folder of the seeders with --seeders-path")
  }

  private static func isDirectory(_ path: String) -> Bool {
    var isDirectory = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) && isDirectory
  }

  /// The built-in seeders and those found, with the settings for `--all` applied.
  ///
  /// - Throws: `SeedPlanError`; `ConfigurationError` if a setting names an unknown seeder; `CommandFailure` if one names
  ///   an unknown table.
  func registry(_ builtIn: SeederRegistry, settings: Settings) throws -> SeederRegistry {
    let registry = try registry(builtIn)
    let tables = registry.seeders.compactMap { ($0.seeder as? any CountedSeeder)?.countedTables }.joined()
    if let table = RowCountOptions(settings).unknown(among: Array(tables)) {
      let names = Set(tables).sorted()
      let near = Suggestion.nearest(to: table, in: names).first
      throw CommandFailure(
        code: .usage, errorCode: .invalidSetting,
        message: "--rows: no seeder generates a number of rows for the table '\(table)'",
        fix: near.map { "did you mean '\($0)'?" }
          ?? (names.isEmpty
            ? "remove it"
            : "name one of \(names.joined(separator: ", ")); rows per parent follow their parents"))
    }
    // Settings may name built-in seeders even if they are disabled.
    return try registry.selecting(by: settings, known: builtIn.ids)
  }

  /// The built-in seeders and those found. A seeder that was found replaces the built-in one with the same id.
  ///
  /// - Throws: `SeedPlanError` if two built-in seeders have the same id.
  func registry(_ builtIn: SeederRegistry) throws -> SeederRegistry {
    guard includesBuiltIn else { return try SeederRegistry(replacingFaulty: seeders) }
    let replaced = Set(builtIn.ids)
    let all = builtIn.seeders.map { seeder -> any SeederProtocol in
      guard let place = places[seeder.id] else { return seeder.seeder }
      let found = seeders[place.index]
      return (found as? DeclarativeSeeder)?.withMigrations(of: seeder)
        ?? (found as? FaultySeeder)?.withMigrations(of: seeder) ?? found
    }
    return try SeederRegistry(replacingFaulty: all + seeders.filter { !replaced.contains($0.id) })
  }
}
