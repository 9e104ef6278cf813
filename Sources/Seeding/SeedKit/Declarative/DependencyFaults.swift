/// Finds faults of definitions that only show when all seeders are known: unknown dependencies and cycles.
enum DependencyFaults {
  ///
  /// - Parameters:
  ///   - seeders: all seeders.
  /// - Returns: the faults of each declarative seeder. Without the dependencies of these seeders, there are no
  ///   cycles through declarative seeders.
  static func find(in seeders: [RegisteredSeeder]) -> [SeederID: [FixtureFault]] {
    var faults: [SeederID: [FixtureFault]] = [:]
    let known = Set(seeders.map(\.id))
    for seeder in seeders.compactMap(\.declarative) {
      let missing = seeder.dependencies.filter { !known.contains($0) }
      guard !missing.isEmpty else { continue }
      let names = known.map(\.rawValue).sorted()
      faults[seeder.id] = missing.map { id in
        let near = Suggestion.nearest(to: id.rawValue, in: names).first.map { "did you mean '\($0)'?" }
        return fault(
          .missingDependency, of: seeder, found: "an unknown seeder '\(id)'",
          expected: "the id of a seeder" + (near.map { "; \($0)" } ?? ""))
      }
    }
    var graph: [SeederID: [SeederID]] = [:]
    for seeder in seeders where faults[seeder.id] == nil {
      graph[seeder.id] = (seeder.dependencies + seeder.runsAfter).filter(known.contains)
    }
    let rest = tangled(graph)
    for seeder in seeders.compactMap(\.declarative) where rest.contains(seeder.id) {
      guard let cycle = cycle(from: seeder.id, in: graph, among: rest) else { continue }
      var names = cycle.map(\.rawValue)
      if names.count > 12 { names.replaceSubrange(8..<(names.count - 2), with: ["…"]) }
      faults[seeder.id] = [
        fault(
          .dependencyCycle, of: seeder, found: "dependency cycle: \(names.joined(separator: " → "))",
          expected: "")
      ]
    }
    return faults
  }

  private static func fault(
    _ code: ErrorCode, of seeder: DeclarativeSeeder, found: String, expected: String
  ) -> FixtureFault {
    FixtureFault(
      code, file: seeder.definition.path, field: "dependencies", found: found, expected: expected)
  }

  /// Removes seeders whose dependencies are removed until none is left. What remains are cycles and their
  /// dependents.
  private static func tangled(_ graph: [SeederID: [SeederID]]) -> Set<SeederID> {
    var open: [SeederID: Int] = [:]
    var dependents: [SeederID: [SeederID]] = [:]
    for (id, dependencies) in graph {
      // An unknown dependency has its own fault and does not block.
      let counted = dependencies.filter { graph[$0] != nil }
      open[id] = counted.count
      for dependency in counted { dependents[dependency, default: []].append(id) }
    }
    var ready = open.filter { $0.value == 0 }.map(\.key)
    while let id = ready.popLast() {
      open[id] = nil
      for dependent in dependents[id] ?? [] {
        guard let count = open[dependent] else { continue }
        open[dependent] = count - 1
        if count == 1 { ready.append(dependent) }
      }
    }
    return Set(open.keys)
  }

  /// The shortest cycle that starts at a seeder; nil if there is none.
  private static func cycle(
    from start: SeederID, in graph: [SeederID: [SeederID]], among rest: Set<SeederID>
  ) -> [SeederID]? {
    var previous: [SeederID: SeederID] = [:]
    var queue = [start]
    var next = 0
    while next < queue.count {
      let id = queue[next]
      next += 1
      for dependency in graph[id] ?? [] where rest.contains(dependency) {
        if dependency == start {
          var path = [start, id]
          while let last = path.last, last != start, let before = previous[last] { path.append(before) }
          return id == start ? [start, start] : Array(path.reversed())
        }
        if previous[dependency] == nil {
          previous[dependency] = id
          queue.append(dependency)
        }
      }
    }
    return nil
  }
}

extension SeederRegistry {
  /// Creates a registry. Declarative seeders with invalid dependencies are replaced by ``FaultySeeder``s.
  ///
  /// - Throws: as ``init(_:)``.
  package init(replacingFaulty seeders: [any SeederProtocol]) throws {
    let seeders = seeders.map(RegisteredSeeder.init)
    let faults = DependencyFaults.find(in: seeders)
    try self.init(
      seeders.map { seeder -> any SeederProtocol in
        guard let found = faults[seeder.id] else { return seeder.seeder }
        return FaultySeeder(id: seeder.id, error: FixtureError(found)).withMigrations(of: seeder)
      })
  }
}
