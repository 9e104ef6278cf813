/// Which seeders a run starts, in which order and why.
///
/// A pure value: nothing is read or opened to make it.
public struct SeedPlan: Sendable {
  /// What a person asked for.
  public enum Selection: Hashable, Sendable {
    /// All that the environment allows, but for some.
    case all(except: Set<SeederID> = [])
    /// Some, and what they depend on.
    case only([SeederID])
  }

  /// Why a seeder is in the plan.
  public enum Reason: Hashable, Sendable {
    /// It was selected.
    case selected
    /// Others, the selected or their dependencies, depend on it.
    case required(by: [SeederID])
  }

  /// One seeder's place in the plan.
  public struct Step: Sendable {
    /// The seeder.
    public let seeder: any Seeder
    /// Why it is here.
    public let reason: Reason

    /// The seeder's id.
    public var id: SeederID { seeder.id }
  }

  /// The environment that the plan is for.
  public let environment: SeedEnvironment
  /// The steps. Each comes after all that it depends on or follows; otherwise the registry's order is
  /// kept.
  public let steps: [Step]
  /// Seeders that `--all` leaves out because they do not name the environment or are no part of it.
  public let leftOut: [SeederID]
  /// All seeders of the registry, in the plan or not.
  let registered: Set<String>

  /// Makes a plan.
  ///
  /// - Throws: ``SeedPlanError``, naming all the seeders concerned.
  public init(
    registry: SeederRegistry, selection: Selection, environment: SeedEnvironment
  ) throws {
    self.environment = environment
    registered = Set(registry.ids.map(\.rawValue))
    try Self.checkReferences(registry)
    let selected: [SeederID]
    switch selection {
    case .all(let excluded):
      try Self.checkKnown(Array(excluded), in: registry)
      let wanted = registry.seeders.filter { !excluded.contains($0.id) }
      func isIncluded(_ seeder: any Seeder) -> Bool {
        registry.isPartOfAll(seeder) && seeder.environments.contains(environment)
      }
      selected = wanted.filter(isIncluded).map(\.id)
      leftOut = wanted.filter { !isIncluded($0) }.map(\.id)
    case .only(let ids):
      guard !ids.isEmpty else { throw SeedPlanError.emptySelection }
      try Self.checkKnown(ids, in: registry)
      selected = ids
      leftOut = []
    }
    let ordered = try Self.ordered(selected, in: registry)
    if case .all(let excluded) = selection {
      for id in ordered where excluded.contains(id) {
        let dependents = ordered.filter { registry[$0]?.dependencies.contains(id) ?? false }
        throw SeedPlanError.excludedDependency(id, dependents: dependents)
      }
    }
    steps = ordered.compactMap { id in
      guard let seeder = registry[id] else { return nil }
      let dependents = ordered.filter { registry[$0]?.dependencies.contains(id) ?? false }
      return Step(seeder: seeder, reason: selected.contains(id) ? .selected : .required(by: dependents))
    }
    let forbidden = steps.filter { !$0.seeder.environments.contains(environment) }.map(\.id)
    guard forbidden.isEmpty else {
      throw SeedPlanError.notForEnvironment(forbidden, environment: environment)
    }
  }

  /// Refuses production unless that is said to be meant. Needs no database, so that it can come
  /// before one is opened.
  ///
  /// - Throws: ``SeedGuardError/productionNotAllowed``.
  public func checkProduction(isAllowed: Bool) throws {
    guard environment != .production || isAllowed else { throw SeedGuardError.productionNotAllowed }
  }

  private static func checkKnown(_ ids: [SeederID], in registry: SeederRegistry) throws {
    let unknown = ids.filter { registry[$0] == nil }
    guard unknown.isEmpty else { throw SeedPlanError.unknown(unknown.sorted(), known: registry.ids) }
  }

  private static func checkReferences(_ registry: SeederRegistry) throws {
    for seeder in registry.seeders {
      let missing = seeder.dependencies.filter { registry[$0] == nil }
      guard missing.isEmpty else {
        throw SeedPlanError.missingDependencies(missing, of: seeder.id)
      }
    }
    // The whole registry is checked, so that a cycle is found by whoever makes it.
    _ = try ordered(registry.ids, in: registry)
  }

  /// The seeders and all that they depend on, depth first, each after what it depends on or follows.
  private static func ordered(_ ids: [SeederID], in registry: SeederRegistry) throws -> [SeederID] {
    let closure = closure(of: ids, in: registry)
    var done: Set<SeederID> = []
    var path: [SeederID] = []
    var result: [SeederID] = []
    func visit(_ id: SeederID) throws {
      guard !done.contains(id) else { return }
      if let start = path.firstIndex(of: id) {
        throw SeedPlanError.cycle(Array(path[start...]) + [id])
      }
      path.append(id)
      for dependency in registry[id]?.dependencies ?? [] { try visit(dependency) }
      for other in registry[id]?.follows ?? [] where closure.contains(other) { try visit(other) }
      path.removeLast()
      done.insert(id)
      result.append(id)
    }
    // The registry's order, whatever the order on the command line.
    for id in registry.ids where ids.contains(id) { try visit(id) }
    return result
  }

  /// The seeders and all that they depend on.
  private static func closure(of ids: [SeederID], in registry: SeederRegistry) -> Set<SeederID> {
    var closure: Set<SeederID> = []
    var pending = ids
    while let id = pending.popLast() {
      if closure.insert(id).inserted { pending += registry[id]?.dependencies ?? [] }
    }
    return closure
  }
}
