public import Migrations
public import SeedKit
import TraceStore

/// Twelve validated traces, for a first look at the product and for tests.
public struct SampleTracesSeeder: Seeder, MigratingSeeder, FixtureSeeder, VersionedSeeder {
  /// `sample-traces`
  public let id: SeederID = "sample-traces"
  /// One line for lists.
  public let summary = "Twelve validated sample traces with their tags"
  /// The contributor and the vocabulary come first.
  public let dependencies: [SeederID] = ["users", "tags"]
  /// The traces.
  public let fixtures = ["SampleTraces/Fixtures/sample-traces.json"]
  /// How many confirmations a new trace starts with.
  public var fingerprintInputs: [String] { ["validationThreshold \(validationThreshold)"] }

  private static let contributor = "seed@commontrace.dev"
  private let validationThreshold: Int

  /// Makes the seeder.
  ///
  /// - Parameter validationThreshold: the confirmations that make a trace validated.
  public init(validationThreshold: Int) { self.validationThreshold = validationThreshold }

  /// The schema of traces.
  public func migrations() throws -> [MigrationSet] { try TraceSchema.migrations() }

  /// Judges the traces.
  public func validate(_ fixtures: FixtureStore) throws -> FixtureInspection {
    TraceLint().inspect(try TraceImport.read(fixtures.files(self.fixtures)))
  }

  /// Writes the traces, and tags that are not in the vocabulary yet.
  public func seed(in context: SeedContext) async throws {
    let traces = try TraceImport.read(context.fixtures(fixtures))
    try await TraceImport.converge(
      traces, contributor: Self.contributor, confirmations: validationThreshold, in: context)
  }
}
