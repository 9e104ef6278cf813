import CTraceSchema
public import Migrations
public import Postgres

/// The tables of the knowledge base: users, traces, votes, tags.
public enum TraceSchema {
  /// The migrations that make them.
  ///
  /// - Throws: `MigrationError` if a file is malformed.
  public static func migrations() throws -> MigrationSet { try parsed.get() }

  /// Parsed once: each seeder asks for them, twice, and that took a fifth of a run with nothing to do.
  private static let parsed = Result { try parse() }

  private static func parse() throws -> MigrationSet {
    var count = 0
    let files = UnsafeBufferPointer(start: trace_schema_files(&count), count: count)
    return try MigrationSet(
      name: "trace-store",
      files: files.map { file in
        let bytes = UnsafeBufferPointer(start: file.bytes, count: file.size)
        return (String(cString: file.name), String(decoding: bytes, as: UTF8.self))
      })
  }

  /// Whether every migration is applied. Reads only, also on a database that was never migrated.
  ///
  /// - Throws: `PostgresError`; `MigrationError` if a file is malformed.
  public static func isCurrent(on connection: PostgresConnection) async throws -> Bool {
    try await Migrator(sets: [migrations()]).status(on: connection).allSatisfy { state in
      if case .pending = state.standing { false } else { true }
    }
  }
}
