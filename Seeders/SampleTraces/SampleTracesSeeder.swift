public import Migrations
public import SeedKit
import TraceStore

/// Twelve validated traces for demos and tests.
public struct SampleTracesSeeder: Seeder, MigratingSeeder, FixtureSeeder, VersionedSeeder {
  /// `sample-traces`
  public let id: SeederID = "sample-traces"
  /// One line for lists.
  public let summary = "Twelve validated sample traces with their tags"
  /// The contributor and the tags are seeded first.
  public let dependencies: [SeederID] = ["users", "tags"]
  /// The traces.
  public let fixtures = ["SampleTraces/Fixtures/sample-traces.json"]
  /// The initial number of confirmations of a trace.
  public var fingerprintInputs: [String] { ["validationThreshold \(validationThreshold)"] }

  private static let contributor = "seed@commontrace.dev"
  private let validationThreshold: Int

  /// Only the fixtures and the database decide about the rows.
  public let isDeterministic = true

  /// Creates the seeder.
  ///
  /// - Parameter validationThreshold: the number of confirmations that validates a trace.
  public init(validationThreshold: Int) { self.validationThreshold = validationThreshold }

  /// The migrations of traces.
  public func migrations() throws -> [MigrationSet] { try TraceSchema.migrations() }

  /// Checks the traces.
  public func validate(_ fixtures: FixtureStore) throws -> FixtureInspection {
    TraceLint().inspect(try TraceImport.read(fixtures.files(self.fixtures)))
  }

  /// Writes the traces and missing tags.
  public func seed(in context: SeedContext) async throws {
    let traces = try TraceImport.read(context.fixtures(fixtures))
    try await TraceImport.converge(
      traces, contributor: Self.contributor, confirmations: validationThreshold, in: context)
  }
}
