/// Why no plan could be made. Nothing was opened or written.
public enum SeedPlanError: Error, Hashable, Sendable {
  /// Nothing was selected.
  case emptySelection
  /// Seeders that the registry does not have.
  case unknown([SeederID], known: [SeederID])
  /// Two seeders have the same id.
  case duplicates([SeederID])
  /// A seeder depends on others that the registry does not have.
  case missingDependencies([SeederID], of: SeederID)
  /// Seeders depend on each other in a circle; the first is named again at the end.
  case cycle([SeederID])
  /// A seeder is excluded that others need.
  case excludedDependency(SeederID, dependents: [SeederID])
  /// Seeders were selected, or are depended on, that do not name the environment.
  case notForEnvironment([SeederID], environment: SeedEnvironment)
}

extension SeedPlanError: CustomStringConvertible {
  /// What is wrong and what to do.
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
