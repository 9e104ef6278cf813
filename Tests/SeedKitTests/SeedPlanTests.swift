import SeedKit
import Testing

@Suite("A plan")
struct SeedPlanTests {
  private func registry(_ seeders: (SeederID, [SeederID])...) throws -> SeederRegistry {
    try SeederRegistry(seeders.map { StubSeeder(id: $0.0, dependencies: $0.1) })
  }

  private func ids(
    _ registry: SeederRegistry, _ selection: SeedPlan.Selection
  ) throws -> [SeederID] {
    try SeedPlan(registry: registry, selection: selection, environment: .test).steps.map(\.id)
  }

  @Test("orders dependencies before dependents and otherwise keeps the order of the registry")
  func order() throws {
    let registry = try registry(("c", ["b"]), ("a", []), ("b", ["a"]), ("d", []))
    #expect(try ids(registry, .all()) == ["a", "b", "c", "d"])
    #expect(try ids(registry, .only(["d", "c"])) == ["a", "b", "c", "d"])
  }

  @Test("includes indirect dependencies and says which seeders need them")
  func dependencies() throws {
    let registry = try registry(("a", []), ("b", ["a"]), ("c", ["b"]), ("d", []))
    let plan = try SeedPlan(registry: registry, selection: .only(["c"]), environment: .test)
    #expect(plan.steps.map(\.id) == ["a", "b", "c"])
    #expect(plan.steps.map(\.reason) == [.required(by: ["b"]), .required(by: ["c"]), .selected])
  }

  @Test("orders a seeder after those in runsAfter, which need not be selected or exist")
  func runsAfter() throws {
    let registry = try SeederRegistry([
      StubSeeder(id: "last", runsAfter: ["a", "nowhere", "dev-only"]), StubSeeder(id: "a"),
      StubSeeder(id: "dev-only", environments: [.dev]),
    ])
    #expect(try ids(registry, .all()) == ["a", "last"])
    #expect(try ids(registry, .only(["last"])) == ["last"])
    #expect(try ids(registry, .all(except: ["a"])) == ["last"])
    let circle = try SeederRegistry([
      StubSeeder(id: "a", runsAfter: ["b"]), StubSeeder(id: "b", dependencies: ["a"]),
    ])
    #expect(throws: SeedPlanError.cycle(["a", "b", "a"])) { try ids(circle, .all()) }
  }

  @Test("names the seeders of a cycle anywhere in the registry")
  func cycle() throws {
    let registry = try registry(("x", []), ("a", ["b"]), ("b", ["c"]), ("c", ["a"]))
    let error = #expect(throws: SeedPlanError.self) { try ids(registry, .only(["x"])) }
    #expect(error == .cycle(["a", "b", "c", "a"]))
    #expect(error?.problem == "seeders depend on each other in a cycle: a → b → c → a")
  }

  @Test("names a seeder that depends on itself")
  func selfCycle() throws {
    let registry = try registry(("a", ["a"]))
    #expect(throws: SeedPlanError.cycle(["a", "a"])) { try ids(registry, .all()) }
  }

  @Test("names missing dependencies, duplicates, unknown seeders and an empty selection")
  func faults() throws {
    let registry = try registry(("users", []), ("tags", []))
    #expect(throws: SeedPlanError.emptySelection) { try ids(registry, .only([])) }
    #expect(throws: SeedPlanError.duplicates(["a"])) { try self.registry(("a", []), ("a", [])) }
    #expect(throws: SeedPlanError.missingDependencies(["b"], of: "a")) {
      try ids(try self.registry(("a", ["b"])), .all())
    }
    let error = #expect(throws: SeedPlanError.self) { try ids(registry, .only(["user"])) }
    #expect(error?.description == "unknown seeder 'user'. Did you mean 'users'?")
    #expect(error?.problem == "unknown seeder 'user'" && error?.fix == "Did you mean 'users'?")
  }

  @Test(
    "leaves out seeders that --all does not allow in the environment, and rejects them when selected by name")
  func environments() throws {
    let registry = try SeederRegistry([
      StubSeeder(id: "everywhere", environments: Set(SeedEnvironment.allCases)),
      StubSeeder(id: "dev-only", environments: [.dev]),
    ])
    let plan = try SeedPlan(registry: registry, selection: .all(), environment: .production)
    #expect(plan.steps.map(\.id) == ["everywhere"])
    #expect(plan.leftOut == ["dev-only"])
    let error = #expect(throws: SeedPlanError.self) {
      try SeedPlan(registry: registry, selection: .only(["dev-only"]), environment: .production)
    }
    #expect(error == .notForEnvironment(["dev-only"], environment: .production))
    #expect(error?.description.contains("add \"production\" to \"environments\" in its seeder.json") == true)
    let several = SeedPlanError.notForEnvironment(["a", "b"], environment: .ci)
    #expect(several.problem == "'a', 'b' cannot run in the environment 'ci'")
    #expect(several.fix?.contains("in their seeder.json") == true)
  }

  @Test("rejects excluding a seeder that others depend on")
  func except() throws {
    let registry = try registry(("a", []), ("b", ["a"]), ("c", []))
    #expect(try ids(registry, .all(except: ["b"])) == ["a", "c"])
    #expect(throws: SeedPlanError.excludedDependency("a", dependents: ["b"])) {
      try ids(registry, .all(except: ["a"]))
    }
    #expect(throws: SeedPlanError.unknown(["z"], known: ["a", "b", "c"])) {
      try ids(registry, .all(except: ["z"]))
    }
  }

  @Test("accepts valid ids only")
  func identifiers() {
    for valid in ["users", "sample-traces", "a1-b2"] { #expect(SeederID(rawValue: valid) != nil) }
    for invalid in ["", "Users", "1a", "-a", "a-", "a--b", "a_b", "a b", String(repeating: "a", count: 64)] {
      #expect(SeederID(rawValue: invalid) == nil, "\(invalid)")
    }
  }

  @Test("adds selected seeders that --all would leave out")
  func allAndOthers() throws {
    let registry = try SeederRegistry([
      StubSeeder(id: "a"), StubSeeder(id: "dev-only", environments: [.dev]), StubSeeder(id: "c"),
    ])
    #expect(try ids(registry, .all(and: ["c"])) == ["a", "c"])
    #expect(throws: SeedPlanError.notForEnvironment(["dev-only"], environment: .test)) {
      try ids(registry, .all(and: ["dev-only"]))
    }
    let plan = try SeedPlan(registry: registry, selection: .all(and: ["dev-only"]), environment: .dev)
    #expect(plan.leftOut.isEmpty)
  }

  @Test("handles a chain and a cycle of 50,000 seeders without recursion")
  func longChain() throws {
    let names = (0..<50_000).map { SeederID(rawValue: "s\($0)") ?? "none" }
    let seeders = names.indices.map { index in
      StubSeeder(id: names[index], dependencies: index + 1 < names.count ? [names[index + 1]] : [])
    }
    #expect(try ids(SeederRegistry(seeders), .all()) == names.reversed())
    #expect(try ids(SeederRegistry(seeders), .only([names[0]])).count == names.count)
    var circle = seeders
    circle[circle.count - 1].dependencies = [names[0]]
    let error = #expect(throws: SeedPlanError.self) { try ids(SeederRegistry(circle), .all()) }
    guard case .cycle(let ids) = error else { return }
    #expect(ids.count == names.count + 1)
  }
}
