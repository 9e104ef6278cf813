/// The seeders of a run, their order, and why each is included.
///
/// Creating a plan reads nothing and opens nothing. It takes time in proportion to the number of seeders and
/// dependencies.
public struct SeedPlan: Sendable {
  /// The selected seeders.
  public enum Selection: Hashable, Sendable {
    /// All that the environment allows, without `except`, and also `and`, which `--all` would leave out.
    case all(except: Set<SeederID> = [], and: [SeederID] = [])
    /// These seeders and their dependencies.
    case only([SeederID])
  }

  /// Why a seeder is in the plan.
  public enum Reason: Hashable, Sendable {
    /// It was selected.
    case selected
    /// Other seeders of the plan depend on it.
    case required(by: [SeederID])
  }

  /// A seeder of the plan.
  public struct Step: Sendable {
    /// The seeder.
    public let seeder: RegisteredSeeder
    /// Why it is included.
    public let reason: Reason
    /// Seeders that run first if the plan contains them: those that it names, and in a run those whose tables its
    /// tables reference.
    var runsAfter: [SeederID]

    init(seeder: RegisteredSeeder, reason: Reason) {
      self.seeder = seeder
      self.reason = reason
      runsAfter = seeder.runsAfter
    }

    /// The seeder's id.
    public var id: SeederID { seeder.id }
  }

  /// The environment of the plan.
  public let environment: SeedEnvironment
  /// The steps. Each follows the seeders that it depends on or runs after. Otherwise they have the order of the
  /// registry.
  public internal(set) var steps: [Step]
  /// Seeders that `--all` left out because they do not name the environment or are not part of it.
  public let leftOut: [SeederID]
  /// The ids of all seeders in the registry.
  let registered: Set<String>

  /// Creates a plan.
  ///
  /// - Throws: ``SeedPlanError`` with all affected seeders.
  public init(
    registry: SeederRegistry, selection: Selection, environment: SeedEnvironment
  ) throws {
    self.environment = environment
    registered = Set(registry.ids.map(\.rawValue))
    try Self.checkReferences(registry)
    let selected: Set<SeederID>
    var excluded: Set<SeederID> = []
    switch selection {
    case .all(let excludedIDs, let named):
      excluded = excludedIDs
      try Self.checkKnown(excluded.sorted() + named, in: registry)
      let wanted = registry.seeders.filter { !excludedIDs.contains($0.id) }
      let chosen = Set(named)
      func isIncluded(_ seeder: RegisteredSeeder) -> Bool {
        chosen.contains(seeder.id)
          || (registry.runsByDefault(seeder) && seeder.environments.contains(environment))
      }
      selected = Set(wanted.filter(isIncluded).map(\.id))
      leftOut = wanted.filter { !isIncluded($0) }.map(\.id)
    case .only(let ids):
      guard !ids.isEmpty else { throw SeedPlanError.emptySelection }
      try Self.checkKnown(ids, in: registry)
      selected = Set(ids)
      leftOut = []
    }
    let ordered = try Self.ordered(selected, in: registry)
    var dependents: [SeederID: [SeederID]] = [:]
    for seeder in ordered {
      for dependency in Set(seeder.dependencies) { dependents[dependency, default: []].append(seeder.id) }
    }
    if let seeder = ordered.first(where: { excluded.contains($0.id) }) {
      throw SeedPlanError.excludedDependency(seeder.id, dependents: dependents[seeder.id] ?? [])
    }
    steps = ordered.map { seeder in
      Step(
        seeder: seeder,
        reason: selected.contains(seeder.id) ? .selected : .required(by: dependents[seeder.id] ?? []))
    }
    let forbidden = steps.filter { !$0.seeder.environments.contains(environment) }.map(\.id)
    guard forbidden.isEmpty else {
      throw SeedPlanError.notForEnvironment(forbidden, environment: environment)
    }
  }

  /// A plan without seeders, for migrations only.
  init(withoutStepsFor environment: SeedEnvironment) {
    self.environment = environment
    steps = []
    leftOut = []
    registered = []
  }

  /// The production guard. It needs no database, so that it can run before a connection is opened.
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
    // The whole registry is checked, so that its author finds cycles in any run.
    _ = try ordered(Set(registry.ids), in: registry)
  }

  /// A seeder on the current path, with its predecessors that are not visited yet.
  private struct Visit {
    let seeder: RegisteredSeeder
    var next: ArraySlice<SeederID>
  }

  /// The seeders and their dependencies, depth first, each after what it depends on or runs after. Not recursive,
  /// because a long chain of dependencies could overflow the stack.
  private static func ordered(
    _ ids: Set<SeederID>, in registry: SeederRegistry
  ) throws -> [RegisteredSeeder] {
    let closure = closure(of: ids, in: registry)
    var isDone: [SeederID: Bool] = [:]
    var result: [RegisteredSeeder] = []
    func visit(_ seeder: RegisteredSeeder) -> Visit {
      isDone[seeder.id] = false
      return Visit(
        seeder: seeder, next: (seeder.dependencies + seeder.runsAfter.filter(closure.contains))[...])
    }
    // The order of the registry, not of the command line.
    for seeder in registry.seeders where ids.contains(seeder.id) && isDone[seeder.id] == nil {
      var path = [visit(seeder)]
      while let last = path.indices.last {
        guard let id = path[last].next.popFirst() else {
          let done = path.removeLast().seeder
          isDone[done.id] = true
          result.append(done)
          continue
        }
        if isDone[id] == false {
          let start = path.firstIndex { $0.seeder.id == id } ?? 0
          throw SeedPlanError.cycle(path[start...].map(\.seeder.id) + [id])
        }
        if isDone[id] == nil, let next = registry[id] { path.append(visit(next)) }
      }
    }
    return result
  }

  /// The seeders and all their dependencies.
  private static func closure(of ids: Set<SeederID>, in registry: SeederRegistry) -> Set<SeederID> {
    var closure: Set<SeederID> = []
    var pending = Array(ids)
    while let id = pending.popLast() {
      if closure.insert(id).inserted { pending += registry[id]?.dependencies ?? [] }
    }
    return closure
  }
}
