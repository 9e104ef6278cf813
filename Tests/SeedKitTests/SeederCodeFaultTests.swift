import Migrations
import Postgres
import SeedKit
import SeedTesting
import Testing

/// Mistakes in the code of a seeder, which must not affect other seeders or go unnoticed.
@Suite("Faults in the code of a seeder")
struct SeederCodeFaultTests {
  private let canceled = StubSeeder(id: "canceled") { _ in throw CancellationError() }
  private let items = StubSeeder.items("items", [(1, "a", nil)])

  @Test("CancellationError is a failure of the seeder that throws it, and the others still run")
  func cancellation() async throws {
    try await TemporaryDatabase.with { database in
      let report = try await Harness.run([canceled, items], on: database) { $0.jobs = 1 }
      #expect(report.seeders.map(\.outcome) == [.failed, .seeded])
      let message = report.seeders.first?.failure?.message
      #expect(message == "the seeder threw CancellationError, although the run was not canceled")
      let plan = try SeedPlan(
        registry: SeederRegistry([canceled, items]), selection: .all(), environment: .test)
      let entries = try await SeedRunner(
        plan: plan, configuration: database.configuration, fixtures: FixtureStore(files: [:])
      ).preview().entries
      #expect(entries.map { $0.failure?.message } == [message, nil])
    }
  }

  @Test("CancellationError does not end start-up seeding")
  func cancellationAtStart() async throws {
    try await TemporaryDatabase.with { database in
      let seeding = try StartupHarness.seeding([canceled, items], on: database.configuration)
      let state = await seeding.run()
      #expect(state.phase == .done && state.seeders.map(\.outcome) == ["failed", "seeded"])
    }
  }

  private struct Migrating: Seeder, MigratingSeeder {
    let id: SeederID
    let summary = "for tests"
    let table: String

    func migrations() throws -> [MigrationSet] {
      [
        try MigrationSet(
          name: "shop", files: [("0001_shop.sql", "-- migrate:up\nCREATE TABLE \(table) (id int);\n")])
      ]
    }

    func seed(in context: SeedContext) async throws {}
  }

  @Test("different migration sets with the same name are an error, and equal ones are applied once")
  func setsOfOneName() async throws {
    try await TemporaryDatabase.with { database in
      let error = await #expect(throws: MigrationError.self) {
        try await Harness.run(
          [Migrating(id: "a", table: "lefts"), Migrating(id: "b", table: "rights")], on: database)
      }
      #expect(error?.code == .conflictingSets)
      #expect(
        error?.description == """
          seeder 'a' and seeder 'b' have different migration sets named 'shop'
          rename one of the sets, or return the same set from both
          """)
      let report = try await Harness.run(
        [Migrating(id: "a", table: "same"), Migrating(id: "b", table: "same")], on: database)
      #expect(report.isSuccess)
    }
  }

  @Test("a fix names the program that the user called")
  func programName() {
    let error = PostgresError(code: .serverError, message: "no table", sqlState: .undefinedTable)
    let fix = ProgramName.$current.withValue("shop-seeds") { FailureReport(error).fix }
    #expect(
      fix == "run 'shop-seeds migrate up'; if nothing is due, 'shop-seeds doctor' shows what is missing.")
    #expect(FailureReport(error).fix?.hasPrefix("run 'seed-runner migrate up'") == true)
  }
}
