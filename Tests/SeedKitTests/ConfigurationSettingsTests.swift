import FoundationEssentials
import SeedKit
import SeedTesting
import Testing

@Suite("Settings")
struct ConfigurationSettingsTests {
  @Test("have a default for everything")
  func defaults() throws {
    let settings = try Settings.load(flags: [:], environment: [:], configDirectory: nil)
    #expect(settings[.environment] == .dev)
    #expect(settings[.databaseURL] == nil)
    #expect(settings[.databaseConnectTimeout] == .seconds(10))
    #expect(settings[.jobs] == 4)
    #expect(settings[.retryBudget] == .seconds(60))
    #expect(settings[.lockTimeout] == .seconds(300))
    #expect(settings[.debug] == false)
    #expect(settings[.embeddedBinaries] == nil)
    #expect(settings[.embeddedVersion] == nil)
    #expect(settings[.embeddedPort] == 0)
    #expect(settings[.embeddedUser] == nil)
    #expect(settings.entries.allSatisfy { $0.source == .default })
  }

  @Test("take a flag before a variable, the environment's file and default.json, in this order")
  func precedence() async throws {
    try await TemporaryFolder.with { folder in
      try folder.write(
        "{seed: {jobs: 10, retryBudget: 11},\n debug: true, startup: {timeLimit: 9}}", to: "default.json")
      try folder.write("{\n seed: {jobs: 20}, startup: {timeLimit: 0x1F}}", to: "test.json")
      try folder.write("{seed: {jobs: 99}}", to: "ci.json")
      func load(_ flags: [String: String], _ variables: [String: String]) throws -> Settings {
        try Settings.load(
          flags: flags, environment: variables.merging(["SEED_ENV": "test"]) { $1 },
          configDirectory: folder.path)
      }
      let file = folder.path + "/test.json"
      let cases: [([String: String], [String: String], Int, Settings.Source, String)] = [
        (["jobs": "40"], ["SEED_JOBS": "30"], 40, .flag("jobs"), "--jobs"),
        ([:], ["SEED_JOBS": "30"], 30, .variable("SEED_JOBS"), "SEED_JOBS"),
        ([:], ["SEED_JOBS": ""], 20, .file(file, line: 2), "\(file):2"),
      ]
      for (flags, variables, jobs, source, text) in cases {
        let settings = try load(flags, variables)
        #expect(settings[.jobs] == jobs)
        #expect(settings.source(of: .jobs) == source)
        #expect(settings.source(of: .jobs).description == text)
        #expect(settings.isExplicit(.jobs))
      }
      let settings = try load([:], [:])
      #expect(settings[.retryBudget] == .seconds(11))
      #expect(settings.source(of: .retryBudget).description == "\(folder.path)/default.json:1")
      #expect(settings[.debug])
      #expect(settings.source(of: .debug).description == "\(folder.path)/default.json:2")
      #expect(settings[.autoSeedTimeLimit] == .seconds(31))
      #expect(settings.source(of: .lockTimeout) == .default)
      #expect(!settings.isExplicit(.lockTimeout))
    }
  }

  @Test("show the paths of files relative to the current folder")
  func relativePaths() async throws {
    let current = FileManager.default.currentDirectoryPath
    let name = "config-\(UInt32.random(in: 0...UInt32.max))"
    try FileManager.default.createDirectory(atPath: "\(current)/\(name)", withIntermediateDirectories: false)
    defer { try? FileManager.default.removeItem(atPath: "\(current)/\(name)") }
    try Data("{\n\n\"debug\": true}".utf8).write(to: URL(filePath: "\(current)/\(name)/dev.json"))
    for folder in ["\(current)/\(name)", name, "\(current)/\(name)/", "./\(name)", "\(current)/./\(name)"] {
      let settings = try Settings.load(flags: [:], environment: [:], configDirectory: folder)
      #expect(settings.source(of: .debug).description == "\(name)/dev.json:3")
    }
  }

  @Test(
    "find the environment",
    arguments: [
      ([:], [:], .dev, "default"), ([:], ["CI": "true"], .ci, "CI=true"),
      ([:], ["CI": "True"], .ci, "CI=true"),
      ([:], ["CI": "false"], .dev, "default"), ([:], ["CI": ""], .dev, "default"),
      ([:], ["CI": "true", "SEED_ENV": "ci-local"], .ciLocal, "SEED_ENV"),
      ([:], ["CI": "true", "SEED_ENV": ""], .ci, "CI=true"),
      (["env": "production"], ["CI": "true", "SEED_ENV": "test"], .production, "--env"),
      (["env": "dev"], ["CI": "true"], .dev, "--env"),
    ] as [([String: String], [String: String], SeedEnvironment, String)])
  func environment(
    flags: [String: String], variables: [String: String], expected: SeedEnvironment, source: String
  ) async throws {
    try await TemporaryFolder.with { folder in
      for (index, name) in SeedEnvironment.allCases.enumerated() {
        try folder.write("{seed: {jobs: \(index + 1)}}", to: "\(name).json")
      }
      let settings = try Settings.load(flags: flags, environment: variables, configDirectory: folder.path)
      #expect(settings[.environment] == expected)
      #expect(settings.source(of: .environment).description == source)
      // Only the file of that environment is read.
      let index = try #require(SeedEnvironment.allCases.firstIndex(of: expected))
      #expect(settings[.jobs] == index + 1)
    }
  }

