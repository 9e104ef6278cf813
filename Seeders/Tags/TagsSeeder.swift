public import Migrations
public import SeedKit
import TraceStore

/// The vocabulary of tags.
public struct TagsSeeder: Seeder, MigratingSeeder, FixtureSeeder {
  /// `tags`
  public let id: SeederID = "tags"
  /// One line for lists.
  public let summary = "The tags that traces can have"
  /// All environments: the vocabulary is reference data.
  public let environments = Set(SeedEnvironment.allCases)
  /// The vocabulary.
  public let fixtures = [Self.tags]

  private static let tags = "Tags/Fixtures/tags.json"

  /// Only the fixtures and the database decide about the rows.
  public let isDeterministic = true

  /// Creates the seeder.
  public init() {}

  /// The migrations of tables that require no extension.
  public func migrations() throws -> [MigrationSet] { try TraceSchema.baseMigrations() }

  /// Counts the tags.
  public func validate(_ fixtures: FixtureStore) throws -> FixtureInspection {
    FixtureInspection(records: try TagImport.read(fixtures.file(Self.tags)).count)
  }

  /// Writes the tags.
  public func seed(in context: SeedContext) async throws {
    let tags = try TagImport.read(context.fixture(Self.tags))
    try await TagImport.converge(tags.map(\.name), places: tags.map(\.place), in: context)
  }
}
