/// Why a plan could not be created. Nothing was opened or written.
public enum SeedPlanError: Error, Hashable, Sendable {
  /// No seeder was selected.
  case emptySelection
  /// The registry does not contain these seeders.
  case unknown([SeederID], known: [SeederID])
  /// Two seeders have the same id.
  case duplicates([SeederID])
  /// A seeder depends on seeders that the registry does not contain.
  case missingDependencies([SeederID], of: SeederID)
  /// Seeders depend on each other. The first one is repeated at the end.
  case cycle([SeederID])
  /// An excluded seeder is a dependency of selected ones.
  case excludedDependency(SeederID, dependents: [SeederID])
  /// Selected seeders, or their dependencies, do not list the environment.
  case notForEnvironment([SeederID], environment: SeedEnvironment)
}

extension SeedPlanError: CustomStringConvertible {
  /// The problem and its fix.
  public var description: String {
    func list(_ ids: [SeederID]) -> String { ids.map { "'\($0)'" }.joined(separator: ", ") }
    switch self {
    case .emptySelection:
      return "no seeder selected. Use --all, or name seeders, such as --users."
    case .unknown(let ids, let known):
      let hints = ids.flatMap { Suggestion.nearest(to: $0.rawValue, in: known.map(\.rawValue)) }
      let hint = hints.isEmpty ? "Available seeders: \(list(known))." : "Did you mean '\(hints[0])'?"
      return "unknown seeder\(ids.count == 1 ? "" : "s") \(list(ids)). \(hint)"
    case .duplicates(let ids):
      return "more than one seeder has the id \(list(ids)). Give each seeder a unique id."
    case .missingDependencies(let ids, let seeder):
      return "seeder '\(seeder)' depends on \(list(ids)), which is not registered."
    case .cycle(let ids):
      return "seeders depend on each other in a cycle: \(ids.map(\.rawValue).joined(separator: " → "))."
    case .excludedDependency(let id, let dependents):
      return "'\(id)' is excluded, but \(list(dependents)) depends on it. Exclude its dependents too."
    case .notForEnvironment(let ids, let environment):
      return
        "\(list(ids)) cannot run in the environment '\(environment)'. To allow it, add \"\(environment)\" "
        + "to \"environments\" in its seeder.json, or to 'environments' of a seeder in Swift."
    }
  }
}
