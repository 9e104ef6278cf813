public import Migrations
public import SeedKit

/// What a check of `doctor` may look at.
public struct DoctorContext: Sendable {
  let doctor: Doctor

  /// The settings, as far as they could be read.
  public var settings: Settings { doctor.session.settings }

  /// The seeders; nil if a definition is faulty, which a check of its own tells.
  public var registry: SeederRegistry? { try? doctor.session.registry() }

  /// The fault of a setting, if it has one.
  public func fault<Value>(of key: SettingKey<Value>) -> ConfigurationFault? {
    doctor.faults.first { $0.key == key.name }
  }

  /// All migrations, each set once.
  ///
  /// - Throws: as the seeders that have them.
  public func migrationSets() throws -> [MigrationSet] {
    try MigrateCommand(session: doctor.session).migrator().sets
  }
}
