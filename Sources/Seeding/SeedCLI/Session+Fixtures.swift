import SeedKit

extension Session {
  /// The path of the user's own fixtures: `--fixtures-path` or `SEED_FIXTURES_PATH`.
  var fixturesPath: String? {
    command.value(of: "fixtures-path") ?? OwnFixtures.path(in: invocation.environment)
  }

  /// The seeders and their fixtures. With `--fixtures-path`, the files at that path replace the built-in fixtures of
  /// the selected seeders that support it.
  ///
  /// - Parameter selected: whether the command works on a seeder.
  /// - Throws: `FixtureError` if the files cannot be read; `CommandFailure` if no selected seeder supports other
  ///   fixtures.
  func sources(selected: (SeederID) -> Bool) throws -> (registry: SeederRegistry, fixtures: FixtureStore) {
    let registry = try registry()
    let builtIn = invocation.program.fixtures
    guard let path = fixturesPath else { return (registry, builtIn) }
    let takers = registry.seeders.compactMap(\.replaceable).map(\.id)
    // The variable is for all commands, of which some concern other seeders.
    if !command.has("fixtures-path"), !takers.contains(where: selected) { return (registry, builtIn) }
    guard let first = takers.first else {
      throw CommandFailure(code: .usage, message: "no seeder supports --fixtures-path", fix: "omit it")
    }
    guard takers.contains(where: selected) else {
      throw CommandFailure(
        code: .usage,
        message: "--fixtures-path applies only to \(takers.map(\.rawValue).joined(separator: ", "))",
        fix: "also select --\(first)")
    }
    return try OwnFixtures.replace(in: registry, builtIn, from: path, selected: selected)
  }
}

/// Fixtures of the user in place of built-in ones.
enum OwnFixtures {
  static let variable = "SEED_FIXTURES_PATH"

  /// The path in the variable; nil if it is unset or empty.
  static func path(in environment: [String: String]) -> String? {
    environment[variable].flatMap { $0.isEmpty ? nil : $0 }
  }

  /// The seeders and fixtures, with the files at a path for the selected seeders that support it.
  ///
  /// - Throws: `FixtureError` if the files cannot be read.
  static func replace(
    in registry: SeederRegistry, _ fixtures: FixtureStore, from path: String,
    selected: (SeederID) -> Bool = { _ in true }
  ) throws -> (registry: SeederRegistry, fixtures: FixtureStore) {
    let files = try FixtureFolder.read(path)
    let replaced = try registry.mapping { seeder in
      guard selected(seeder.id), let replaceable = seeder.replaceable else { return seeder.seeder }
      return replaceable.replacingFixtures(with: files.map(\.name))
    }
    return (replaced, fixtures.adding(files))
  }
}
