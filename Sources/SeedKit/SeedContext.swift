public import FoundationEssentials
public import Postgres

/// What a seeder works with: a connection inside an open transaction, its fixtures, its environment.
///
/// Deliberately not `Sendable`: a seeder cannot hand it to a task that would write outside the
/// transaction or after it.
public final class SeedContext {
  /// Where the run takes place.
  public let environment: SeedEnvironment
  /// The connection. Its transaction is the runner's to commit or roll back.
  public let connection: PostgresConnection
  /// The run's start: the same for all seeders of a run.
  public let startedAt: Date

  private let fixtures: FixtureStore
  private let log: (String) -> Void
  private var stageCount = 0

  init(
    environment: SeedEnvironment, connection: PostgresConnection, startedAt: Date,
    fixtures: FixtureStore, log: @escaping (String) -> Void
  ) {
    self.environment = environment
    self.connection = connection
    self.startedAt = startedAt
    self.fixtures = fixtures
    self.log = log
  }

  /// Reads a fixture.
  ///
  /// - Parameter name: the file's name relative to the folder of the seeders; one of the seeder's
  ///   ``Seeder/fixtures``, or its change would not be noticed.
  /// - Throws: ``FixtureError`` if there is no such file.
  public func fixture(_ name: String) throws -> FixtureFile { try fixtures.file(name) }

  /// Reads several fixtures.
  ///
  /// - Parameter names: the files' names, as for ``fixture(_:)``.
  /// - Throws: ``FixtureError`` that names all files that are missing.
  public func fixtures(_ names: [String]) throws -> [FixtureFile] { try fixtures.files(names) }

  /// Adds a line to the debug log.
  public func debug(_ message: String) { log(message) }

  func nextStageNumber() -> Int {
    stageCount += 1
    return stageCount
  }
}

@available(*, unavailable)
extension SeedContext: Sendable {}
