public import Migrations
public import SeedKit
import TraceStore

/// The curated knowledge base, so that searches find something from the start.
public struct CuratedTracesSeeder: Seeder, MigratingSeeder, ReplaceableFixtures, VersionedSeeder {
  /// `curated-traces`
  public let id: SeederID = "curated-traces"
  /// One line for lists.
  public let summary = "Curated traces in seven categories; --fixtures-path replaces them"
  /// The contributor and the tags are seeded first.
  public let dependencies: [SeederID] = ["users", "tags"]
  /// All environments: the knowledge base starts with these traces, also in production.
  public let environments = Set(SeedEnvironment.allCases)
  /// The traces, one file per category.
  public private(set) var fixtures = Self.categories.map { "CuratedTraces/Fixtures/\($0).json" }
  /// The initial number of confirmations of a trace.
  public var fingerprintInputs: [String] { ["validationThreshold \(validationThreshold)"] }

  private static let categories = [
    "python-fastapi", "databases", "docker-infrastructure", "javascript-typescript", "ci-cd",
    "api-integrations", "testing",
  ]
  private static let contributor = "seeds@commontrace.internal"
  private static let vocabulary = "Tags/Fixtures/tags.json"
  private let validationThreshold: Int
  private var isBuiltIn = true

  /// Only the fixtures and the database decide about the rows.
  public let isDeterministic = true

  /// Creates the seeder.
  ///
  /// - Parameter validationThreshold: the number of confirmations that validates a trace.
  public init(validationThreshold: Int) { self.validationThreshold = validationThreshold }

  /// The migrations of traces.
  public func migrations() throws -> [MigrationSet] { try TraceSchema.migrations() }

  /// The same seeder with other traces.
  public func replacingFixtures(with names: [String]) -> any SeederProtocol {
    var copy = self
    copy.fixtures = names
    copy.isBuiltIn = false
    return copy
  }

  /// Checks the traces. The built-in ones must use tags of the vocabulary and have three to five traces per topic.
  /// Other traces may have any tags, in any order.
  public func validate(_ fixtures: FixtureStore) throws -> FixtureInspection {
    let traces = try TraceImport.read(fixtures.files(self.fixtures))
    guard isBuiltIn else { return TraceLint().inspect(traces) }
    let vocabulary = try TagImport.read(fixtures.file(Self.vocabulary))
    return TraceLint(vocabulary: Set(vocabulary.map(\.name)), topicSize: 3...5).inspect(traces)
  }

  /// Writes the traces and missing tags.
  public func seed(in context: SeedContext) async throws {
    let traces = try TraceImport.read(context.fixtures(fixtures))
    try await TraceImport.converge(
      traces, contributor: Self.contributor, confirmations: validationThreshold, in: context)
  }
}
