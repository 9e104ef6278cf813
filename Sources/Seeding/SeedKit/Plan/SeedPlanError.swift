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

extension SeedPlanError: CustomStringConvertible, FixableError {
  /// The problem and its fix.
  public var description: String { text }

  package var problem: String {
    switch self {
    case .emptySelection: "no seeder selected"
    case .unknown(let ids, _): "unknown seeder\(ids.count == 1 ? "" : "s") \(Self.list(ids))"
    case .duplicates(let ids): "more than one seeder has the id \(Self.list(ids))"
    case .missingDependencies(let ids, let seeder):
      "seeder '\(seeder)' depends on \(Self.list(ids)), which \(ids.count == 1 ? "is" : "are") not registered"
    case .cycle(let ids):
      "seeders depend on each other in a cycle: \(ids.map(\.rawValue).joined(separator: " → "))"
    case .excludedDependency(let id, let dependents):
      "'\(id)' is excluded, but \(Self.list(dependents)) \(dependents.count == 1 ? "depends" : "depend") on it"
    case .notForEnvironment(let ids, let environment):
      "\(Self.list(ids)) cannot run in the environment '\(environment)'"
    }
  }

  package var fix: String? {
    switch self {
    case .emptySelection: return "use --all, or name seeders, such as --users"
    case .unknown(let ids, let known):
      let hints = ids.flatMap { Suggestion.nearest(to: $0.rawValue, in: known.map(\.rawValue)) }
      return hints.isEmpty ? "choose from these seeders: \(Self.list(known))" : "Did you mean '\(hints[0])'?"
    case .duplicates: return "give each seeder a unique id"
    case .missingDependencies: return "add the missing seeder, or remove it from the dependencies"
    case .cycle: return "remove one of these dependencies"
    case .excludedDependency(_, let dependents):
      return "exclude \(dependents.count == 1 ? "it" : "them") too: \(Self.list(dependents))"
    case .notForEnvironment(let ids, let environment):
      return "to allow it, add \"\(environment)\" to \"environments\" in \(ids.count == 1 ? "its" : "their") "
        + "seeder.json, or to 'environments' of a seeder in Swift"
    }
  }

  private static func list(_ ids: [SeederID]) -> String { ids.map { "'\($0)'" }.joined(separator: ", ") }
}
