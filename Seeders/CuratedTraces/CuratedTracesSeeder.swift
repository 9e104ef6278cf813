public import Migrations
public import SeedKit
import TraceStore

/// The curated knowledge base: what an agent's first question finds.
public struct CuratedTracesSeeder: Seeder, MigratingSeeder, ReplaceableFixtures, VersionedSeeder {
  /// `curated-traces`
  public let id: SeederID = "curated-traces"
  /// One line for lists.
  public let summary = "Curated traces in seven categories; --fixtures-path replaces them"
  /// The contributor and the vocabulary come first.
  public let dependencies: [SeederID] = ["users", "tags"]
  /// Everywhere: the knowledge base starts with them in production too.
  public let environments = Set(SeedEnvironment.allCases)
  /// The traces, a file for each field.
  public private(set) var fixtures = Self.categories.map { "CuratedTraces/Fixtures/\($0).json" }
  /// How many confirmations a new trace starts with.
  public var fingerprintInputs: [String] { ["validationThreshold \(validationThreshold)"] }

  private static let categories = [
    "python-fastapi", "databases", "docker-infrastructure", "javascript-typescript", "ci-cd",
    "api-integrations", "testing",
  ]
  private static let contributor = "seeds@commontrace.internal"
  private static let vocabulary = "Tags/Fixtures/tags.json"
  private let validationThreshold: Int
  private var isBuiltIn = true

  /// Makes the seeder.
  ///
  /// - Parameter validationThreshold: the confirmations that make a trace validated.
  public init(validationThreshold: Int) { self.validationThreshold = validationThreshold }

  /// The schema of traces.
  public func migrations() throws -> [MigrationSet] { try TraceSchema.migrations() }

  /// The same seeder with somebody else's traces.
  public func replacingFixtures(with names: [String]) -> any SeederProtocol {
    var copy = self
    copy.fixtures = names
    copy.isBuiltIn = false
    return copy
  }

  /// Judges the traces. Our own keep to the vocabulary and come in topics of three to five; another
  /// set has tags and an order of its own.
  public func validate(_ fixtures: FixtureStore) throws -> FixtureInspection {
    let traces = try TraceImport.read(fixtures.files(self.fixtures))
    guard isBuiltIn else { return TraceLint().inspect(traces) }
    let vocabulary = try TagImport.read(fixtures.file(Self.vocabulary))
    return TraceLint(vocabulary: Set(vocabulary.map(\.name)), topicSize: 3...5).inspect(traces)
  }

  /// Writes the traces, and tags that are not in the vocabulary yet.
  public func seed(in context: SeedContext) async throws {
    let traces = try TraceImport.read(context.fixtures(fixtures))
    try await TraceImport.converge(
      traces, contributor: Self.contributor, confirmations: validationThreshold, in: context)
  }
}
