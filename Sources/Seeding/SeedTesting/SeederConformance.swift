import Postgres
public import SeedKit

/// Tests what every seeder must guarantee, in three lines.
///
/// ```swift
/// @Test("meets the guarantees of a seeder")
/// func conformance() async throws {
///   try await SeederConformance.check(CountriesSeeder(), fixtures: Catalog.fixtures)
/// }
/// ```
public enum SeederConformance {
  /// A guarantee that a seeder does not meet.
  public struct Failure: Error, Sendable, CustomStringConvertible {
    /// The guarantee, and what happened instead.
    public let description: String
  }

  /// Runs a seeder twice, concurrently, interrupted at several points, in another order, as a plan and with a
  /// reset, each in a separate database.
  ///
  /// - Parameters:
  ///   - seeder: the seeder.
  ///   - others: its direct and indirect dependencies.
  ///   - fixtures: the files that they read.
  ///   - prepare: SQL that creates tables not created by the seeders' migrations.
  ///   - environment: the environment of the runs.
  /// - Throws: ``Failure`` for the first guarantee that is not met; errors of the server.
  public static func check(
    _ seeder: any SeederProtocol, alongside others: [any SeederProtocol] = [],
    fixtures: FixtureStore = FixtureStore(files: [:]),
    prepare: String = "", environment: SeedEnvironment = .test
  ) async throws {
    let subject = Subject(
      seeder: seeder, others: others, fixtures: fixtures, prepare: prepare, environment: environment)
    let expected = try await subject.checkTwice()
    try await subject.checkAtOnce(expected)
    try await subject.checkCutOff(expected)
    try await subject.checkOrder(expected)
  }
}

/// A seeder under test.
private struct Subject {
  let seeder: any SeederProtocol
  let others: [any SeederProtocol]
  let fixtures: FixtureStore
  let prepare: String
  let environment: SeedEnvironment

  private func runner(
    _ seeders: [any SeederProtocol], _ configuration: PostgresConfiguration,
    selection: SeedPlan.Selection, configure: (inout SeedRunner.Options) -> Void = { _ in }
  ) throws -> SeedRunner {
    var options = SeedRunner.Options()
    configure(&options)
    let plan = try SeedPlan(
      registry: SeederRegistry(seeders), selection: selection, environment: environment)
    return SeedRunner(plan: plan, configuration: configuration, fixtures: fixtures, options: options)
  }

  private func run(
    _ configuration: PostgresConfiguration, seeders: [any SeederProtocol]? = nil, only: SeederID? = nil,
    configure: (inout SeedRunner.Options) -> Void = { _ in }
  ) async throws -> SeedReport {
    let selection = SeedPlan.Selection.only([only ?? seeder.id])
    return try await runner(
      seeders ?? others + [seeder], configuration, selection: selection, configure: configure
    )
    .run()
  }

  private func demand(_ condition: Bool, _ guarantee: String, _ seen: @autoclosure () -> String) throws {
    guard !condition else { return }
    throw SeederConformance.Failure(
      description: "'\(seeder.id)' violates a guarantee: \(guarantee). \(seen())")
  }

  private func demandSuccess(_ report: SeedReport, _ guarantee: String) throws {
    let failures = report.seeders.compactMap { entry in
      entry.failure.map { "\(entry.id): \($0.message) \($0.faults.prefix(3).map(\.description))" }
    }
    try demand(report.isSuccess, guarantee, "It failed: \(failures.joined(separator: "; "))")
  }

  /// Creates a database with the tables, and with the rows of the seeder's dependencies.
  private func withDatabase<Result>(
    _ body: (TemporaryDatabase, _ before: DatabaseState) async throws -> Result
  ) async throws -> Result {
    try await TemporaryDatabase.with { database in
      if !prepare.isEmpty { try await database.withConnection { try await $0.runScript(prepare) } }
      for id in seeder.dependencies {
        try demandSuccess(
          try await run(database.configuration, only: id), "its dependencies can be seeded")
      }
      // Applies the migrations of the seeder without seeding.
      let plan = try SeedPlan(
        registry: SeederRegistry(others + [seeder]), selection: .only([seeder.id]), environment: environment)
      try await SeedRunner(plan: plan, configuration: database.configuration, fixtures: fixtures).migrate()
      return try await body(database, try await state(database))
    }
  }

