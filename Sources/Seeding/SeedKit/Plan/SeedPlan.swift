/// Which seeders a run starts, in which order and why.
///
/// A pure value: nothing is read or opened to make it. It takes time in proportion to the seeders and their
/// dependencies.
public struct SeedPlan: Sendable {
  /// What a person asked for.
  public enum Selection: Hashable, Sendable {
    /// All that the environment allows, but for some; and others that `--all` would leave out.
    case all(except: Set<SeederID> = [], and: [SeederID] = [])
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
    public let seeder: RegisteredSeeder
    /// Why it is here.
    public let reason: Reason
    /// Seeders that come first if the plan has them: those that it names and, in a run, those whose tables its
    /// tables refer to.
    var runsAfter: [SeederID]

    init(seeder: RegisteredSeeder, reason: Reason) {
      self.seeder = seeder
      self.reason = reason
      runsAfter = seeder.runsAfter
    }

    /// The seeder's id.
    public var id: SeederID { seeder.id }
  }

  /// The environment that the plan is for.
  public let environment: SeedEnvironment
  /// The steps. Each comes after all that it depends on or runs after; otherwise the registry's order is
  /// kept.
  public internal(set) var steps: [Step]
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

  /// A plan that seeds nothing, to migrate only.
  init(withoutStepsFor environment: SeedEnvironment) {
    self.environment = environment
    steps = []
    leftOut = []
    registered = []
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
    _ = try ordered(Set(registry.ids), in: registry)
  }

  /// A seeder on the way down, and what of its predecessors is still to be visited.
  private struct Visit {
    let seeder: RegisteredSeeder
    var next: ArraySlice<SeederID>
  }

  /// The seeders and all that they depend on, depth first, each after what it depends on or runs after. Without
  /// recursion, because a chain of dependencies may be longer than a stack is deep.
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
    // The registry's order, whatever the order on the command line.
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

  /// The seeders and all that they depend on.
  private static func closure(of ids: Set<SeederID>, in registry: SeederRegistry) -> Set<SeederID> {
    var closure: Set<SeederID> = []
    var pending = Array(ids)
    while let id = pending.popLast() {
      if closure.insert(id).inserted { pending += registry[id]?.dependencies ?? [] }
    }
    return closure
  }
}
