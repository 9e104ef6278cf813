import Postgres
public import SeedKit

/// A tag in a fixture.
public struct LocatedTag: Sendable {
  /// The name.
  public let name: TagName
  /// The location of its record.
  public let place: FixturePlace
}

/// Reads tags from fixtures and writes them.
public enum TagImport {
  /// Reads a fixture: an array of `{"name"}`.
  ///
  /// - Throws: `FixtureError` with all errors in the file, each with its record.
  public static func read(_ file: FixtureFile) throws -> [LocatedTag] {
    try FixtureRecords.read(file, naturalKey: \.name.description) { record, place in
      record.string("name", expected: TagName.rule, TagName.init).map { LocatedTag(name: $0, place: place) }
    }
  }

  /// Inserts missing tags. Other tags in the table remain.
  ///
  /// - Parameters:
  ///   - tags: the names.
  ///   - places: the locations of their records, in the same order; empty for tags of traces.
  ///   - context: the context of the seeder.
  /// - Throws: `PostgresError`.
  public static func converge(
    _ tags: [TagName], places: [FixturePlace] = [], in context: SeedContext
  ) async throws {
    let table = try ConvergeTable(
      "tags", columns: [.init("id", "uuid", .id), .init("name", "text", .naturalKey)],
      timestamps: false)
    try await context.converge(
      table,
      rows: tags.map { tag in
        [DeterministicID.make(table: "tags", naturalKey: tag.description), tag.description]
      }, places: places)
  }
}
