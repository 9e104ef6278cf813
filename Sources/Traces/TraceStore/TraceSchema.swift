import CTraceSchema
public import Migrations
public import Postgres

/// The tables of the knowledge base: users, traces, votes, tags.
public enum TraceSchema {
  /// The migrations of all tables. Those of traces need pgvector.
  ///
  /// - Throws: `MigrationError` if a file is malformed.
  public static func migrations() throws -> [MigrationSet] { try [base.get(), traces.get()] }

  /// The migrations of users, tags and the reference tables, which need no extension.
  ///
  /// - Throws: `MigrationError` if a file is malformed.
  public static func baseMigrations() throws -> [MigrationSet] { [try base.get()] }

  // Parsed once: each seeder asks for them, twice, and that took a fifth of a run with nothing to do.
  private static let base = Result { try parse("trace-base", trace_schema_base_files) }
  private static let traces = Result { try parse("trace-store", trace_schema_files) }

  private static func parse(
    _ name: String, _ list: (UnsafeMutablePointer<Int>?) -> UnsafePointer<trace_schema_file>?
  ) throws -> MigrationSet {
    var count = 0
    let files = UnsafeBufferPointer(start: list(&count), count: count)
    return try MigrationSet(
      name: name,
      files: files.map { file in
        let bytes = UnsafeBufferPointer(start: file.bytes, count: file.size)
        return (String(cString: file.name), String(decoding: bytes, as: UTF8.self))
      })
  }

  /// Whether every migration is applied. Reads only, also on a database that was never migrated.
  ///
  /// - Throws: `PostgresError`; `MigrationError` if a file is malformed.
  public static func isCurrent(on connection: PostgresConnection) async throws -> Bool {
    try await Migrator(sets: migrations()).status(on: connection).allSatisfy { state in
      if case .pending = state.standing { false } else { true }
    }
  }
}
