public import Migrations
public import Postgres
public import SeedKit

/// The tables of the knowledge base: users, traces, votes, tags.
public enum TraceSchema {
  /// The migrations of all tables. The table of traces requires pgvector.
  ///
  /// - Throws: `MigrationError` if a file is malformed.
  public static func migrations() throws -> [MigrationSet] { try [base.get(), traces.get()] }

  /// The migrations of users, tags and the reference tables, which require no extension.
  ///
  /// - Throws: `MigrationError` if a file is malformed.
  public static func baseMigrations() throws -> [MigrationSet] { [try base.get()] }

  /// The tables that are distributed over the nodes of a cluster. Jobs and workers of embeddings stay on the coordinator,
  /// because workers lease jobs row by row.
  public static let scaleOut = ScaleOutDeclaration(
    reference: [
      "users", "tags", "tools", "schemas", "prompt_templates", "model_configs", "transcripts",
      "transcript_messages", "shares", "api_tokens",
    ],
    distributed: [
      .init("traces", by: "id"), .init("votes", by: "trace_id", with: "traces"),
      .init("trace_tags", by: "trace_id", with: "traces"),
      .init("trace_reports", by: "trace_id", with: "traces"),
    ])

  // Parsed once, because each seeder requests them twice. Parsing took a fifth of a run without changes.
  private static let base = Result { try parse("trace-base") }
  private static let traces = Result { try parse("trace-store") }

  private static func parse(_ name: String) throws -> MigrationSet {
    try MigrationSet(
      name: name,
      files: Resources.files(in: name).map { ($0.name, String(decoding: $0.bytes, as: UTF8.self)) })
  }

  /// Whether all migrations are applied. Reads only, and works on a database that was never migrated.
  ///
  /// - Throws: `PostgresError`; `MigrationError` if a file is malformed.
  public static func isCurrent(on connection: PostgresConnection) async throws -> Bool {
    try await Migrator(sets: migrations()).status(on: connection).allSatisfy { state in
      if case .pending = state.status { false } else { true }
    }
  }
}
