public import Migrations
public import SeedKit

/// The settings, seeders and migrations that a check of `doctor` can read.
public struct DoctorContext: Sendable {
  let doctor: Doctor

  /// The settings. Invalid values are replaced by defaults.
  public var settings: Settings { doctor.session.settings }

  /// The seeders; nil if a definition has faults, which the check `seeders` reports.
  public var registry: SeederRegistry? { try? doctor.session.registry() }

  /// The fault of a setting; nil if it is valid.
  public func fault<Value>(of key: SettingKey<Value>) -> ConfigurationFault? {
    doctor.faults.first { $0.key == key.name }
  }

  /// The migration sets of seed-runner and of the seeders, each once.
  ///
  /// - Throws: the errors of the seeders.
  public func migrationSets() throws -> [MigrationSet] {
    try MigrateCommand(session: doctor.session).migrator().sets
  }
}
