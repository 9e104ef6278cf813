public import Postgres

/// A definition that generates rows for all tables of a schema. Generators are guessed from names, types, comments and
/// constraints.
public struct SchemaScaffold: Sendable {
  /// What to make.
  public struct Request: Sendable {
    let schema: String
    let id: SeederID
    let rows: Int

    /// Describes what to make.
    ///
    /// - Parameters:
    ///   - schema: the schema.
    ///   - id: the id of the seeder.
    ///   - rows: the number of rows of each large table.
    public init(schema: String, id: SeederID, rows: Int) {
      self.schema = schema
      self.id = id
      self.rows = rows
    }
  }

  /// The contents of `seeder.json`.
  public let definition: String
  /// The tables that the definition fills, in its order.
  public let tables: [String]
  /// The tables that it does not fill, with the reasons.
  public let omitted: [(table: String, reason: String)]
  /// The number of comments that begin with `check:`.
  public var checks: Int {
    definition.split(separator: "// check: ", omittingEmptySubsequences: false).count - 1
  }

  /// Reads a schema. Nothing is written: the first rows of each table are tried in temporary tables.
  ///
  /// - Parameters:
  ///   - request: what to make.
  ///   - seeders: the registered seeders. Those that fill tables of other schemas become dependencies.
  ///   - connection: the database.
  /// - Throws: ``TableExportError`` if the schema does not exist, has no tables, or belongs to PostgreSQL; `PostgresError`.
  public static func read(
    _ request: Request, seeders: [RegisteredSeeder], on connection: PostgresConnection
  ) async throws -> SchemaScaffold {
    guard !request.schema.hasPrefix("pg_"), request.schema != "information_schema" else {
      throw TableExportError(
        "'\(request.schema)' is a schema of PostgreSQL", fix: "name one of the application")
    }
    // The constants of constraints are printed in the format of the session.
    let found = try await connection.withTransaction(setup: [StableSettings.statement]) { connection in
      try await ScaffoldSource.read(schema: request.schema, on: connection)
    }
    guard let sources = found else {
      let known = try await connection.query(
        "SELECT nspname::text FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'"
      ).map { try $0.decode(String.self) }
      throw TableExportError(
        "no schema '\(request.schema)' in the database",
        fix: Suggestion.nearest(to: request.schema, in: known).first.map { "Did you mean '\($0)'?" })
    }
    guard !sources.isEmpty else {
      throw TableExportError("the schema '\(request.schema)' has no tables", fix: "name another schema")
    }
    let own = Set(sources.map(\.live.canonicalName))
    let others = Set(sources.flatMap(\.live.foreignKeys).map(\.target)).subtracting(own)
    let outside = try await LiveTable.describe(others.map { TableName(text: $0) }, on: connection)
    let owners = try await SeedersOfTables.find(Array(outside.values), among: seeders, on: connection)
    var draft = ScaffoldDraft(
      request: request, sources: sources, dependencies: Set(owners.values).subtracting([request.id]).sorted())
    try await draft.leaveOutUnusable(outside, on: connection)
    // Each round changes one table, so this ends.
    for _ in 0..<(sources.count * 12) {
      let text = draft.text
      guard let fault = try await ScaffoldTrial(text: text, id: request.id).fault(on: connection) else {
        break
      }
      if try await draft.searchValues(for: fault, in: text, on: connection) { continue }
      draft.repair(fault, in: text)
    }
    return SchemaScaffold(
      definition: draft.text, tables: draft.tables.map(\.source.live.name.description),
      omitted: draft.omitted.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
  }
}