  @Test(
    "parse all spellings of a Boolean",
    arguments: [
      ("true", true), ("1", true), ("YES", true), ("On", true), ("FALSE", false), ("0", false), ("no", false),
      ("oFF", false),
    ])
  func switches(text: String, expected: Bool) throws {
    let settings = try Settings.load(flags: [:], environment: ["SEED_DEBUG": text], configDirectory: nil)
    #expect(settings[.debug] == expected)
  }

  @Test("accept the bounds of every number")
  func bounds() throws {
    let cases: [(String, [Int])] = [
      ("SEED_JOBS", [1, 64]), ("DATABASE_CONNECT_TIMEOUT", [1, 600]), ("SEED_RETRY_BUDGET", [0, 3600]),
      ("SEED_LOCK_TIMEOUT", [0, 86_400]), ("AUTO_SEED_TIMEOUT", [0, 86_400]),
      ("SEED_POSTGRES_PORT", [0, 65_535]), ("SEED_POSTGRES_VERSION", [10, 99]),
    ]
    for (variable, bounds) in cases {
      for value in bounds {
        let settings = try Settings.load(
          flags: [:], environment: [variable: "\(value)"], configDirectory: nil)
        #expect(settings.entries.first { $0.variable == variable }?.value == "\(value)")
      }
      for value in [(bounds.first ?? 0) - 1, (bounds.last ?? 0) + 1] {
        #expect(throws: ConfigurationError.self) {
          try Settings.load(flags: [:], environment: [variable: "\(value)"], configDirectory: nil)
        }
      }
    }
  }

  @Test("can be unset with null in a file of higher precedence")
  func null() async throws {
    try await TemporaryFolder.with { folder in
      try folder.write("{embedded: {user: 'postgres', version: 18}}", to: "default.json")
      try folder.write("{embedded: {user: null, version: null}}", to: "dev.json")
      let settings = try Settings.load(flags: [:], environment: [:], configDirectory: folder.path)
      #expect(settings[.embeddedUser] == nil)
      #expect(settings[.embeddedVersion] == nil)
      #expect(settings.source(of: .embeddedUser).description == "\(folder.path)/dev.json:1")
      let other = try Settings.load(flags: ["env": "test"], environment: [:], configDirectory: folder.path)
      #expect(other[.embeddedUser] == "postgres")
      #expect(other[.embeddedVersion] == 18)
    }
  }

  @Test("work without any of the files, and with symbolic links")
  func missingFiles() async throws {
    try await TemporaryFolder.with { folder in
      let none = try Settings.load(flags: [:], environment: [:], configDirectory: folder.path)
      #expect(none[.jobs] == 4)
      let target = try folder.write("{seed: {jobs: 7}}", to: "elsewhere")
      try FileManager.default.createSymbolicLink(
        atPath: "\(folder.path)/default.json", withDestinationPath: target)
      let linked = try Settings.load(flags: [:], environment: [:], configDirectory: folder.path)
      #expect(linked[.jobs] == 7)
    }
  }

  @Test("are listed in a stable order, with source and summary")
  func entries() throws {
    let settings = try Settings.load(
      flags: ["jobs": "8"], environment: ["SEED_LOCK_TIMEOUT": "5", "SEED_DEBUG": "on"], configDirectory: nil)
    #expect(
      settings.entries.map { "\($0.name)=\($0.value) (\($0.source))" } == [
        "environment=dev (default)", "database.url= (default)", "database.connectTimeout=10 (default)",
        "seed.jobs=8 (--jobs)", "seed.retryBudget=60 (default)", "seed.lockTimeout=5 (SEED_LOCK_TIMEOUT)",
        "seeders.builtIn=true (default)", "seed.now= (default)", "seed.allowCommands=false (default)",
        "seed.rows= (default)", "seed.scale=1.0 (default)", "all.only= (default)", "all.except= (default)",
        "startup.migrates=true (default)", "startup.seeds=false (default)",
        "startup.mode=blocking (default)", "startup.timeLimit=60 (default)",
        "debug=true (SEED_DEBUG)",
        "embedded.binaries= (default)",
        "embedded.version= (default)", "embedded.port=0 (default)", "embedded.user= (default)",
      ])
    #expect(
      settings.entries.map(\.variable) == [
        "SEED_ENV", "DATABASE_URL", "DATABASE_CONNECT_TIMEOUT", "SEED_JOBS", "SEED_RETRY_BUDGET",
        "SEED_LOCK_TIMEOUT", "SEED_BUILT_IN", "SEED_NOW", "SEED_ALLOW_COMMANDS", "SEED_ROWS", "SEED_SCALE",
        "SEED_ALL_ONLY", "SEED_ALL_EXCEPT", "AUTO_MIGRATE",
        "AUTO_SEED_DATABASE",
        "AUTO_SEED_MODE", "AUTO_SEED_TIMEOUT",
        "SEED_DEBUG", "SEED_POSTGRES_BIN", "SEED_POSTGRES_VERSION", "SEED_POSTGRES_PORT",
        "SEED_POSTGRES_USER",
      ])
    #expect(
      settings.entries.compactMap(\.flag) == [
        "env", "database-url", "jobs", "built-in", "now", "allow-commands", "rows", "scale", "debug",
      ])
    #expect(settings.entries.filter { $0.unit == "seconds" }.count == 4)
    #expect(settings.entries.allSatisfy { !$0.summary.isEmpty })
  }
}
