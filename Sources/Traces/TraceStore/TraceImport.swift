import FoundationEssentials
import Postgres
public import SeedKit

/// Reads traces from fixtures and writes them as validated seeds.
public enum TraceImport {
  /// Reads fixtures: arrays of `{"title", "context", "solution", "tags", "agent_model", "agent_version"}`. The last
  /// two keys are optional. A title must be unique across all files.
  ///
  /// - Throws: `FixtureError` with all errors in all files.
  public static func read(_ files: [FixtureFile]) throws -> [LocatedTrace] {
    try FixtureRecords.read(files, naturalKey: \.trace.title) { record, place in
      var writtenTags: [String] = []
      let trace = TraceRecord(
        title: record.string("title", length: TraceRules.title),
        context: record.string("context", length: TraceRules.text),
        solution: record.string("solution", length: TraceRules.text),
        tags: record.strings("tags", count: TraceRules.tags, expected: TagName.rule) { text in
          writtenTags.append(text)
          return TagName(text)
        },
        agentModel: record.optionalString("agent_model", length: TraceRules.agent),
        agentVersion: record.optionalString("agent_version", length: TraceRules.agent))
      return LocatedTrace(trace: trace, place: place, writtenTags: writtenTags)
    }
  }

  /// Updates the seeded traces and their tags to match the records. Other traces remain unchanged, even if users have
  /// contributed traces with the same title.
  ///
  /// New traces are validated, have the highest trust, and have no embedding yet. Later changes by votes and by the
  /// embedding worker are kept. If a text changes, its embedding is removed, because search would find the trace by
  /// its old text. A tag that was removed from a record stays linked.
  ///
  /// - Parameters:
  ///   - located: the records.
  ///   - contributor: the email address of the contributor.
  ///   - confirmations: the initial number of confirmations of a new trace.
  ///   - context: the context of the seeder.
  /// - Throws: `PostgresError`; ``TraceImportError`` if the contributor does not exist, or if another contributor has
  ///   a seeded trace with the same title.
  public static func converge(
    _ located: [LocatedTrace], contributor: String, confirmations: Int, in context: SeedContext
  ) async throws {
    let traces = located.map(\.trace)
    let owner = try await owner(contributor, of: traces, in: context)
    // Small tables first, as distributed databases require.
    try await TagImport.converge(Set(traces.flatMap(\.tags)).sorted(), in: context)
    let written = try await context.converge(
      table(),
      rows: traces.map { trace in
        [
          DeterministicID.make(table: "traces", naturalKey: trace.title), trace.title, trace.context,
          trace.solution, "validated", trace.agentModel, trace.agentVersion, owner, true, 1.0,
          Int32(confirmations),
        ]
      }, places: located.map(\.place))
    if written.written > 0 { await context.connection.runAtCommit(TraceVectors.announcement) }
    try await link(located, in: context)
  }

  /// The ID of the contributor. Throws if a title is taken, because two seeders would overwrite the trace
  /// alternately.
  private static func owner(
    _ contributor: String, of traces: [TraceRecord], in context: SeedContext
  ) async throws -> UUID {
    // Two queries, because Citus cannot run a subquery on a distributed table for each row of a reference table.
    let found = try await context.read([
      "SELECT id FROM users WHERE email = \(contributor)",
      """
      SELECT title FROM traces JOIN users AS other ON other.id = traces.contributor_id
      WHERE traces.is_seed AND other.is_seed AND other.email <> \(contributor) AND title = ANY(\(traces.map(\.title)))
      ORDER BY title
      """,
    ])
    guard let id = try found[0].first?.decode(UUID.self) else {
      throw TraceImportError.noContributor(contributor)
    }
    let taken = try found[1].map { try $0.decode(String.self) }
    guard taken.isEmpty else { throw TraceImportError.titlesTaken(taken) }
    return id
  }

  private static func table() throws -> ConvergeTable {
    // `=` is sufficient, because the texts of traces are never null.
    let isSameText =
      "(live.title, live.context_text, live.solution_text) = "
      + "(excluded.title, excluded.context_text, excluded.solution_text)"
    return try ConvergeTable(
      "traces",
      columns: [
        .init("id", "uuid", .id), .init("title", "text", .naturalKey),
        .init("context_text", "text"), .init("solution_text", "text"), .init("status", "text"),
        .init("agent_model", "text"), .init("agent_version", "text"),
        .init("contributor_id", "uuid"), .init("is_seed", "boolean"),
        .init("trust_score", "double precision", .initial),
        .init("confirmation_count", "integer", .initial),
      ],
      condition: "live.is_seed",
      derived: [
        "embedding": "CASE WHEN \(isSameText) THEN live.embedding END",
        "embedding_model_id": "CASE WHEN \(isSameText) THEN live.embedding_model_id END",
        "embedding_model_version": "CASE WHEN \(isSameText) THEN live.embedding_model_version END",
      ])
  }

  private static func link(_ traces: [LocatedTrace], in context: SeedContext) async throws {
    let links = traces.flatMap { located in
      Set(located.trace.tags).sorted().map { (located.trace.title, $0.description, located.place) }
    }
    let stage = try await context.stage(
      columns: [(try PostgresIdentifier("title"), "text"), (try PostgresIdentifier("tag"), "text")],
      rows: links.map { [$0.0, $0.1] }, places: links.map(\.2))
    let table = try ConvergeTable(
      "trace_tags",
      columns: [.init("trace_id", "uuid", .naturalKey), .init("tag_id", "uuid", .naturalKey)],
      timestamps: false)
    try await context.converge(
      table, from: stage,
      rows: """
        SELECT traces.id AS trace_id, tags.id AS tag_id, staged.seed_row, staged.seed_file, staged.seed_record,
          staged.seed_line
        FROM \(stage.name) AS staged
        JOIN traces ON traces.title = staged.title AND traces.is_seed JOIN tags ON tags.name = staged.tag
        """)
  }
}

/// The reason why traces could not be written.
public enum TraceImportError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The contributor does not exist.
  case noContributor(String)
  /// Another contributor already has seeded traces with these titles.
  case titlesTaken([String])

  /// What is wrong, and how to fix it.
  public var description: String {
    switch self {
    case .noContributor(let email):
      "the contributor \(email) is not in the table users; run 'seed-runner --users' first."
    case .titlesTaken(let titles):
      "another seeder already has traces with these titles: "
        + titles.map { "'\($0)'" }.joined(separator: ", ") + "; use other titles."
    }
  }
}
