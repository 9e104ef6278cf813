import SeedKit

extension Session {
  /// The seeders and their fixtures. With `--fixtures-path`, the files at that path replace the built-in fixtures of
  /// the selected seeders that support it.
  ///
  /// - Parameter selected: whether the command works on a seeder.
  /// - Throws: `FixtureError` if the files cannot be read; `CommandFailure` if no selected seeder supports other
  ///   fixtures.
  func sources(selected: (SeederID) -> Bool) throws -> (registry: SeederRegistry, fixtures: FixtureStore) {
    let registry = try registry()
    let builtIn = invocation.program.fixtures
    guard let path = command.value(of: "fixtures-path") else { return (registry, builtIn) }
    let takers = registry.seeders.compactMap(\.replaceable).map(\.id)
    guard let first = takers.first else {
      throw CommandFailure(code: .usage, message: "no seeder supports --fixtures-path", fix: "omit it")
    }
    guard takers.contains(where: selected) else {
      throw CommandFailure(
        code: .usage,
        message: "--fixtures-path applies only to \(takers.map(\.rawValue).joined(separator: ", "))",
        fix: "also select --\(first)")
    }
    let files = try FixtureFolder.read(path)
    let replaced = try registry.mapping { seeder in
      guard selected(seeder.id), let replaceable = seeder.replaceable else { return seeder.seeder }
      return replaceable.replacingFixtures(with: files.map(\.name))
    }
    return (replaced, builtIn.adding(files))
  }
}
