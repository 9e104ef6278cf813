import Postgres
public import SeedKit

/// A tag of a fixture.
public struct LocatedTag: Sendable {
  /// The name.
  public let name: TagName
  /// Where its record stands.
  public let place: FixturePlace
}

/// Reads tags from fixtures and writes them.
public enum TagImport {
  /// Reads a fixture: an array of `{"name"}`.
  ///
  /// - Throws: `FixtureError` with all faults of the file, each naming the tag.
  public static func read(_ file: FixtureFile) throws -> [LocatedTag] {
    try FixtureRecords.read(file, naturalKey: \.name.description) { record, place in
      record.string("name", expected: TagName.rule, TagName.init).map { LocatedTag(name: $0, place: place) }
    }
  }

  /// Inserts the tags that are missing; others in the table stay.
  ///
  /// - Parameters:
  ///   - tags: the names.
  ///   - places: where their records stand, in the same order; empty for tags that traces name.
  ///   - context: the seeder's.
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
