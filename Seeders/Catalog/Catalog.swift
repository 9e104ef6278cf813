public import SeedKit
import SampleTraces
import Tags
import Users

/// The built-in seeders: the only place that knows them all.
public enum Catalog {
  /// The seeders, configured.
  ///
  /// - Throws: `SeedPlanError` if two seeders have the same id.
  public static func registry(_ settings: Settings) throws -> SeederRegistry {
    try SeederRegistry([
      UsersSeeder(),
      TagsSeeder(),
      SampleTracesSeeder(validationThreshold: settings[.validationThreshold]),
    ])
  }
}
