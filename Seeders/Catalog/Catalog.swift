import CapacityTraces
import CuratedTraces
import Embeddings
import SampleTraces
public import SeedKit
import Tags
import TraceEmbeddings
import TraceStore
import Users

/// The built-in seeders. This is the only place that lists them all.
public enum Catalog {
  /// All settings of the two programs, in the order of `seed-runner config`.
  public static let settings =
    AnySettingKey.seeding + AnySettingKey.traceService + AnySettingKey.embeddedPostgres

  /// The fixtures of the built-in seeders, which are embedded in the program.
  public static let fixtures = FixtureStore { Resources.file("Seeders/\($0)") }

  /// The seeders, configured.
  ///
  /// - Throws: `SeedPlanError` if two seeders have the same id.
  public static func registry(_ settings: Settings) throws -> SeederRegistry {
    // Seeders that take long come first, so that the others run alongside them.
    try SeederRegistry([
      UsersSeeder(),
      TagsSeeder(),
      CuratedTracesSeeder(validationThreshold: settings[.validationThreshold]),
      SampleTracesSeeder(validationThreshold: settings[.validationThreshold]),
      declarative("Tools"),
      declarative("Schemas"),
      declarative("PromptTemplates"),
      declarative("ModelConfigs"),
      declarative("Transcripts"),
      declarative("Shares"),
      try CapacityTracesSeeder(
        options: try capacityOptions(settings), validationThreshold: settings[.validationThreshold],
        fixtures: fixtures),
      try EmbeddingsSeeders.make(settings),
    ])
  }

  /// A seeder without Swift code, whose tables require no extension.
  private static func declarative(_ folder: String) throws -> DeclarativeSeeder {
    try DeclarativeSeeder(
      builtIn: folder, fixtures: fixtures, migrations: { try TraceSchema.baseMigrations() })
  }

  private static func capacityOptions(_ settings: Settings) throws -> CapacityOptions {
    let (rows, runsByDefault): (Int, Bool) =
      switch settings[.environment] {
      case .test: (1_000, true)
      case .ci, .ciLocal: (10_000, true)
      case .dev, .production: (100_000, false)
      }
    let counts = RowCountOptions(settings)
    return CapacityOptions(
      rows: counts.count(of: "traces", settings[.capacityRows] ?? rows), seed: settings[.capacitySeed],
      clusters: settings[.capacityClusters], similarity: settings[.capacitySimilarity],
      model: try EmbeddingsSeeders.model(settings),
      index: TraceIndex(rawValue: settings[.capacityIndex]) ?? .vector, streams: settings[.capacityStreams],
      runsByDefault: settings[.capacityIsPartOfAll] ?? runsByDefault)
  }
}
