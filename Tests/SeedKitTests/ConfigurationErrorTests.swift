import FoundationEssentials
import Glibc
import SeedKit
import SeedTesting
import Testing

@Suite("Invalid settings")
struct ConfigurationErrorTests {
  private func faults(
    flags: [String: String] = [:], variables: [String: String] = [:], directory: String? = nil
  ) -> [String] {
    let error = #expect(throws: ConfigurationError.self) {
      try Settings.load(flags: flags, environment: variables, configDirectory: directory)
    }
    #expect(error?.description == error?.faults.map(\.description).joined(separator: "\n"))
    return error?.faults.map(\.description) ?? []
  }

  @Test(
    "report the variable, the setting, what was found and what was expected",
    arguments: [
      ("SEED_JOBS", "0", "seed.jobs: found '0'; expected a whole number from 1 to 64"),
      ("SEED_JOBS", "65", "seed.jobs: found '65'; expected a whole number from 1 to 64"),
      ("SEED_JOBS", "many", "seed.jobs: found 'many'; expected a whole number from 1 to 64"),
      ("SEED_JOBS", " 4", "seed.jobs: found ' 4'; expected a whole number from 1 to 64"),
      ("SEED_JOBS", "4\n", "seed.jobs: found '4\\n'; expected a whole number from 1 to 64"),
      (
        "SEED_RETRY_BUDGET", "1.5",
        "seed.retryBudget: found '1.5'; expected seconds, a whole number from 0 to 3600"
      ),
      ("SEED_DEBUG", "ture", "debug: found 'ture'; expected true or false. Did you mean 'true'?"),
      ("SEED_DEBUG", "2", "debug: found '2'; expected true or false"),
      (
        "SEED_ENV", "tset",
        "environment: found 'tset'; expected one of dev, test, ci, ci-local, production. Did you mean 'test'?"
      ),
      (
        "SEED_ENV", "Dev",
        "environment: found 'Dev'; expected one of dev, test, ci, ci-local, production. Did you mean 'dev'?"
      ),
      (
        "SEED_ENV", "ci_local",
        "environment: found 'ci_local'; expected one of dev, test, ci, ci-local, production. Did you mean 'ci-local'?"
      ),
      (
        "SEED_ENV", "prod",
        "environment: found 'prod'; expected one of dev, test, ci, ci-local, production. Did you mean 'production'?"
      ),
      (
        "SEED_ENV", "development",
        "environment: found 'development'; expected one of dev, test, ci, ci-local, production. Did you mean 'dev'?"
      ),
      (
        "SEED_ENV", "staging",
        "environment: found 'staging'; expected one of dev, test, ci, ci-local, production"
      ),
      ("SEED_POSTGRES_VERSION", "9", "embedded.version: found '9'; expected a whole number from 10 to 99"),
    ])
  func variables(name: String, value: String, expected: String) {
    #expect(faults(variables: [name: value]) == ["\(name): \(expected)"])
  }

  @Test("report the flag")
  func flags() {
    #expect(
      faults(flags: ["jobs": "x", "env": "", "jbos": "1"]) == [
        "--env: environment: found ''; expected one of dev, test, ci, ci-local, production",
        "--jobs: seed.jobs: found 'x'; expected a whole number from 1 to 64",
        "--jbos: found an unknown flag; expected one that sets a value. Did you mean '--jobs'?",
      ])
  }

  @Test("report all faults at once, each with its place")
  func everything() async throws {
    try await TemporaryFolder.with { folder in
      try folder.write(
        """
        {
          "environment": "test",
          "seed": { "jobs": "4", "retryBudgt": 1, "lockTimeout": -1 },
          "database": 5, "jobs": 4, "seed.jobs": 4,
          "startup": { "timeLimit": null },
          "debug": 1, "embedded": { "port": 70000, "version": 1.5, "user": "", "binaries": [] },
          "sed": {}
        }
        """, to: "default.json")
      try folder.write("{\n  seed: { jobs: 4, },\n  debug: yes\n}", to: "ci.json")
      let path = folder.path
      let found = faults(
        flags: ["debug": "perhaps"], variables: ["SEED_ENV": "ci", "SEED_JOBS": "none"], directory: path)
      let expected =
        [
          "default.json:2:3: environment: found the key in a file; expected SEED_ENV or --env, because it decides which file is read",
          "default.json:3:21: seed.jobs: found a string; expected a whole number from 1 to 64",
          "default.json:3:26: seed.retryBudgt: found an unknown key; expected a setting from 'seed-runner config'. Did you mean 'seed.retryBudget'?",
          "default.json:3:58: seed.lockTimeout: found '-1'; expected seconds, a whole number from 0 to 86400",
          "default.json:4:15: database: found a number; expected an object that sets database.url, database.connectTimeout",
          "default.json:4:18: jobs: found an unknown key; expected a setting from 'seed-runner config'. Did you mean 'seed.jobs'?",
          "default.json:4:29: seed.jobs: found a key with a dot; expected nested objects, as in default.json",
          "default.json:5:29: startup.timeLimit: found null; expected seconds, a whole number from 0 to 86400",
          "default.json:6:12: debug: found number 1; expected true or false",
          "default.json:6:37: embedded.port: found '70000'; expected a whole number from 0 to 65535",
          "default.json:6:55: embedded.version: found '1.5'; expected a whole number from 10 to 99",
          "default.json:6:68: embedded.user: found ''; expected the name of an operating-system user",
          "default.json:6:84: embedded.binaries: found an array; expected a folder path",
          "default.json:7:3: sed: found an unknown key; expected a setting from 'seed-runner config'. Did you mean 'seed'?",
          "ci.json:3:10: found 'y'; expected a value",
        ].map { "\(path)/\($0)" } + [
          "SEED_JOBS: seed.jobs: found 'none'; expected a whole number from 1 to 64",
          "--debug: debug: found 'perhaps'; expected true or false",
        ]
      #expect(found.count == expected.count)
      for (one, other) in zip(found, expected) { #expect(one == other) }
    }
  }

  @Test("include faults of default.json even if the environment is invalid")
  func wrongEnvironment() async throws {
    try await TemporaryFolder.with { folder in
      try folder.write("[]", to: "default.json")
      // Not read, because the environment is unknown.
      try folder.write("[", to: "dev.json")
      #expect(
        faults(variables: ["SEED_ENV": "x"], directory: folder.path) == [
          "\(folder.path)/default.json:1:1: found an array; expected an object",
          "SEED_ENV: environment: found 'x'; expected one of dev, test, ci, ci-local, production",
        ])
    }
  }

  @Test("include a folder that does not exist or is a file")
  func folder() async throws {
    try await TemporaryFolder.with { folder in
      let expected = "expected the settings folder"
      let missing = folder.path + "/missing"
      #expect(faults(directory: missing) == ["\(missing): found no folder; \(expected)"])
      let file = try folder.write("{}", to: "file")
      #expect(faults(directory: file) == ["\(file): found a file; \(expected)"])
    }
  }

  @Test("include a file that is not regular, without waiting for a pipe")
  func files() async throws {
    try await TemporaryFolder.with { folder in
      let path = folder.path + "/default.json"
      func expected(_ found: String) -> [String] {
        ["\(path): found \(found); expected a settings file"]
      }
      try #require(mkfifo(path, 0o600) == 0)
      #expect(faults(directory: folder.path) == expected("a pipe"))
      unlink(path)
      try #require(mkdir(path, 0o700) == 0)
      #expect(faults(directory: folder.path) == expected("a folder"))
      rmdir(path)
      try #require(symlink("/dev/zero", path) == 0)
      #expect(faults(directory: folder.path) == expected("a device"))
      unlink(path)
      try #require(symlink(path, path) == 0)
      #expect(faults(directory: folder.path).first?.hasPrefix("\(path): found the error '") ?? false)
      unlink(path)
      try folder.write(String(repeating: " ", count: (1 << 20) + 1), to: "default.json")
      #expect(
        faults(directory: folder.path) == [
          "\(path): found 1048577 bytes; expected at most 1048576 bytes"
        ])
    }
  }

  @Test("report where a file is not JSON5, and the fix")
  func syntax() async throws {
    try await TemporaryFolder.with { folder in
      try folder.write("{\n  # jobs\n}", to: "default.json")
      try folder.write("{debug: true, debug: false}", to: "dev.json")
      #expect(
        faults(directory: folder.path) == [
          "\(folder.path)/default.json:2:3: found '#'; expected a key. Put a key that is not an identifier in quotes",
          "\(folder.path)/dev.json:1:15: duplicate key \"debug\" (first at line 1, column 2)",
        ])
    }
  }

  @Test("suggest the most similar environment")
  func environmentName() throws {
    #expect(try SeedEnvironment(parsing: "ci-local") == .ciLocal)
    #expect(SeedEnvironment.allCases.map(\.description) == ["dev", "test", "ci", "ci-local", "production"])
    let error = #expect(throws: SeedEnvironmentError.self) { try SeedEnvironment(parsing: "prodution") }
    #expect(error?.suggestion == .production)
    #expect(
      error?.description
        == "unknown environment 'prodution'; expected one of dev, test, ci, ci-local, production. Did you mean 'production'?"
    )
  }
}
