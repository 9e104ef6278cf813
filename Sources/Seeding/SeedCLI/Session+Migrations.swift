import Migrations
import Postgres
import SeedKit

extension Session {
  /// Adds a fix to the error of a built-in seeder's migration that creates an existing object, such as a table of an
  /// application, whose users seldom want the built-in seeders.
  func explained(_ error: MigrationError) -> MigrationError {
    guard error.fix == nil, let set = error.set, let cause = error.underlying as? PostgresError,
      let state = cause.sqlState?.rawValue, Self.duplicates.contains(state),
      let registry = try? invocation.program.catalog(settings),
      registry.seeders.contains(where: { seeder in
        ((try? seeder.migrations()) ?? []).contains { $0.name == set }
      })
    else { return error }
    return error.withFix(
      "leave out the built-in seeders with --no-built-in, or with \"seeders\": {\"builtIn\": false} in "
        + "Config/default.json; to use them, choose another database.")
  }

  /// duplicate_column, duplicate_function, duplicate_object, duplicate_schema, duplicate_table
  private static let duplicates: Set = ["42701", "42723", "42710", "42P06", "42P07"]
}
