public import Migrations
public import SeedKit
import TraceStore

/// The contributors of seeded traces and, outside production, demo users.
public struct UsersSeeder: Seeder, MigratingSeeder, FixtureSeeder {
  /// `users`
  public let id: SeederID = "users"
  /// One line for lists.
  public let summary = "Contributors of the seeded traces, and demo users outside production"
  /// All environments: seeded traces need their contributors, also in production.
  public let environments = Set(SeedEnvironment.allCases)
  /// Contributors and demo users.
  public let fixtures = [Self.contributors, Self.demoUsers]

  private static let contributors = "Users/Fixtures/contributors.json"
  private static let demoUsers = "Users/Fixtures/demo-users.json"

  /// Only the fixtures and the database decide about the rows.
  public let isDeterministic = true

  /// Creates the seeder.
  public init() {}

  /// The migrations of tables that require no extension.
  public func migrations() throws -> [MigrationSet] { try TraceSchema.baseMigrations() }

  /// Counts the users.
  public func validate(_ fixtures: FixtureStore) throws -> FixtureInspection {
    let users = try UserImport.read(fixtures.files(self.fixtures), isSeed: true)
    return FixtureInspection(records: users.count)
  }

  /// Writes the users.
  public func seed(in context: SeedContext) async throws {
    var users = try UserImport.read(context.fixtures([Self.contributors]), isSeed: true)
    if context.environment != .production {
      users += try UserImport.read(context.fixtures([Self.demoUsers]), isSeed: false)
    }
    try await UserImport.converge(users, in: context)
  }
}
