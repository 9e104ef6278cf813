public import Migrations

/// A seeder and the protocols it conforms to, looked up once.
public struct RegisteredSeeder: Sendable {
  /// The seeder.
  public let seeder: any SeederProtocol
  /// The seeder, if it is a folder with a `seeder.json`.
  package let declarative: DeclarativeSeeder?
  /// The faults, if it is a folder with an invalid `seeder.json`.
  package let definitionError: FixtureError?
  /// The seeder, if other files can replace its fixtures.
  package let replaceable: (any ReplaceableFixtures)?
  let resettable: (any ResettableSeeder)?
  private let migrating: (any MigratingSeeder)?
  private let fixtureSeeder: (any FixtureSeeder)?
  private let versioned: (any VersionedSeeder)?
  private let scheduled: (any ScheduledSeeder)?
  private let configurable: (any ConfigurableSeeder)?

  /// Wraps a seeder.
  public init(_ seeder: any SeederProtocol) {
    self.seeder = seeder
    declarative = seeder as? DeclarativeSeeder
    definitionError = (seeder as? FaultySeeder)?.error
    replaceable = seeder as? any ReplaceableFixtures
    resettable = seeder as? any ResettableSeeder
    migrating = seeder as? any MigratingSeeder
    fixtureSeeder = seeder as? any FixtureSeeder
    versioned = seeder as? any VersionedSeeder
    scheduled = seeder as? any ScheduledSeeder
    configurable = seeder as? any ConfigurableSeeder
  }

  /// ``SeederProtocol/id``
  public var id: SeederID { seeder.id }
  /// ``SeederProtocol/summary``
  public var summary: String { seeder.summary }
  /// ``SeederProtocol/dependencies``
  public var dependencies: [SeederID] { seeder.dependencies }
  /// ``SeederProtocol/environments``
  public var environments: Set<SeedEnvironment> { seeder.environments }
  /// ``SeederProtocol/isDeterministic``
  public var isDeterministic: Bool { seeder.isDeterministic }
  /// ``SeederProtocol/work``
  public var work: SeedWork { seeder.work }
  /// ``ScheduledSeeder/runsAfter``
  public var runsAfter: [SeederID] { scheduled?.runsAfter ?? [] }
  /// ``ScheduledSeeder/runsByDefault``
  public var runsByDefault: Bool { scheduled?.runsByDefault ?? true }
  /// ``ConfigurableSeeder/flags``
  public var flags: [String] { configurable?.flags ?? [] }
  /// ``FixtureSeeder/fixtures``
  public var fixtures: [String] { fixtureSeeder?.fixtures ?? [] }
  /// ``VersionedSeeder/version``
  public var version: Int { versioned?.version ?? 1 }
  /// ``VersionedSeeder/fingerprintInputs``
  public var fingerprintInputs: [String] { versioned?.fingerprintInputs ?? [] }

  /// ``MigratingSeeder/migrations()``
  public func migrations() throws -> [MigrationSet] { try migrating?.migrations() ?? [] }

  /// ``FixtureSeeder/validate(_:)``
  public func validate(_ fixtures: FixtureStore) throws -> FixtureInspection {
    try fixtureSeeder?.validate(fixtures) ?? FixtureInspection(records: 0)
  }
}
