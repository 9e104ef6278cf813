import Testing

@testable import SeedKit

@Suite("What --all selects")
struct SelectionOfAllTests {
  private struct Named: Seeder, ScheduledSeeder {
    let id: SeederID
    var dependencies: [SeederID] = []
    var runsByDefault = true
    let summary = "A seeder"
    func seed(in context: SeedContext) async throws {}
  }

  private func plan(_ variables: [String: String]) throws -> [String] {
    let registry = try SeederRegistry([
      Named(id: "users"), Named(id: "tags"), Named(id: "traces", dependencies: ["users"]),
      Named(id: "bulk", runsByDefault: false),
    ])
    let settings = try Settings.load(flags: [:], environment: variables, configDirectory: nil)
    let plan = try SeedPlan(
      registry: registry.selecting(by: settings), selection: .all(), environment: settings[.environment])
    return plan.steps.map(\.id.rawValue)
  }

  @Test("is decided by the seeders unless the settings override it")
  func selection() throws {
    #expect(try plan([:]) == ["users", "tags", "traces"])
    #expect(try plan(["SEED_ALL_ONLY": "tags"]) == ["tags"])
    // A seeder named in the settings is selected even if runsByDefault is false, together with its dependencies.
    #expect(try plan(["SEED_ALL_ONLY": "traces, bulk"]) == ["users", "traces", "bulk"])
    #expect(try plan(["SEED_ALL_EXCEPT": "tags,users"]) == ["users", "traces"])
    #expect(try plan(["SEED_ALL_ONLY": "users,tags", "SEED_ALL_EXCEPT": "users"]) == ["tags"])
  }

  @Test("rejects an unknown seeder and says where it is set")
  func unknown() throws {
    let error = #expect(throws: ConfigurationError.self) { try plan(["SEED_ALL_EXCEPT": "tag"]) }
    #expect(error?.description.contains("SEED_ALL_EXCEPT: all.except: found 'tag'") == true)
    #expect(error?.description.contains("Did you mean 'tags'?") == true)
  }

  @Test("is kept by a registry with replaced seeders")
  func exchange() throws {
    let settings = try Settings.load(
      flags: [:], environment: ["SEED_ALL_ONLY": "tags"], configDirectory: nil)
    let registry = try SeederRegistry([Named(id: "users"), Named(id: "tags")]).selecting(by: settings)
      .mapping { Named(id: $0.id) }
    let plan = try SeedPlan(registry: registry, selection: .all(), environment: .dev)
    #expect(plan.steps.map(\.id) == ["tags"])
  }
}
