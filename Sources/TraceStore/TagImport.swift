import Postgres
public import SeedKit

/// Reads tags from fixtures and writes them.
public enum TagImport {
  /// Reads a fixture: an array of `{"name"}`.
  ///
  /// - Throws: `FixtureError` with all faults of the file, each naming the tag.
  public static func read(_ file: FixtureFile) throws -> [TagName] {
    let names = try FixtureRecords.read(file, naturalKey: { TagName($0)?.description ?? $0 }) { record in
      record.text("name") { TagName($0) == nil ? TagName.rule : nil }
    }
    return names.compactMap(TagName.init)
  }

  /// Inserts the tags that are missing; others in the table stay.
  ///
  /// - Throws: `PostgresError`.
  public static func converge(_ tags: some Sequence<TagName>, in context: SeedContext) async throws
    -> SeedOutcome.Table
  {
    let table = try ConvergeTable(
      "tags", columns: [.init("id", "uuid", .id), .init("name", "text", .naturalKey)],
      timestamps: false)
    return try await context.converge(
      table,
      rows: Set(tags).sorted().map { tag in
        [DeterministicID.make(table: "tags", naturalKey: tag.description), tag.description]
      })
  }
}
