import SeedKit

extension Session {
  /// The seeders and their files, with those of `--fixtures-path` in place of the built-in ones of
  /// the selected seeders that take others.
  ///
  /// - Parameter selected: the seeders that the command works on.
  /// - Throws: `FixtureError` if the files cannot be read; `CommandFailure` if no selected seeder
  ///   takes other files.
  func sources(selected: (SeederID) -> Bool) throws -> (registry: SeederRegistry, fixtures: FixtureStore) {
    let registry = try registry()
    let builtIn = invocation.program.fixtures
    guard let path = command.value(of: "fixtures-path") else { return (registry, builtIn) }
    let takers = registry.seeders.compactMap(\.replaceable).map(\.id)
    guard takers.contains(where: selected) else {
      throw CommandFailure(
        code: .usage, message: "--fixtures-path is for \(takers.map(\.rawValue).joined(separator: ", "))",
        fix: "also select --\(takers.first?.rawValue ?? "")")
    }
    let files = try FixtureFolder.read(path)
    let replaced = try registry.mapping { seeder in
      guard selected(seeder.id), let replaceable = seeder.replaceable else { return seeder.seeder }
      return replaceable.replacingFixtures(with: files.map(\.name))
    }
    return (replaced, builtIn.adding(files))
  }
}