  private func state(_ database: TemporaryDatabase) async throws -> DatabaseState {
    try await database.withConnection { try await DatabaseState.read(on: $0) }
  }

  private func versions(_ database: TemporaryDatabase) async throws -> [String: String] {
    try await database.withConnection { try await DatabaseState.rowVersions(on: $0) }
  }

  /// A plan writes nothing, a run writes, a second run does not, and a reset restores the state before.
  func checkTwice() async throws -> DatabaseState {
    try await withDatabase { database, before in
      let runner = try runner(others + [seeder], database.configuration, selection: .only([seeder.id]))
      let untouched = try await versions(database)
      var failure: String?
      do {
        failure = try await runner.preview().entries.last?.failure?.message
      } catch {
        failure = "\(error)"
      }
      try demand(failure == nil, "it can be planned", failure ?? "")
      try demand(try await versions(database) == untouched, "a plan writes nothing", "Rows were written.")

      try demandSuccess(try await run(database.configuration), "it can be seeded")
      let after = try await state(database)
      let written = try await versions(database)
      let second = try await run(database.configuration)
      try demand(
        second.seeders.allSatisfy { $0.outcome == .unchanged }, "a second run finds nothing to do",
        "The outcomes were \(second.seeders.map { "\($0.id) \($0.outcome)" }).")
      try demand(try await versions(database) == written, "a second run writes nothing", "Rows were written.")
      let empty = try await runner.preview()
      try demand(
        !empty.isPending, "a plan after a run is empty",
        "It contained \(empty.entries.flatMap(\.changes).prefix(3)).")

      _ = try await runner.reset()
      let left = try await state(database)
      try demand(left == before, "a reset restores the state before", left.differences(from: before))
      try demandSuccess(try await run(database.configuration), "it can be seeded after a reset")
      let again = try await state(database)
      try demand(
        again == after, "a run after a reset writes what the first one did", again.differences(from: after))
      return after
    }
  }

  /// Six concurrent runs have the same result as one.
  func checkAtOnce(_ expected: DatabaseState) async throws {
    try await withDatabase { database, _ in
      let reports = try await withThrowingTaskGroup(of: SeedReport.self) { group in
        for _ in 0..<6 { group.addTask { try await run(database.configuration) } }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      for report in reports { try demandSuccess(report, "concurrent runs all succeed") }
      let found = try await state(database)
      try demand(
        found == expected, "concurrent runs write each row once", found.differences(from: expected))
    }
  }

  /// An interrupted run leaves nothing partial, and the next run completes it.
  func checkCutOff(_ expected: DatabaseState) async throws {
    for moment in ["CREATE TEMPORARY", "COPY ", "INSERT INTO seed_runner.history", "COMMIT\0"] {
      try await withDatabase { database, before in
        do {
          _ = try await SocketProxy.with(database: database, cut: .request(moment)) { configuration in
            try await run(configuration) { $0.retry = RetryPolicy(budget: .zero) }
          }
        } catch is SocketProxy.NothingCut {
          // Not every seeder sends such a statement.
        } catch let error as PostgresError where error.isTransient {}
        let found = try await state(database)
        // Bulk seeders commit chunk by chunk.
        let isBulk = if case .bulk = seeder.work { true } else { false }
        let isWhole = found == before || found == expected || isBulk
        try demand(
          isWhole, "interrupted at '\(moment)', it leaves everything or nothing",
          found.differences(from: before))
        try demandSuccess(try await run(database.configuration), "it can be seeded after an interruption")
        let completed = try await state(database)
        try demand(
          completed == expected, "a run after an interruption completes it",
          completed.differences(from: expected))
      }
    }
  }

  /// The order of the registry has no effect.
  func checkOrder(_ expected: DatabaseState) async throws {
    try await withDatabase { database, _ in
      let shuffled = ([seeder] + others).shuffled()
      try demandSuccess(
        try await run(database.configuration, seeders: shuffled),
        "it can be seeded in any order of the registry")
      let found = try await state(database)
      try demand(
        found == expected, "the order of the registry has no effect", found.differences(from: expected))
    }
  }
}
